"""``sojourn report`` and ``sojourn demo``: a log in, a page out."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from pathlib import Path
from typing import Any

from sojourn.cli.arguments import DISCOUNTS, build_parser, discount_of
from sojourn.cli.steps import Steps
from sojourn.report.errors import DataError, UsageError
from sojourn.report.sections.word_of_mouth.options import check_word_of_mouth, given_referrals, read_referrals


def run_report(args: argparse.Namespace, simulated_log: bool = False) -> None:
    """``sojourn report``."""
    from sojourn.report.page import check_folder, need_extras
    from sojourn.report.read import need_pyarrow

    discount = discount_of(args)
    if not discount:
        raise UsageError(f"sojourn report: say what later money is worth now: {DISCOUNTS}")
    if args.value is None and args.value_per_row is None:
        raise UsageError(
            "sojourn report: say which column holds the amounts by --value COL; for a log without money, "
            "--value-per-row 1 counts rows"
        )
    if args.quantity is not None and args.value is None:
        raise UsageError("sojourn report: --quantity multiplies an amount; name its column by --value COL")
    if (args.lifecycle or args.exits) and not args.state:
        raise UsageError("sojourn report: --lifecycle and --exits speak of a state column; name it by --state COL")
    if args.order_id and (args.state or args.rules):
        raise UsageError("sojourn report: --order-id sums the lines of orders; it does not go with --state or --rules")
    orders = not args.state and not args.rules
    churn_after = args.churn_after if args.churn_after is not None else (6 if orders else 0)
    if orders and churn_after < 1:
        raise UsageError(
            "sojourn report: --churn-after must be at least 1 for a log of orders: silence is the only sign of leaving"
        )
    if orders and args.period is not None and args.period.is_step:
        raise UsageError(
            "sojourn report: --period step has no length, and silence needs one; say month, week or quarter"
        )
    check_word_of_mouth(args)
    need_pyarrow()
    need_extras()
    rules = read_rules(args.rules) if args.rules else None
    folder = check_folder(args.out)
    steps = Steps(args.quiet, 8 if args.referral_rate or args.referrals else 7)
    try:
        make_report(args, discount, churn_after, rules, folder, steps, simulated_log)
    finally:
        steps.close()
    print(folder / "index.html")


def read_rules(path: str) -> Any:
    """The rules of a TOML file."""
    import sojourn as sj

    if not Path(path).is_file():
        raise DataError(f"--rules: no file {path}")
    return sj.read_rules(path)


def make_report(
    args: argparse.Namespace,
    discount: dict[str, float],
    churn_after: int,
    rules: Any,
    folder: Path,
    steps: Steps,
    simulated_log: bool,
) -> None:
    """Reads, analyses, draws, writes."""
    from sojourn.report.analysis import Settings
    from sojourn.report.read import TextFormat, read_log

    steps.step("reading the log")
    text = TextFormat(args.delimiter, args.encoding, args.decimal)
    needed = [args.customer, args.time]
    needed += [name for name in (args.value, args.quantity, args.state, args.order_id) if name]
    if rules is not None:
        needed += [*rules.label_columns, *rules.number_columns]
    log = read_log(args.log, needed, text)
    notes = list(log.notes)
    referrals = read_referrals(args, text)
    columns = columns_of(args, log.table, rules, notes)

    steps.step("building journeys")
    journeys = build_journeys(args, columns, churn_after, rules)
    if log.malformed:
        journeys = journeys.with_report_counts(rows_read=log.malformed, malformed=log.malformed)
    brought = given_referrals(args, referrals, journeys, log.table.column(args.customer))
    settings = Settings(
        discount=discount,
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
        churn_after=churn_after,
        made_on=today(),
        simulated_log=simulated_log,
        notes=notes,
        money_word="counted rows" if args.value is None else "",
        brought=brought,
    )
    write_report(journeys, settings, folder, steps)


def write_report(journeys: Any, settings: Any, folder: Path, steps: Steps) -> None:
    """Analyses the journeys and writes page, model and tables."""
    import sojourn as sj
    from sojourn.report.analysis import analyse
    from sojourn.report.page import render, write_text
    from sojourn.report.pictures import plots
    from sojourn.report.tables import write_tables

    analysis = analyse(journeys, settings, steps.step, steps.progress)
    steps.step("drawing")
    pictures = plots(analysis)
    steps.step("writing the page")
    tables = write_tables(analysis, folder)
    provenance = {"source": settings.source, "made_on": settings.made_on, "made_by": f"sojourn {sj.__version__}"}
    model = sj.model.Model(
        analysis.fit.chain,
        fit=analysis.fit,
        rewards=analysis.value.rewards,
        start=analysis.start,
        provenance=provenance,
        **settings.discount,
    )
    sj.save_model(model, str(folder / "model.json"))
    write_text(folder / "index.html", render(analysis, pictures, tables))


def columns_of(args: argparse.Namespace, table: Any, rules: Any, notes: list[str]) -> dict[str, Any]:
    """The table as columns for the library, amounts as numbers, lines of one order summed on request."""
    import numpy as np

    from sojourn.report.read import numbers

    names = {args.customer, args.time} | ({args.state} if args.state else set())
    columns = {name: table.column(name) for name in names}
    if args.time_unit:
        columns[args.time] = whole_times(columns[args.time], args.time, notes)
    if args.value:
        amount = numbers(table, args.value, "--value", args.decimal)
        if args.quantity:
            with np.errstate(invalid="ignore"):
                amount = amount * numbers(table, args.quantity, "--quantity", args.decimal)
            notes.append(f"The amount of a row is “{args.value}” times “{args.quantity}”.")
    else:
        amount = np.full(table.num_rows, args.value_per_row)
        notes.append(
            f"The log tells no amounts: each row counts {args.value_per_row:g}, so “worth” is a count of rows."
        )
    returned = int((np.isfinite(amount) & (amount < 0)).sum())
    if returned and not args.state and not args.rules:
        notes.append(
            f"{returned:,} {'lines' if args.order_id else 'rows'} have a negative amount (say, a return): they take "
            "from the value, and count as activity."
        )
    value = free_name("value", columns)
    columns[value] = amount
    args.value_column = value
    if rules is not None:
        for name in rules.label_columns:
            columns.setdefault(name, table.column(name))
        for name in rules.number_columns:
            columns[name] = numbers(table, name, "--rules", args.decimal)
    if args.order_id:
        columns = sum_orders(args, columns, table.column(args.order_id), notes)
    return columns


def free_name(name: str, taken: dict[str, Any]) -> str:
    """A column name that the log does not use."""
    while name in taken:
        name += "_"
    return name


def whole_times(column: Any, name: str, notes: list[str]) -> Any:
    """Times that are whole numbers, from text where they come as text; what is no number counts as missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(column.type):
        return column
    if not pa.types.is_string(column.type):
        raise DataError(f"--time-unit: column {name!r} holds {column.type}, not whole numbers; leave --time-unit out")
    text = pc.utf8_trim_whitespace(column)
    good = pc.match_substring_regex(text, r"^-?\d{1,18}$")
    bad = (pc.sum(pc.invert(good)).as_py() or 0) if len(text) else 0
    if bad == len(text) - text.null_count:
        raise DataError(f"--time-unit: no entry of {name!r} is a whole number; leave --time-unit out for dates")
    if bad:
        notes.append(f"{bad:,} times were not whole numbers and count as missing.")
    return pc.cast(pc.if_else(good, text, None), pa.int64())


