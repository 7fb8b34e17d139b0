"""``sojourn report``: a log in, a page out."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from pathlib import Path
from typing import Any

import sojourn as sj
from sojourn.cli.journeys import build_journeys, columns_of
from sojourn.cli.parser import discount_of
from sojourn.cli.report_options import check, churn_after_of
from sojourn.cli.steps import Steps
from sojourn.report.analysis import Settings
from sojourn.report.errors import DataError
from sojourn.report.files import check_folder
from sojourn.report.page import need_extras
from sojourn.report.read import TextFormat, need_pyarrow, read_log
from sojourn.report.section import Section
from sojourn.report.sections import SECTIONS
from sojourn.report.write import n_steps, write_report


def run_report(args: argparse.Namespace, simulated_log: bool = False) -> None:
    """``sojourn report``."""
    check(args)
    need_pyarrow()
    need_extras()
    rules = read_rules(args.rules) if args.rules else None
    folder = check_folder(args.out)
    asked = [section for section in SECTIONS if section.is_asked(args)]
    steps = Steps(args.quiet, 1 + n_steps(asked))  # reading and building, less the last, which is at the end
    try:
        make_report(args, asked, rules, folder, steps, simulated_log)
    finally:
        steps.close()
    print(folder / "index.html")


def read_rules(path: str) -> Any:
    """The rules of a TOML file."""
    if not Path(path).is_file():
        raise DataError(f"--rules: no file {path}")
    return sj.read_rules(path)


def make_report(
    args: argparse.Namespace, asked: list[Section], rules: Any, folder: Path, steps: Steps, simulated_log: bool
) -> None:
    """Reads, analyses, draws, writes."""
    steps.step("reading the log")
    text = TextFormat(args.delimiter, args.encoding, args.decimal)
    needed = [args.customer, args.time]
    needed += [name for name in (args.value, args.quantity, args.state, args.order_id) if name]
    if rules is not None:
        needed += [*rules.label_columns, *rules.number_columns]
    log = read_log(args.log, needed, text)
    notes = list(log.notes)
    files = {section: section.read(args, text) for section in asked}
    columns = columns_of(args, log.table, rules, notes)

    steps.step("building journeys")
    journeys = build_journeys(args, columns, churn_after_of(args), rules)
    if log.malformed:
        journeys = journeys.with_report_counts(rows_read=log.malformed, malformed=log.malformed)
    given = {section: section.given(args, files[section], log, journeys) for section in asked}
    write_report(journeys, settings_of(args, notes, simulated_log), given, folder, steps.step, steps.progress)


def settings_of(args: argparse.Namespace, notes: list[str], simulated_log: bool) -> Settings:
    """What the options say of the analysis and the page."""
    return Settings(
        discount=discount_of(args),
        horizon=args.horizon,
        smoothing=args.smoothing,
        rows_without_data=args.rows_without_data,
        forbidden=args.forbidden,
        customers=args.customers,
        seed=args.seed,
        level=args.level,
        currency=args.currency,
        title=args.title or title_of(args.log),
        source=Path(args.log).name,
        clock="rules" if args.rules else "states" if args.state else "orders",
        churn_after=churn_after_of(args),
        made_on=today(),
        simulated_log=simulated_log,
        notes=notes,
        money_word="counted rows" if args.value is None else "",
    )


def title_of(path: str) -> str:
    """A title from the name of the file."""
    name = Path(path).name
    for ending in (".gz", ".csv", ".txt", ".tsv", ".parquet", ".pq"):
        name = name.removesuffix(ending)
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else "Customers"


def today() -> str:
    """The day on the page; SOURCE_DATE_EPOCH makes it a fixed one."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    day = dt.datetime.fromtimestamp(int(epoch), dt.UTC).date() if epoch.isdigit() else dt.date.today()
    return day.isoformat()
