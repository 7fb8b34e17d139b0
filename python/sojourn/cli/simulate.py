"""``sojourn simulate``: customers from a model file."""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

import sojourn as sj
from sojourn.cli.parser import add_discount, discount_of
from sojourn.cli.steps import Steps
from sojourn.plot._style import money
from sojourn.report.errors import DataError, UsageError
from sojourn.report.options import check_state, whole
from sojourn.report.read import need_pyarrow
from sojourn.report.tables import cell
from sojourn.simulation import _streaming

EXAMPLES = """
examples:
  sojourn simulate report/model.json --customers 1000000 --horizon 60
  sojourn simulate report/model.json --start loyalty --annual-discount-rate 0.10 --seed 7 --out values.csv
  sojourn simulate report/model.json --customers 1000 --horizon 24 --journeys journeys.parquet
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many customers, from where, for how long, and what to write."""
    parser.add_argument("model", help="model.json, as a report or save_model wrote it")
    parser.add_argument(
        "--customers", type=whole("--customers", 1), default=100_000, metavar="N", help="how many (100000)"
    )
    parser.add_argument(
        "--horizon", type=whole("--horizon", 1), metavar="N", help="periods; without it, until everyone has left"
    )
    parser.add_argument("--start", metavar="STATE", help="first state; without it, the starts of the model")
    parser.add_argument("--seed", type=whole("--seed", 0, 2**64 - 1), default=0, help="(0)")
    parser.add_argument("--threads", type=whole("--threads", 1), metavar="N", help="without it, all")
    add_discount(parser)
    parser.add_argument("--out", metavar="FILE", help="write the value of each customer: .csv or .parquet")
    parser.add_argument("--journeys", metavar="FILE", help="write every journey: .csv or .parquet")
    parser.add_argument("--currency", default="", help="put before amounts: $, EUR")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run_simulate(args: argparse.Namespace) -> None:
    """``sojourn simulate``."""
    for file in (args.out, args.journeys):
        if file is not None:
            check_file(file)
    model = sj.load_model(args.model)
    chain = model.chain
    rewards = model.rewards
    if rewards is None:
        raise DataError(f"{args.model}: holds no rewards, so its customers are worth nothing; save it with rewards")
    start = args.start if args.start is not None else model.start
    if args.start is not None:
        check_state("--start", args.start, chain.states.names)
    discount: dict[str, Any] = discount_of(args) or dict(keyword_of(model.discount))
    options: dict[str, Any] = {
        "customers": args.customers,
        "horizon": args.horizon,
        "start": start,
        "rewards": rewards,
        "seed": args.seed,
        "threads": args.threads,
        **discount,
    }
    steps = Steps(args.quiet, 1)
    try:
        steps.step("simulating customers")
        run = sj.simulate(chain, **options, progress=steps.progress())
    finally:
        steps.close()
    exact = sj.lifetime_value(chain, rewards, horizon=args.horizon, **(discount or {"discount_factor": 1.0}))
    tell(run, exact.start_value(start if start is not None else chain.states.names[0]), args.currency)
    if args.out:
        write_columns(args.out, {"customer": np.arange(args.customers), "value": np.asarray(run.value.values)})
        print(args.out)
    if args.journeys:
        steps = Steps(args.quiet, 1)
        try:
            steps.step("writing journeys")
            write_journeys(args.journeys, chain, {**options, "progress": steps.progress()})
        finally:
            steps.close()
        print(args.journeys)


def tell(run: Any, value: Any, currency: str) -> None:
    """What the customers were worth, beside the exact answer."""
    quantiles = (0.05, 0.25, 0.5, 0.75, 0.95)
    rows = [
        (
            "mean",
            money(run.value.mean, currency),
            f"standard error {money(run.value.standard_error, currency)}",
        ),
        ("exact mean", money(value.mean, currency), "by the formula"),
        ("standard deviation", money(run.value.std, currency), f"exact {money(value.std, currency)}"),
    ]
    rows += [
        (f"{100 * p:g} % quantile", money(float(q), currency), "")
        for p, q in zip(quantiles, np.atleast_1d(run.value.quantile(list(quantiles))), strict=True)
    ]
    print(run.definition)
    for name, amount, note in rows:
        print(f"  {name:<20}{amount:>16}{'  ' + note if note else ''}".rstrip())


def keyword_of(discount: Any) -> dict[str, float]:
    """A discount as the keyword that makes it."""
    if discount is None:
        return {}
    kind = discount.kind
    names = {
        "annual_rate": "annual_discount_rate",
        "per_period_rate": "discount_rate_per_period",
        "factor": "discount_factor",
    }
    return {names[kind]: float(discount.value)} if kind in names else {"discount_factor": 1.0}


def check_file(path: str) -> None:
    """Refuses, before the work, a file that cannot be written or is of no kind we write."""
    place = Path(path)
    if place.suffix not in (".csv", ".parquet"):
        raise UsageError(f"sojourn simulate: {path}: write to a .csv or a .parquet")
    if place.suffix == ".parquet":
        need_pyarrow()
    if not place.parent.is_dir():
        raise DataError(f"{path}: there is no folder {place.parent}")
    if place.is_dir() or not os.access(place if place.exists() else place.parent, os.W_OK):
        raise DataError(f"{path}: cannot be written; name another file")


def write_columns(path: str, columns: dict[str, Any]) -> None:
    """Columns of one length → .csv or .parquet."""
    try:
        if path.endswith(".parquet"):
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.table({name: pa.array(column) for name, column in columns.items()}), path)
            return
        write_csv(path, [columns])
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error


def write_journeys(path: str, chain: Any, options: dict[str, Any]) -> None:
    """Journeys of any number of customers → .csv or .parquet, part by part."""
    try:
        if path.endswith(".parquet"):
            _streaming.write_journeys(path, chain, **options)
            return
        names = np.array(chain.states.names)
        parts = _streaming.journey_parts(chain, **options)
        write_csv(path, ({**part, "state": names[part["state"]]} for part in parts))
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error


def write_csv(path: str, parts: Iterable[dict[str, Any]]) -> None:
    """Tables of the same columns, one below the other; a file of this name is replaced when the new one is whole."""
    beside = Path(path + ".part")
    try:
        with beside.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            for i, columns in enumerate(parts):
                if i == 0:
                    writer.writerow(columns)
                writer.writerows(
                    [cell(x) for x in row]
                    for row in zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True)
                )
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
