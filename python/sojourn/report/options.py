"""How the words of an option become numbers, days and states, each refused in one advising sentence."""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import math
from collections.abc import Callable, Sequence
from typing import Any

import sojourn as sj
from sojourn.report.errors import DataError


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


def option(name: str) -> str:
    """An argument as it is typed."""
    return "--" + name.replace("_", "-")


def check_state(name: str, state: str, names: Sequence[str]) -> None:
    """Refuses a state that the chain does not have, with the nearest that it has."""
    if state not in names:
        near = difflib.get_close_matches(state, names, 1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(f"{name}: no state {state!r}, the states are {', '.join(names)}{guess}")
