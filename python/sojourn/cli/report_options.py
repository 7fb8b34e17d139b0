"""The options of ``sojourn report``, and which of them go together."""

from __future__ import annotations

import argparse
import math

from sojourn.cli.parser import DISCOUNTS, add_discount, discount_of
from sojourn.report.errors import UsageError
from sojourn.report.options import date, delimiter, origin, period, real, whole
from sojourn.report.sections import SECTIONS

LIFECYCLES = ("six_stages", "moments_of_truth", "full_journey", "subscription")

EXAMPLES = """
three kinds of logs:
  orders only     one row per order; customers are followed through recency states
                  (active, silent 1, silent 2, ..., churn)
  --state COL     the log tells the state of each event
  --rules FILE    a TOML table of rules tells states from events, ratings, categories

examples:
  sojourn report orders.csv --customer customer_id --time date --value amount \\
      --period month --churn-after 6 --annual-discount-rate 0.10 --out report/

  one row per order line, amount = price x quantity, lines of one invoice summed:
  sojourn report lines.csv.gz --customer CustomerID --time InvoiceDate --value UnitPrice \\
      --quantity Quantity --order-id InvoiceNo --annual-discount-rate 0.10 --currency GBP

  a log with states:
  sojourn report stages.parquet --customer id --time day --state stage --value amount --lifecycle six_stages \\
      --annual-discount-rate 0.10
  sojourn report states.csv --customer id --time day --state state --value amount --exits churned,lapsed \\
      --period "2 weeks" --discount-factor 1

  a log of events and a table of rules:
  sojourn report events.csv --customer user --time date --rules rules.toml --value-per-row 1 \\
      --discount-factor 1 --horizon 24

  and who brought whom:
  sojourn report stages.parquet --customer id --time day --state stage --value amount --lifecycle six_stages \\
      --annual-discount-rate 0.10 --referrals brought.csv --referrer by --referred who --referral-time when
  sojourn report orders.csv --customer customer_id --time date --value amount --annual-discount-rate 0.10 \\
      --referral-rate active=0.04 --acquisition-cost 5
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Everything that a report may be told, the options of its sections last."""
    for add in (add_columns, add_time, add_valuation, add_page):
        add(parser)
    for section in SECTIONS:
        section.add_options(parser)


def add_columns(parser: argparse.ArgumentParser) -> None:
    """The log, its columns, and what its states are."""
    parser.add_argument("log", help=".csv, .csv.gz or .parquet, one row per event")
    parser.add_argument("--customer", required=True, metavar="COL", help="column of the customer's id")
    parser.add_argument("--time", required=True, metavar="COL", help="column of the date or time")
    worth = parser.add_mutually_exclusive_group()
    worth.add_argument("--value", metavar="COL", help="column of the amount")
    worth.add_argument(
        "--value-per-row",
        type=real("an amount", -math.inf, math.inf),
        metavar="AMOUNT",
        help="each row counts this much",
    )
    parser.add_argument("--quantity", metavar="COL", help="column to multiply the amount by: value = price x quantity")
    parser.add_argument("--order-id", metavar="COL", help="sum the lines of one order before anything else")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--state", metavar="COL", help="column of the state; without it, every row is an order")
    kind.add_argument("--rules", metavar="FILE", help="TOML table of rules that tells the states")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--lifecycle", choices=LIFECYCLES, help="states and allowed moves of the state column")
    shape.add_argument("--exits", metavar="STATE[,STATE]", help="states of the state column that are never left")


def add_time(parser: argparse.ArgumentParser) -> None:
    """Periods, silence, and how times are written."""
    parser.add_argument(
        "--period",
        type=period,
        metavar="PERIOD",
        help="month (default), '2 weeks', '91 days', quarter, ..., or step: one event",
    )
    parser.add_argument(
        "--churn-after",
        type=whole("--churn-after", 0),
        metavar="N",
        help="silent periods that mean churn (orders: 6; else: 0 = silence means nothing)",
    )
    parser.add_argument(
        "--origin", type=origin, default="first_event", help="where periods begin: first_event, calendar, or a day"
    )
    parser.add_argument(
        "--until", type=date, metavar="DAY", help="last day that the log covers, if not that of its last row"
    )
    parser.add_argument("--time-format", metavar="FORMAT", help="of the time column, as strptime takes it: %%d.%%m.%%Y")
    parser.add_argument(
        "--time-unit",
        choices=("day", "second", "millisecond", "microsecond", "nanosecond"),
        help="times are whole numbers since 1970-01-01",
    )


def add_valuation(parser: argparse.ArgumentParser) -> None:
    """What later money is worth, and what the fit does with gaps and surprises."""
    add_discount(parser)
    parser.add_argument(
        "--horizon", type=whole("--horizon", 1), metavar="N", help="value over N periods instead of for life"
    )
    parser.add_argument(
        "--smoothing",
        type=real("--smoothing", 0.0, math.inf),
        default=0.0,
        metavar="N",
        help="pseudo-moves added to each allowed move",
    )
    parser.add_argument(
        "--rows-without-data",
        choices=("prior", "absorb", "refuse"),
        default="prior",
        help="states that no move was seen from (default: a prior, said on the page)",
    )
    parser.add_argument(
        "--forbidden",
        choices=("refuse", "drop"),
        default="refuse",
        help="observed moves that the lifecycle does not allow",
    )
    parser.add_argument(
        "--unknown-state", choices=("refuse", "drop"), default="refuse", help="states that the lifecycle does not know"
    )
    parser.add_argument(
        "--missing-value",
        choices=("drop", "zero"),
        default=None,
        help="rows without an amount (orders: drop; else: zero)",
    )


def add_page(parser: argparse.ArgumentParser) -> None:
    """Simulation, words and place of the page, and how a CSV is written."""
    parser.add_argument(
        "--customers", type=whole("--customers", 1), default=100_000, metavar="N", help="simulated customers (100000)"
    )
    parser.add_argument("--seed", type=whole("--seed", 0, 2**64 - 1), default=0, help="of the simulation (0)")
    parser.add_argument(
        "--level",
        type=real("--level", 0.0, 1.0, open_low=True, open_high=True),
        default=0.9,
        help="of the intervals (0.9)",
    )
    parser.add_argument("--currency", default="", help="put before amounts: $, EUR")
    parser.add_argument("--title", help="of the page")
    parser.add_argument("--out", default="sojourn-report", metavar="DIR", help="folder of the page (sojourn-report)")
    parser.add_argument("--encoding", default="utf-8", help="of a CSV (utf-8)")
    parser.add_argument("--delimiter", type=delimiter, default=",", help="of a CSV (,)")
    parser.add_argument("--decimal", choices=(".", ","), default=".", help="decimal sign of a CSV (.)")
    parser.add_argument("--quiet", action="store_true", help="no progress, only the path")


def check(args: argparse.Namespace) -> None:
    """Refuses options that say too little or contradict each other."""
    if not discount_of(args):
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
    if orders and churn_after_of(args) < 1:
        raise UsageError(
            "sojourn report: --churn-after must be at least 1 for a log of orders: silence is the only sign of leaving"
        )
    if orders and args.period is not None and args.period.is_step:
        raise UsageError(
            "sojourn report: --period step has no length, and silence needs one; say month, week or quarter"
        )
    for section in SECTIONS:
        section.check(args)


def churn_after_of(args: argparse.Namespace) -> int:
    """Silent periods that mean churn: as given, or six where silence is the only sign of leaving."""
    if args.churn_after is not None:
        return int(args.churn_after)
    return 0 if args.state or args.rules else 6
