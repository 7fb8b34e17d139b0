"""Levers, leaks and the forecast, in words and rows."""

from __future__ import annotations

from typing import Any

from sojourn.plot._style import percent
from sojourn.plot.leaks import moment_words
from sojourn.report import analysis as facts
from sojourn.report.analysis import Analysis
from sojourn.report.words import Words, sentence, strong


def why(analysis: Analysis, unit: Words) -> dict[str, Any]:
    """Levers, leaks and the forecast, in words and rows."""
    levers, (leaks, moments) = facts.levers(analysis), facts.leaks(analysis)
    base = facts.living_base(analysis)
    pretty = dict(zip(analysis.names, unit.names, strict=True))
    exits = {leak.exit for leak in leaks}
    return {
        "lever_words": lever_words(levers[0], unit, pretty, base) if levers else "",
        "levers": [
            {
                "start": pretty[lever.from_state],
                "end": pretty[lever.to_state],
                "p": percent(lever.probability),
                "point": point_words(lever),
                "each": unit.money_of_a_point(abs(lever.value_of_a_point)),
                "cost": unit.money(lever.break_even_cost),
            }
            for lever in levers[:10]
        ],
        "n_levers": len(levers),
        "leak_words": leak_words(leaks, unit, pretty, [pretty[name] for name in facts.always_leave(analysis)]),
        "leaks": [
            {
                "state": pretty[leak.from_state],
                "exit": pretty[leak.exit] if len(exits) > 1 else "",
                "amount": unit.money(leak.amount),
            }
            for leak in leaks
        ]
        if len(leaks) > 1
        else [],
        "several_exits": len(exits) > 1,
        "moments": [
            {
                "moment": moment_words(group.moment),
                "states": ", ".join(pretty[name] for name in group.states),
                "amount": unit.money(group.amount),
            }
            for group in moments
        ]
        if len(leaks) > 1
        else [],
        "forecast_words": forecast_words(analysis, unit, base),
    }


def point_words(lever: Any) -> str:
    """The change that pays: a point more or less, or what there is of it."""
    if lever.value_for_base > 0:
        return "one point more" if lever.probability <= 0.99 else "up to 100 %"
    return "one point less" if lever.probability >= 0.01 else "down to 0 %"


def lever_words(lever: Any, unit: Words, pretty: dict[str, str], base: Any) -> Any:
    """What the strongest lever is worth, in a sentence."""
    more = lever.value_for_base > 0
    return sentence(
        "{} of {} is worth {} per customer, {} for today’s base of {}{}.",
        "One more percentage point" if more else "One percentage point less",
        strong(f"{pretty[lever.from_state]} → {pretty[lever.to_state]}"),
        unit.money_of_a_point(abs(lever.value_of_a_point)),
        strong(unit.money(abs(lever.value_for_base))),
        f"{int(base.sum()):,}",
        "" if lever.break_even_cost >= 0.999 * abs(lever.value_for_base) else ", although less than a point is left",
    )


def leak_words(leaks: list[Any], unit: Words, pretty: dict[str, str], certain: list[str]) -> Any:
    """Where leaving costs most, in a sentence, and the states that nobody stays in."""
    listed = ", ".join(f"“{name}”" for name in certain)
    told = f"Everybody leaves {listed} at once, so no one who stays says what is lost there." if certain else ""
    return sentence("{} {}", dearest_words(leaks, unit, pretty), told) if leaks else told


def dearest_words(leaks: list[Any], unit: Words, pretty: dict[str, str]) -> Any:
    """Where leaving costs most."""
    dearest = leaks[0]
    if len(leaks) == 1:
        return sentence(
            "Customers leave from {} alone; its leak is {} per new customer. What leads there is told by the levers.",
            strong(pretty[dearest.from_state]),
            unit.money(dearest.amount),
        )
    return sentence(
        "Leaving from {} costs most: {} per new customer. It is the discounted flow into the exit, times what those "
        "who stay are worth more.",
        strong(pretty[dearest.from_state]),
        strong(unit.money(dearest.amount)),
    )


def forecast_words(analysis: Analysis, unit: Words, base: Any) -> Any:
    """How many of today's customers will be left, in a sentence."""
    ahead = facts.forecast(analysis)
    if not len(ahead):
        return ""
    last = len(ahead) - 1
    return sentence(
        "Of today’s {} customers, {} are expected to be there after {}, without newcomers.",
        f"{int(base.sum()):,}",
        strong(f"{ahead[last][~analysis.absorbing].sum():,.0f}"),
        unit.periods(last),
    )
