"""Word of mouth, in sentences."""

from __future__ import annotations

import math
from typing import Any

from sojourn.plot._style import percent
from sojourn.plot.loop import times
from sojourn.report.analysis import Analysis, Floats
from sojourn.report.sections.word_of_mouth.analysis import WordOfMouth, between
from sojourn.report.sections.word_of_mouth.figures import SharedLever
from sojourn.report.words import Words, sentence, strong


def summary_words(told: WordOfMouth, unit: Words) -> Any:
    """One sentence for the paragraph at the top."""
    own, total = told.new_customer
    if total is None:
        return sentence("He brings others faster than money is discounted: {}.", strong("the base feeds itself"))
    return sentence(
        "Those whom he brings, and whom those bring, {} {}.",
        "add" if total >= own else "take away",
        strong(unit.money(abs(total - own))),
    )


def opening_words(analysis: Analysis, told: WordOfMouth, unit: Words) -> list[Any]:
    """The paragraph that opens the section."""
    return [
        worth_words(analysis, told, unit),
        brings_words(analysis, told),
        growth_words(analysis, told, unit),
        tree_words(told),
    ]


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


def signed(number: float) -> str:
    """A change of R0 with its sign and two digits that count."""
    if abs(number) < 5e-7:
        return "0"
    return (f"{number:+.2g}" if abs(number) < 99.5 else f"{number:+,.0f}").replace("-", "−")


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
