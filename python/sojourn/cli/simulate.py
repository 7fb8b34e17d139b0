"""``sojourn simulate``: customers from a model file."""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sojourn.cli.arguments import discount_of
from sojourn.cli.steps import Steps
from sojourn.report.errors import DataError, UsageError


def run_simulate(args: argparse.Namespace) -> None:
    """``sojourn simulate``."""
    import numpy as np

    import sojourn as sj
    from sojourn.plot._style import money

    for file in (args.out, args.journeys):
        if file is not None:
            check_file(file)
    model = sj.load_model(args.model)
    chain = model.chain
    rewards = model.rewards
    if rewards is None:
        raise DataError(f"{args.model}: holds no rewards, so its customers are worth nothing; save it with rewards")
    start = args.start if args.start is not None else model.start
    if args.start is not None and args.start not in chain.states.names:
        near = difflib.get_close_matches(args.start, chain.states.names, 1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(f"--start: no state {args.start!r}, the states are {', '.join(chain.states.names)}{guess}")
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
    law = start if start is not None else chain.states.names[0]
    value = exact.start_value(law)
    quantiles = (0.05, 0.25, 0.5, 0.75, 0.95)
    rows = [
        (
            "mean",
            money(run.value.mean, args.currency),
            f"standard error {money(run.value.standard_error, args.currency)}",
        ),
        ("exact mean", money(value.mean, args.currency), "by the formula"),
        ("standard deviation", money(run.value.std, args.currency), f"exact {money(value.std, args.currency)}"),
    ]
    rows += [
        (f"{100 * p:g} % quantile", money(float(q), args.currency), "")
        for p, q in zip(quantiles, np.atleast_1d(run.value.quantile(list(quantiles))), strict=True)
    ]
    print(run.definition)
    for name, amount, note in rows:
        print(f"  {name:<20}{amount:>16}{'  ' + note if note else ''}".rstrip())
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
        from sojourn.report.read import need_pyarrow

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
    import numpy as np

    from sojourn.simulation import _streaming

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
    import csv

    import numpy as np

    from sojourn.report.tables import cell

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
