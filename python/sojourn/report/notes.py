"""What a careful reader should know, and what the words of the page mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from sojourn.plot._style import percent
from sojourn.report import analysis as facts
from sojourn.report.analysis import Analysis
from sojourn.report.words import Words, said

FEW_MOVES = 30  # a row that rests on fewer observed moves is named on the page


def cautions(analysis: Analysis, unit: Words, moves: Any, shown: list[int]) -> list[str]:
    """What a careful reader should keep in mind."""
    report, settings = analysis.fit.report, analysis.settings
    said = []
    pretty = dict(zip(analysis.names, unit.names, strict=True))
    empty = [pretty[name] for name in report.rows_without_data]
    if empty:
        listed = ", ".join(f"“{name}”" for name in empty)
        filled = (
            "a prior stands in: "
            + (
                f"{settings.smoothing:g} pseudo-moves on each allowed move"
                if settings.smoothing > 0
                else "the weight of one move, spread evenly over the allowed moves"
            )
            if settings.rows_without_data == "prior"
            else "it is taken as a place where customers stay for good"
        )
        said.append(
            f"No move was ever seen from {listed}; {filled}. What the page says of "
            f"{'it' if len(empty) == 1 else 'them'} is an assumption, not a finding."
        )
    few = [f"“{unit.names[i]}” ({int(moves[i].sum())})" for i in shown if 0 < moves[i].sum() < FEW_MOVES]
    if few:
        said.append(
            f"Some states rest on fewer than {FEW_MOVES} observed moves: {', '.join(few)}. Take their numbers "
            f"as a hint."
        )
    if settings.smoothing > 0:
        said.append(
            f"{settings.smoothing:g} pseudo-moves were added to each allowed move, which pulls every row a "
            f"little towards even odds."
        )
    said.append(
        "First order is an assumption: the chain knows where a customer is, not how he came there, and it "
        "treats all customers of a state alike. The survival "
        "picture shows how far that holds" + (", and “Does a chain fit?” tests it." if analysis.tests else ".")
    )
    said.append("The moves of one customer depend on each other, so the intervals are, if anything, too narrow.")
    said.append(
        "The figures describe the log they were estimated from; they are not tested on a later one. Seasons "
        "and campaigns of this span are in them."
    )
    if settings.clock == "orders":
        said.append(
            f"Silence is the only sign of leaving: after {unit.periods(settings.churn_after)} without an "
            f"order a customer counts as gone. Another length would move the value."
        )
    if analysis.simulated_periods is not None:
        said.append(
            "Some customers never leave in this chain. The simulation follows them for "
            f"{unit.periods(analysis.simulated_periods)}, the values go on for life."
        )
    gap = facts.widest_gap(analysis)
    if gap is not None and abs(gap[1] - gap[2]) > 0.1:
        time, chain, seen = gap
        said.append(
            f"After {unit.periods(time)} the chain still counts {percent(chain)} of the new customers, the log "
            f"{percent(seen)}: "
            + (
                "newcomers leave faster than the chain believes, so their value is probably too high here."
                if chain > seen
                else "newcomers stay longer than the chain believes, so their value is probably too low here."
            )
        )
    back, gone = analysis.journeys.report.returned_after_churn, analysis.journeys.report.churned
    if gone and back > 0.01 * gone:
        said.append(
            f"{percent(back / gone)} of those who left came back later ({back:,} of {gone:,}). Each return "
            f"begins a new journey, "
            "so what returners bring is not in the value of a new customer"
            + ("; a longer --churn-after counts it in." if settings.churn_after else ".")
        )
    span = int(np.diff(np.asarray(analysis.journeys.offsets)).max())
    later = facts.share_after(analysis, span)
    if not unit.is_step and later is not None and later > 0.1:
        said.append(
            f"No customer was seen for more than {unit.periods(span)}, and {percent(later)} of the value of a "
            f"new customer "
            "lies beyond that: this part is extrapolated by the chain."
        )
    if unit.is_step:
        said.append(
            "The clock is the event, not time: money is discounted per event, and a slow customer counts "
            "like a quick one. Give a period to value in time."
        )
    if (
        analysis.newcomer.standard_error
        and analysis.newcomer.mean
        and abs(analysis.newcomer.standard_error / analysis.newcomer.mean) > 0.1
    ):
        said.append(
            "The value of a new customer is known to no better than about ten percent: a few large amounts "
            "or few customers decide it."
        )
    return said


def definitions(analysis: Analysis, unit: Words) -> list[tuple[str, str]]:
    """Word and meaning."""
    settings, value = analysis.settings, analysis.value
    discount = value.discount.describe(analysis.fit.chain.period)
    money_word = unit.money_word
    found = [
        (
            "Value",
            f"{said(value.definition, unit.money_word)}. It is the expected sum of a customer’s {money_word}, "
            f"the current "
            f"period included.",
        ),
        (
            "Still to come",
            "The value less the money of the current period: what a customer who is in the state now will still bring.",
        ),
        (
            money_word.capitalize(),
            "The log tells no amounts; its rows are counted, each with the same weight."
            if settings.money_word
            else "The amounts in the log, as they stand: not a margin, no costs taken off, returns as negative "
            "amounts if the log holds them. "
            + (f"In {settings.currency}." if settings.currency else "The log does not say in which currency."),
        ),
        (
            "Period",
            f"One step is {unit.one}.",
        ),
        ("Discount", f"{discount}." if discount else "See the value."),
        (
            "Interval",
            f"In {100 * settings.level:g} of 100 such logs the interval would hold the true mean, if the "
            f"chain were true; by the delta method over the observed moves and amounts.",
        ),
    ]
    if settings.clock == "orders":
        found.append(
            (
                "States",
                f"active: at least one order in this {unit.period}. silent k: the k-th {unit.period} in a row "
                f"without one. churn: after {unit.periods(settings.churn_after)} of silence.",
            )
        )
    elif settings.clock == "rules":
        found.append(
            (
                "States",
                "Told from the events by the table of rules; an event that no rule names leaves the customer "
                "where he is.",
            )
        )
    else:
        found.append(("States", "As the log names them; a state stays in force until the next one is entered."))
    found.append(
        (
            "Lever",
            "A move whose probability could change. A point of it may cost at most what it brings to today’s "
            "customers, in money of today.",
        )
    )
    found.append(("Customers today", "Those who have not left, by the state of their last counted period."))
    found.append(("Simulation", f"{said(analysis.simulation.definition, unit.money_word)}."))
    return found
