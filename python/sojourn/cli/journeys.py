"""From a log to journeys, as the options of ``sojourn report`` say."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import sojourn as sj
from sojourn.report.read import numbers, whole_times


def columns_of(args: argparse.Namespace, table: Any, rules: Any, notes: list[str]) -> dict[str, Any]:
    """The table as columns for the library, amounts as numbers, lines of one order summed on request."""
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


def sum_orders(args: argparse.Namespace, columns: dict[str, Any], orders: Any, notes: list[str]) -> dict[str, Any]:
    """One row per customer and order: earliest time, summed amounts. Rows without an order id stay by themselves."""
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
