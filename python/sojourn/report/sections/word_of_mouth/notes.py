"""What a reader of the section on word of mouth should know: the lines under its pictures, and its cautions."""

from __future__ import annotations

import numpy as np

from sojourn.plot._style import percent
from sojourn.report.analysis import Analysis
from sojourn.report.sections.word_of_mouth.analysis import DRAWS, WordOfMouth
from sojourn.report.words import Words


def captions(told: WordOfMouth, unit: Words) -> dict[str, str]:
    """The line under each picture and table."""
    return {
        "generations": (
            "Blue: what a new customer brings himself. Orange: what those bring whom he brings, whom those bring, and "
            "so on, less what it costs to welcome them."
        ),
        "loop": (
            "One newcomer’s life. The wider a line, the more often it is taken; the green arc carries the newcomers "
            "whom he brings back to where they begin."
        ),
        "quadrants": (
            "Champions are worth much themselves and through those whom they bring, affluents much themselves, "
            "advocates much through others, misers little both ways: by the state of today, still to come. High is "
            "above the median customer."
        ),
        "levers": (
            "For a new customer, per point for good, the other moves of the state in proportion: for himself alone"
            + (
                ", with all whom he brings, and the change of R0."
                if told.value is not None
                else ", and the change of R0."
            )
        ),
        "rates": (
            f"Newcomers per customer and {'event' if unit.is_step else unit.period}. "
            + ("One more per 100: what it is worth to a new customer’s total. " if told.value is not None else "")
            + "The change of R0 is that by one newcomer more per 100 customers in the state."
        ),
    }


def cautions(analysis: Analysis, told: WordOfMouth, unit: Words) -> list[str]:
    """What a careful reader of the section should keep in mind."""
    given, level = told.given, f"{100 * analysis.settings.level:g} %"
    found = [*given.notes]
    where = ", ".join(
        f"{unit.names[i]} ({percent(float(share))})" if share < 1 else unit.names[i]
        for i, share in enumerate(told.arrives_at)
        if share > 0
    )
    source = (
        "as asked"
        if given.arrives_at is not None
        else "as the newcomers in the file did"
        if given.counts is not None and np.asarray(given.counts.arrivals)[~analysis.absorbing].sum() > 0
        else "as the customers of the log did"
    )
    cost = (
        f"Each of them costs {unit.money(given.acquisition_cost)} to welcome."
        if given.acquisition_cost
        else "To welcome them costs nothing here."
    )
    found.append(
        f"Newcomers begin in {where}, {source}, one {'event' if unit.is_step else 'period'} after they were brought. "
        f"{cost}"
    )
    if told.rates is None:
        found.append(
            "The rates of newcomers were given, not estimated: the figures follow from them, and carry no intervals."
        )
    else:
        n = len(told.sureness.R0) if told.sureness is not None else DRAWS
        found.append(
            f"Intervals are the middle {level} of {n:,} draws of the rates (Gamma posterior), the chain and the "
            "amounts. They take customers of a state as alike."
        )
        unseen = [unit.pretty(name) for name in told.rates.unseen]
        if unseen:
            listed = ", ".join(f"“{name}”" for name in unseen)
            found.append(f"Nobody was seen in {listed} for a whole period; customers there are taken to bring nobody.")
        silent = [
            unit.names[i] for i in range(len(unit.names)) if told.rates.periods[i] > 0 and told.rates.events[i] == 0
        ]
        if silent:
            listed = ", ".join(f"“{name}”" for name in silent)
            found.append(f"No newcomer was seen to be brought from {listed}; half of one is taken in place of none.")
        found.append(told.offspring.sentence())
    if told.sureness is not None and 0.0 < told.sureness.without_end < 1.0:
        found.append(f"In {percent(told.sureness.without_end)} of the draws total value has no end.")
    if analysis.settings.horizon is not None:
        found.append(
            "This section values customers for life, since those who are brought come later; the rest of the page "
            f"looks at {unit.periods(analysis.settings.horizon)}."
        )
    found.append(
        "A newcomer counts as brought by one customer even if he would have come anyway; and nobody runs out of people "
        "to bring here, as every market does in the end."
    )
    return found
