"""Word of mouth, in words and rows for the page."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sojourn.plot._style import percent
from sojourn.plot.generations import generation
from sojourn.plot.loop import times
from sojourn.report.analysis import Analysis
from sojourn.report.sections.word_of_mouth.analysis import (
    DRAWS,
    GENERATIONS,
    Floats,
    SharedLever,
    WordOfMouth,
    between,
    quarters,
    rate_rows,
    row_counts,
    shared_levers,
)
from sojourn.report.words import Words, sentence, strong

ENDLESS = "without end"
SHOWN = 10  # levers in the table


def section(analysis: Analysis, unit: Words) -> dict[str, Any] | None:
    """Everything that the section prints; nothing when newcomers were not asked about."""
    told = analysis.word_of_mouth
    if told is None:
        return None
    levers = shared_levers(analysis)
    return {
        "opening": [
            worth_words(analysis, told, unit),
            brings_words(analysis, told),
            growth_words(analysis, told, unit),
            tree_words(told),
        ],
        "values": value_rows(analysis, told, unit),
        "has_total": told.value is not None,
        "has_intervals": told.sureness is not None,
        "rates": shown_rates(analysis, told, unit),
        "from_file": told.rates is not None,
        "source": told.given.source,
        "per": "event" if unit.is_step else unit.period,
        "generations": generation_rows(analysis, told, unit),
        "generation_heads": [*(generation(k) for k in range(GENERATIONS + 1)), "later"],
        "lever_words": lever_words(levers, unit),
        "levers": [
            {
                "start": unit.pretty(lever.from_state),
                "end": unit.pretty(lever.to_state),
                "p": percent(lever.probability),
                "own": unit.money_of_a_point(lever.own),
                "total": "" if lever.total is None else unit.money_of_a_point(lever.total),
                "R0": signed(lever.R0),
            }
            for lever in levers[:SHOWN]
        ],
        "n_levers": len(levers),
        "quarters": [
            {
                "name": one.name,
                "states": ", ".join(unit.pretty(name) for name in one.states) or "–",
                "customers": one.customers,
                "own": unit.money(one.own),
                "referred": unit.money(one.referred),
            }
            for one in quarters(analysis)
        ],
        "rows": [{"what": what, "rows": rows} for what, rows in row_counts(told.given)] if told.rates else [],
        "captions": captions(told, unit),
        "cautions": cautions(analysis, told, unit),
    }


def summary_words(analysis: Analysis, unit: Words) -> Any:
    """One sentence for the paragraph at the top; nothing where newcomers were not asked about."""
    told = analysis.word_of_mouth
    if told is None:
        return None
    own, total = told.new_customer
    if total is None:
        return sentence("He brings others faster than money is discounted: {}.", strong("the base feeds itself"))
    return sentence(
        "Those whom he brings, and whom those bring, {} {}.",
        "add" if total >= own else "take away",
        strong(unit.money(abs(total - own))),
    )


def ends_words(draws: Floats | None, analysis: Analysis, say: Any) -> str:
    """The interval of draws in brackets; nothing without them."""
    if draws is None:
        return ""
    low, high = between(draws, analysis.settings.level)
    lower = say(float(low)) if math.isfinite(low) else "no lower end" if low < 0 else "no end"
    upper = say(float(high)) if math.isfinite(high) else "no upper end" if high > 0 else "no end"
    return f" ({100 * analysis.settings.level:g} % interval {lower} to {upper})"


def worth_words(analysis: Analysis, told: WordOfMouth, unit: Words) -> Any:
    """Own, referred and total value of a new customer."""
    own, total = told.new_customer
    opening = "A new customer is" if analysis.settings.horizon is None else "Counted for life, a new customer is"
    if total is None:
        return sentence(
            "{} worth {} himself. With all whom he brings, and whom those bring, there is no end to "
            "{}: {}. It would have an end at a discount above {}. Read it as growth, which lasts only while there are "
            "people left to bring.",
            opening,
            strong(unit.money(own)),
            "what they cost" if told.costs_more else "his value",
            faster_words(analysis.value.discount, unit),
            strong(critical_words(told, unit)),
        )
    referred = total - own
    return sentence(
        "{} worth {} himself and {} through those whom he brings: {} in all{}.",
        opening,
        unit.money(own),
        strong(unit.money(referred)),
        strong(unit.money(total)),
        ends_words(None if told.sureness is None else told.sureness.new_customer, analysis, unit.money),
    )


def faster_words(discount: Any, unit: Words) -> str:
    """Why total value has no end under this discount."""
    if discount.kind == "none" or (discount.kind == "factor" and discount.value == 1.0):
        return "each newcomer is followed by one or more, and later money counts in full"
    said = {
        "annual_rate": f"{100 * discount.value:g} % a year",
        "per_period_rate": f"{100 * discount.value:g} % {per(unit)}",
        "factor": f"a factor of {discount.value:g} {per(unit)}",
    }[discount.kind]
    return f"newcomers come faster than money is discounted, at {said}"


def critical_words(told: WordOfMouth, unit: Words) -> str:
    """The discount that total value needs, per period and per year."""
    rate = float(told.mild.critical_discount_rate or 0.0)
    words = f"{share_words(rate)} {per(unit)}"
    period = told.mild.chain.period
    if unit.is_step or (period.unit == "year" and period.length == 1):
        return words
    yearly = math.log1p(rate) / period.in_years
    return f"{words} ({share_words(math.expm1(yearly))} a year)" if yearly < math.log(1e4) else words


def per(unit: Words) -> str:
    """Say "per month", "per 2 weeks", "per event"."""
    return "per event" if unit.is_step else f"per {unit.period}"


def brings_words(analysis: Analysis, told: WordOfMouth) -> Any:
    """How many newcomers follow on one."""
    sure = told.sureness
    R0 = ends_words(None if sure is None else sure.R0, analysis, times)
    if told.arrives_as_new:
        return sentence("He brings {} newcomers in his life{}: this is R0.", strong(times(float(told.mild.R0))), R0)
    lifetime = None if sure is None else sure.lifetime_referrals @ told.start
    return sentence(
        "He brings {} newcomers in his life{}, and each of those brings {} more{}: this is R0.",
        times(told.brings),
        ends_words(lifetime, analysis, times),
        strong(times(float(told.mild.R0))),
        R0,
    )


def growth_words(analysis: Analysis, told: WordOfMouth, unit: Words) -> Any:
    """Whether the base feeds itself, and how fast it grows or shrinks."""
    growth, R0 = float(told.mild.growth_factor), float(told.mild.R0)
    sure = told.sureness
    chance = sure.feeds_itself if sure is not None else None
    doubt = (
        f" By these data, the chance that it feeds itself is {percent(chance)}."
        if chance is not None and 0.0 < chance < 1.0
        else ""
    )
    if abs(growth - 1.0) < 1e-9:
        why = "each customer is followed by one" if abs(R0 - 1.0) < 1e-6 else "some customers never leave"
        return sentence("Without advertising the base holds: {}.{}", why, doubt)
    ends = "" if sure is None else growth_ends(sure.growth_factor, analysis)
    if growth > 1.0:
        return sentence(
            "The base feeds itself: without advertising it grows by {} {} in the long run{}, and doubles in {}.{}",
            strong(share_words(growth - 1.0)),
            unit.each,
            ends,
            strong(unit.length(told.mild.doubling_time)),
            doubt,
        )
    if told.mild.halving_time is None:
        return sentence(
            "Without advertising nobody is left after some {}.{}", "events" if unit.is_step else "periods", doubt
        )
    return sentence(
        "Without advertising the base shrinks by {} {} in the long run{}, and halves in {}.{}",
        strong(share_words(1.0 - growth)),
        unit.each,
        ends,
        strong(unit.length(told.mild.halving_time)),
        doubt,
    )


def growth_ends(draws: Floats, analysis: Analysis) -> str:
    """The interval of the growth, with signs where its ends differ in direction."""
    low, high = (float(x) - 1.0 for x in between(draws, analysis.settings.level))
    if low > 0.0 or high < 0.0:
        ends = " to ".join(share_words(x) for x in sorted((abs(low), abs(high))))
    else:
        ends = f"−{share_words(-low)} to +{share_words(high)}"
    return f" ({100 * analysis.settings.level:g} % interval {ends})"


def tree_words(told: WordOfMouth) -> Any:
    """How the tree of those who follow on a newcomer ends."""
    R0, dies = float(told.mild.R0), float(told.extinction.newcomer_probability)
    if R0 < 1.0:
        size = times(1.0 / (1.0 - R0))
        held = (
            f"on average it holds {size} customer{'s' * (size != '1')}, the first included"
            if R0 > 0
            else "nobody follows"
        )
        return sentence("The tree of customers that begins with a newcomer always comes to an end; {}.", held)
    if dies >= 1.0:
        return "The tree of customers that begins with a newcomer always comes to an end, however late."
    return sentence(
        "The tree of customers that begins with a newcomer dies out by bad luck in {} of cases, with newcomers per "
        "period by {} law; the others go on.",
        strong(percent(dies)),
        {"poisson": "a Poisson", "bernoulli": "a Bernoulli", "geometric": "a geometric"}[told.law],
    )


def share_words(share: float) -> str:
    """A rate of growth: 0.042 %, 3.2 %, 12 %, 140 %."""
    points = 100.0 * share
    return f"{points:,.0f} %" if points >= 9.95 else f"{points:.2g} %" if points >= 0.001 else "< 0.001 %"


def rate_words(rate: float) -> str:
    """Newcomers per customer and period, small ones with two digits that count."""
    return times(rate) if rate >= 0.095 or rate == 0.0 else f"{rate:.2g}" if rate >= 1e-4 else "< 0.0001"


def signed(number: float) -> str:
    """A change of R0 with its sign and two digits that count."""
    if abs(number) < 5e-7:
        return "0"
    return (f"{number:+.2g}" if abs(number) < 99.5 else f"{number:+,.0f}").replace("-", "−")


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


def lever_words(levers: list[SharedLever], unit: Words) -> Any:
    """What the strongest lever is worth with and without those who are brought."""
    if not levers:
        return ""
    best = levers[0]
    sign = 1.0 if (best.R0 if best.total is None else best.total) >= 0 else -1.0
    opening = "One more percentage point" if sign > 0 else "One percentage point less"
    move = strong(f"{unit.pretty(best.from_state)} → {unit.pretty(best.to_state)}")
    if best.total is None:
        return sentence(
            "{} of {} changes R0 by {}; to the customer alone it is worth {}.",
            opening,
            move,
            strong(signed(sign * best.R0)),
            unit.money_of_a_point(sign * best.own),
        )
    return sentence(
        "{} of {} is worth {} per new customer, counted with all whom he brings; for himself alone it is {}. "
        "It changes R0 by {}.",
        opening,
        move,
        strong(unit.money_of_a_point(sign * best.total)),
        unit.money_of_a_point(sign * best.own),
        signed(sign * best.R0),
    )


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
