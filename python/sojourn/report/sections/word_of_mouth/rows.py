"""Word of mouth, in the rows of the page's tables."""

from __future__ import annotations

import math
from typing import Any

from sojourn.plot._style import percent
from sojourn.plot.loop import times
from sojourn.report.analysis import Analysis
from sojourn.report.sections.word_of_mouth.analysis import GENERATIONS, WordOfMouth, between
from sojourn.report.sections.word_of_mouth.figures import Quarter, SharedLever
from sojourn.report.sections.word_of_mouth.tables import rate_rows
from sojourn.report.sections.word_of_mouth.words import signed
from sojourn.report.words import Words

ENDLESS = "without end"


def value_rows(analysis: Analysis, told: WordOfMouth, unit: Words) -> list[dict[str, str]]:
    """Each state's own, referred and total value."""
    rows = []
    ends = None if told.sureness is None else between(told.sureness.total, analysis.settings.level)
    for i, name in enumerate(unit.names):
        if analysis.absorbing[i] and not analysis.absorbing.all():
            continue
        total = told.totals[i]
        row = {
            "state": name,
            "own": unit.money(told.own[i]),
            "referred": ENDLESS if total is None else unit.money(total - float(told.own[i])),
            "total": ENDLESS if total is None else unit.money(total),
            "interval": "",
            "brings": times(float(told.mild.lifetime_referrals[i])),
            "dies_out": percent(float(told.extinction.probability[i])),
        }
        if ends is not None:
            low, high = (unit.money(float(x)) if math.isfinite(x) else ENDLESS for x in (ends[0][i], ends[1][i]))
            row["interval"] = ENDLESS if low == ENDLESS else f"{low} – {high}"
        rows.append(row)
    return rows


def shown_rates(analysis: Analysis, told: WordOfMouth, unit: Words) -> list[dict[str, str]]:
    """Newcomers per customer and period, and what one more per 100 customers is worth."""
    why = (told.mild if told.value is None else told.value).sensitivity(start=told.start)
    rows = []
    for i, (_, rate, low, high, events, periods) in enumerate(rate_rows(analysis, told)):
        if analysis.absorbing[i] and not rate:
            continue
        rows.append(
            {
                "state": unit.names[i],
                "rate": rate_words(float(rate)),
                "interval": "" if low is None else f"{rate_words(float(low))} – {rate_words(float(high))}",
                "events": "" if events is None else f"{int(events):,}",
                "periods": "" if periods is None else f"{int(periods):,}",
                "worth": "" if told.value is None else unit.money_of_a_point(0.01 * float(why.by_referrals[i])),
                "R0": signed(0.01 * float(why.R0_by_referrals[i])),
            }
        )
    return rows


def generation_rows(analysis: Analysis, told: WordOfMouth, unit: Words) -> list[dict[str, Any]]:
    """Each state's value by generation; nothing where it has no end."""
    if told.value is None:
        return []
    split = told.value.generations(GENERATIONS)
    return [
        {
            "state": unit.names[i],
            "amounts": [unit.money_of_a_point(float(x)) for x in (*split.value[i], split.beyond[i])],
        }
        for i in range(len(unit.names))
        if not analysis.absorbing[i] or analysis.absorbing.all()
    ]


def lever_rows(levers: list[SharedLever], unit: Words) -> list[dict[str, str]]:
    """Each lever for the customer alone, with all whom he brings, and on R0."""
    return [
        {
            "start": unit.pretty(lever.from_state),
            "end": unit.pretty(lever.to_state),
            "p": percent(lever.probability),
            "own": unit.money_of_a_point(lever.own),
            "total": "" if lever.total is None else unit.money_of_a_point(lever.total),
            "R0": signed(lever.R0),
        }
        for lever in levers
    ]


def quarter_rows(quarters: list[Quarter], unit: Words) -> list[dict[str, Any]]:
    """Each kind of today's customers with its sums."""
    return [
        {
            "name": one.name,
            "states": ", ".join(unit.pretty(name) for name in one.states) or "–",
            "customers": one.customers,
            "own": unit.money(one.own),
            "referred": unit.money(one.referred),
        }
        for one in quarters
    ]


def rate_words(rate: float) -> str:
    """Newcomers per customer and period, small ones with two digits that count."""
    return times(rate) if rate >= 0.095 or rate == 0.0 else f"{rate:.2g}" if rate >= 1e-4 else "< 0.0001"
