"""Names, money, time and sentences, as the page writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sojourn.plot._bars import amount_words
from sojourn.plot._style import label, money
from sojourn.report.analysis import Analysis


class Words:
    """Names, money and time of one analysis, as people write them."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.currency = analysis.settings.currency
        self.period = analysis.period
        self.is_step = self.period == "step"
        self.money_word = analysis.settings.money_word or str(analysis.value.rewards.label)
        raw = analysis.names
        pretty = [label(name) for name in raw]
        self.names = pretty if len(set(pretty)) == len(pretty) else raw

    @property
    def level(self) -> str:
        """The level of the intervals: "90 %"."""
        return f"{100 * self.analysis.settings.level:g} %"

    def money(self, amount: float) -> str:
        """An amount with its currency."""
        return money(float(amount), self.currency)

    def money_of_a_point(self, amount: float) -> str:
        """A small amount with its currency, with two digits that count."""
        return amount_words(float(amount), self.currency)

    def periods(self, n: int) -> str:
        """Say "1 month", "3 months", "6 weeks" (three periods of two), "4 events"."""
        if self.is_step:
            return f"{n} event{'s' * (n != 1)}"
        count, _, word = self.period.rpartition(" ")
        total = n * int(count or 1)
        word = word.rstrip("s")
        return f"{total} {word}{'s' * (total != 1)}"

    def length(self, periods: float) -> str:
        """Say "about 3.4 months", "about 26 weeks"."""
        count, _, word = ("1", "", "event") if self.is_step else self.period.rpartition(" ")
        total = periods * int(count or 1)
        number = f"{total:,.0f}" if total >= 9.95 else f"{total:.1f}".removesuffix(".0") if total >= 0.095 else "0.1"
        word = word.rstrip("s")
        return f"about {number} {word}{'s' * (number != '1')}"

    def pretty(self, name: str) -> str:
        """A state as the page writes it."""
        return self.names[self.analysis.names.index(name)]

    @property
    def one(self) -> str:
        """Say "one month", "2 weeks", "one event"."""
        if self.is_step:
            return "one event"
        return self.period if " " in self.period else f"one {self.period}"

    @property
    def each(self) -> str:
        """Say "each month", "every 2 weeks", "at each event"."""
        if self.is_step:
            return "at each event"
        return f"every {self.period}" if " " in self.period else f"each {self.period}"

    @property
    def next(self) -> str:
        """Say "the next month", "the next 2 weeks", "the next event"."""
        return "the next event" if self.is_step else f"the next {self.period}"

    def days(self) -> list[str]:
        """The first and the last day that the log covers; none where it has no dates."""
        report = self.analysis.journeys.report
        ends = [day(report.first_time), day(report.last_time)]
        return ends if all(ends) else []

    def span(self) -> str:
        """The days that the log covers: "2024-01-05 to 2024-12-31"."""
        return " to ".join(self.days())

    def life(self) -> str:
        """Say "over their life", "over 24 months"."""
        horizon = self.analysis.settings.horizon
        return "over their life as a customer" if horizon is None else f"over {self.periods(horizon)}"


def day(time: Any) -> str:
    """A time as a date; empty for a plain order."""
    return str(time.astype("datetime64[D]")) if isinstance(time, np.datetime64) else ""


def strong(text: str) -> Any:
    """A fragment in bold, escaped."""
    from markupsafe import Markup

    return Markup("<strong>{}</strong>").format(text)


def sentence(pattern: str, *parts: Any) -> Any:
    """A sentence with its parts escaped and filled in."""
    from markupsafe import Markup

    return Markup(pattern).format(*parts)


def said(text: str, money_word: str) -> str:
    """A definition of the library as an opening of a sentence, with the word that the page has for money."""
    words = text.strip().rstrip(".").replace("(revenue)", f"({money_word})")
    return words[:1].upper() + words[1:]
