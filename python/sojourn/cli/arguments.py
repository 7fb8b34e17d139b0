"""The options of the command line, and what their words may be."""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import math
from collections.abc import Callable
from typing import Any, NoReturn

from sojourn.report.errors import UsageError

LIFECYCLES = ("six_stages", "moments_of_truth", "full_journey", "subscription")
DISCOUNTS = (
    "--annual-discount-rate 0.10 (10 % a year), --discount-rate-per-period 0.01, "
    "or --discount-factor 1 for no discounting"
)

EXAMPLES = """
examples:
  sojourn demo
  sojourn report orders.csv --customer customer_id --time date --value amount \\
      --period month --churn-after 6 --annual-discount-rate 0.10 --out report/
  sojourn simulate report/model.json --customers 1000000 --horizon 60
"""

REPORT_EXAMPLES = """
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

SIMULATE_EXAMPLES = """
examples:
  sojourn simulate report/model.json --customers 1000000 --horizon 60
  sojourn simulate report/model.json --start loyalty --annual-discount-rate 0.10 --seed 7 --out values.csv
  sojourn simulate report/model.json --customers 1000 --horizon 24 --journeys journeys.parquet
"""

DEMO_EXAMPLES = """
examples:
  sojourn demo
  sojourn demo --out somewhere/else
"""


class Parser(argparse.ArgumentParser):
    """A parser that answers with one advising sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        """Turns argparse's complaint into ours."""
        if message.startswith("unrecognized arguments: "):
            message = self.unknown(message.removeprefix("unrecognized arguments: ").split()[0])
        raise UsageError(f"{self.prog}: {message}; see {self.prog} --help")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuses what is left over in the command that it was given to, where the options are known."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {rest[0]}")
        return found, rest

    def unknown(self, argument: str) -> str:
        """What was probably meant by an argument that is not there."""
        name = argument.split("=")[0]
        if name in ("--discount", "--discount-rate", "--rate", "--interest", "--annual-rate"):
            return f"{name} does not say per what; give {DISCOUNTS}"
        known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        near = difflib.get_close_matches(name, known, 1, 0.6)
        what = "option" if name.startswith("-") else "argument"
        return f"no {what} {name}" + (f", did you mean {near[0]}?" if near else "")


def whole(name: str, least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number in a range."""

    def read(text: str) -> int:
        try:
            number = int(text.replace("_", ""))
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if number < least or (most is not None and number > most):
            bound = f"at least {least}" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"{name} must be {bound}, not {text}")
        return number

    return read


def real(
    name: str, low: float, high: float, *, open_low: bool = False, open_high: bool = False
) -> Callable[[str], float]:
    """Reads a number in a range."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            hint = "; write 0.10 for 10 %" if text.strip().endswith("%") else ""
            raise argparse.ArgumentTypeError(f"{text!r} is not a number{hint}") from None
        inside = (
            math.isfinite(number)
            and (number > low if open_low else number >= low)
            and (number < high if open_high else number <= high)
        )
        if not inside:
            bounds = f"at least {low:g}" if math.isinf(high) else f"between {low:g} and {high:g}"
            raise argparse.ArgumentTypeError(f"{name} must be {bounds}, not {text}")
        return number

    return read


def period(text: str) -> Any:
    """Reads a period such as "month", "2 weeks", "91 days", "step"."""
    import sojourn as sj

    try:
        return sj.Period.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def date(text: str) -> str:
    """Reads a day, 2026-11-22."""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-11-22") from None


def origin(text: str) -> str:
    """Reads where periods begin."""
    if text in ("first_event", "calendar"):
        return text
    try:
        return date(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is none of first_event, calendar, or a day like 2026-01-01"
        ) from None


def delimiter(text: str) -> str:
    """Reads what splits the columns."""
    found = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}.get(text, text)
    if len(found) != 1 or not found.isascii() or found in '"\r\n':
        raise argparse.ArgumentTypeError(f"{text!r} is not one character; say ',' ';' '|' or tab")
    return found


def add_discount(parser: argparse.ArgumentParser) -> None:
    """The three ways to say what later money is worth now."""
    group = parser.add_mutually_exclusive_group()
    rate = real("a rate", 0.0, math.inf)
    group.add_argument(
        "--annual-discount-rate", type=rate, metavar="RATE", help="effective rate per year: 0.10 is 10 %% a year"
    )
    group.add_argument("--discount-rate-per-period", type=rate, metavar="RATE", help="rate per period of the chain")
    factor = real("a factor", 0.0, 1.0, open_low=True)
    group.add_argument(
        "--discount-factor", type=factor, metavar="FACTOR", help="worth now of 1 received a period later; 1 = none"
    )