def sum_orders(args: argparse.Namespace, columns: dict[str, Any], orders: Any, notes: list[str]) -> dict[str, Any]:
    """One row per customer and order: earliest time, summed amounts. Rows without an order id stay by themselves."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    amount = columns[args.value_column]
    bad = int(np.isinf(amount).sum())
    if bad:
        notes.append(f"{bad:,} order lines had an amount that is not a number and were left out of their order.")
    table = pa.table(
        {
            "c": columns[args.customer],
            "t": columns[args.time],
            "o": orders,
            "v": pa.array(np.where(np.isfinite(amount), amount, np.nan), from_pandas=True),
        }
    )
    nobody = table.column("c").null_count
    if nobody:
        share = 100 * nobody / table.num_rows
        notes.append(f"{nobody:,} of {table.num_rows:,} lines ({share:.2g} %) tell no customer.")
    alone = table.filter(pc.is_null(table.column("o")))
    grouped = (
        table.filter(pc.is_valid(table.column("o")))
        .group_by(["c", "o"], use_threads=False)
        .aggregate([("t", "min"), ("v", "sum")])
    )
    summed = grouped.select(["c", "t_min", "v_sum"]).rename_columns(["c", "t", "v"])
    both = pa.concat_tables([summed, alone.select(["c", "t", "v"])], promote_options="default")
    notes.append(
        f"{table.num_rows:,} lines were summed into {both.num_rows:,} orders by “{args.order_id}”; the rows "
        f"counted below are orders."
    )
    return {
        args.customer: both.column("c"),
        args.time: both.column("t"),
        args.value_column: both.column("v").to_numpy().astype(float),
    }


def build_journeys(args: argparse.Namespace, columns: dict[str, Any], churn_after: int, rules: Any) -> Any:
    """Journeys by one of the three ways in."""
    import pyarrow as pa

    import sojourn as sj

    table = pa.table(columns)
    common: dict[str, Any] = {"customer": args.customer, "time": args.time, "value": args.value_column}
    common |= {"time_format": args.time_format, "time_unit": args.time_unit}
    grid = {
        "period": args.period or sj.Period.months(1),
        "origin": args.origin,
        "churn_after": churn_after,
        "until": args.until,
    }
    if args.period is not None and args.period.is_step:
        grid = {}
    missing = args.missing_value
    if args.rules:
        return sj.rule_journeys(table, rules=rules, **common, **grid, missing_value=missing or "zero")
    if not args.state:
        return sj.order_journeys(table, **common, **grid, missing_value=missing or "drop")
    life: dict[str, Any] = {}
    if args.lifecycle:
        life["lifecycle"] = getattr(sj, args.lifecycle)()
    elif args.exits:
        life["exits"] = [name.strip() for name in args.exits.split(",") if name.strip()]
    return sj.journeys(
        table,
        state=args.state,
        **common,
        **grid,
        **life,
        unknown_state=args.unknown_state,
        missing_value=missing or "zero",
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


def run_demo(args: argparse.Namespace) -> None:
    """``sojourn demo``."""
    from importlib import resources

    with resources.as_file(resources.files("sojourn") / "data" / "demo_log.csv") as log:
        words = [
            "report",
            str(log),
            "--customer",
            "customer_id",
            "--time",
            "date",
            "--state",
            "stage",
            "--value",
            "amount",
        ]
        words += ["--lifecycle", "six_stages", "--period", "month", "--annual-discount-rate", "0.10", "--currency", "$"]
        words += ["--title", "A demonstration: 600 simulated customers", "--out", args.out] + (
            ["--quiet"] if args.quiet else []
        )
        run_report(build_parser().parse_args(words), simulated_log=True)
