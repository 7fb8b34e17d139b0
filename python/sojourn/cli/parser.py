"""The parser of the command line, and the options that several commands share."""

from __future__ import annotations

import argparse
import difflib
import math
from typing import Any, NoReturn

from sojourn.report.errors import UsageError
from sojourn.report.options import real

DISCOUNTS = (
    "--annual-discount-rate 0.10 (10 % a year), --discount-rate-per-period 0.01, "
    "or --discount-factor 1 for no discounting"
)


class Parser(argparse.ArgumentParser):
    """A parser that answers with one advising sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        """Turns argparse's complaint into ours."""
        raise UsageError(f"{self.prog}: {message}; see {self.prog} --help")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuses what is left over in the command that it was given to, where the options are known."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(self.unknown(rest[0]))
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