def discount_of(args: argparse.Namespace) -> dict[str, float]:
    """The discount that was given, as a keyword of the library."""
    names = ("annual_discount_rate", "discount_rate_per_period", "discount_factor")
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def build_parser() -> Parser:
    """All commands and options."""
    import sojourn as sj
    from sojourn.report.sections.word_of_mouth.options import add_word_of_mouth

    parser = Parser(
        prog="sojourn", description="What is a customer worth, why, and what should we do next.", epilog=EXAMPLES
    )
    parser.add_argument("--version", action="version", version=f"sojourn {sj.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command", parser_class=Parser)

    report = commands.add_parser(
        "report",
        help="a log in, one page out",
        description="Reads a log, fits the chain, values and simulates customers, and writes one "
        "self-contained page with its tables.",
        epilog=REPORT_EXAMPLES,
    )
    report.add_argument("log", help=".csv, .csv.gz or .parquet, one row per event")
    report.add_argument("--customer", required=True, metavar="COL", help="column of the customer's id")
    report.add_argument("--time", required=True, metavar="COL", help="column of the date or time")
    worth = report.add_mutually_exclusive_group()
    worth.add_argument("--value", metavar="COL", help="column of the amount")
    worth.add_argument(
        "--value-per-row",
        type=real("an amount", -math.inf, math.inf),
        metavar="AMOUNT",
        help="each row counts this much",
    )
    report.add_argument("--quantity", metavar="COL", help="column to multiply the amount by: value = price x quantity")
    report.add_argument("--order-id", metavar="COL", help="sum the lines of one order before anything else")
    kind = report.add_mutually_exclusive_group()
    kind.add_argument("--state", metavar="COL", help="column of the state; without it, every row is an order")
    kind.add_argument("--rules", metavar="FILE", help="TOML table of rules that tells the states")
    shape = report.add_mutually_exclusive_group()
    shape.add_argument("--lifecycle", choices=LIFECYCLES, help="states and allowed moves of the state column")
    shape.add_argument("--exits", metavar="STATE[,STATE]", help="states of the state column that are never left")
    report.add_argument(
        "--period",
        type=period,
        metavar="PERIOD",
        help="month (default), '2 weeks', '91 days', quarter, ..., or step: one event",
    )
    report.add_argument(
        "--churn-after",
        type=whole("--churn-after", 0),
        metavar="N",
        help="silent periods that mean churn (orders: 6; else: 0 = silence means nothing)",
    )
    report.add_argument(
        "--origin", type=origin, default="first_event", help="where periods begin: first_event, calendar, or a day"
    )
    report.add_argument(
        "--until", type=date, metavar="DAY", help="last day that the log covers, if not that of its last row"
    )
    report.add_argument("--time-format", metavar="FORMAT", help="of the time column, as strptime takes it: %%d.%%m.%%Y")
    report.add_argument(
        "--time-unit",
        choices=("day", "second", "millisecond", "microsecond", "nanosecond"),
        help="times are whole numbers since 1970-01-01",
    )
    add_discount(report)
    report.add_argument(
        "--horizon", type=whole("--horizon", 1), metavar="N", help="value over N periods instead of for life"
    )
    report.add_argument(
        "--smoothing",
        type=real("--smoothing", 0.0, math.inf),
        default=0.0,
        metavar="N",
        help="pseudo-moves added to each allowed move",
    )
    report.add_argument(
        "--rows-without-data",
        choices=("prior", "absorb", "refuse"),
        default="prior",
        help="states that no move was seen from (default: a prior, said on the page)",
    )
    report.add_argument(
        "--forbidden",
        choices=("refuse", "drop"),
        default="refuse",
        help="observed moves that the lifecycle does not allow",
    )
    report.add_argument(
        "--unknown-state", choices=("refuse", "drop"), default="refuse", help="states that the lifecycle does not know"
    )
    report.add_argument(
        "--missing-value",
        choices=("drop", "zero"),
        default=None,
        help="rows without an amount (orders: drop; else: zero)",
    )
    report.add_argument(
        "--customers", type=whole("--customers", 1), default=100_000, metavar="N", help="simulated customers (100000)"
    )
    report.add_argument("--seed", type=whole("--seed", 0, 2**64 - 1), default=0, help="of the simulation (0)")
    report.add_argument(
        "--level",
        type=real("--level", 0.0, 1.0, open_low=True, open_high=True),
        default=0.9,
        help="of the intervals (0.9)",
    )
    report.add_argument("--currency", default="", help="put before amounts: $, EUR")
    report.add_argument("--title", help="of the page")
    report.add_argument("--out", default="sojourn-report", metavar="DIR", help="folder of the page (sojourn-report)")
    report.add_argument("--encoding", default="utf-8", help="of a CSV (utf-8)")
    report.add_argument("--delimiter", type=delimiter, default=",", help="of a CSV (,)")
    report.add_argument("--decimal", choices=(".", ","), default=".", help="decimal sign of a CSV (.)")
    report.add_argument("--quiet", action="store_true", help="no progress, only the path")
    add_word_of_mouth(report)

    demo = commands.add_parser(
        "demo",
        help="the report of a bundled log",
        description="Writes the report of a small log that sojourn itself simulated.",
        epilog=DEMO_EXAMPLES,
    )
    demo.add_argument("--out", default="sojourn-demo", metavar="DIR", help="folder of the page (sojourn-demo)")
    demo.add_argument("--quiet", action="store_true", help="no progress, only the path")

    simulate = commands.add_parser(
        "simulate",
        help="customers from a model file",
        description="Simulates customers from a model file and sums up what they were worth.",
        epilog=SIMULATE_EXAMPLES,
    )
    simulate.add_argument("model", help="model.json, as a report or save_model wrote it")
    simulate.add_argument(
        "--customers", type=whole("--customers", 1), default=100_000, metavar="N", help="how many (100000)"
    )
    simulate.add_argument(
        "--horizon", type=whole("--horizon", 1), metavar="N", help="periods; without it, until everyone has left"
    )
    simulate.add_argument("--start", metavar="STATE", help="first state; without it, the starts of the model")
    simulate.add_argument("--seed", type=whole("--seed", 0, 2**64 - 1), default=0, help="(0)")
    simulate.add_argument("--threads", type=whole("--threads", 1), metavar="N", help="without it, all")
    add_discount(simulate)
    simulate.add_argument("--out", metavar="FILE", help="write the value of each customer: .csv or .parquet")
    simulate.add_argument("--journeys", metavar="FILE", help="write every journey: .csv or .parquet")
    simulate.add_argument("--currency", default="", help="put before amounts: $, EUR")
    simulate.add_argument("--quiet", action="store_true", help="no progress")
    return parser
