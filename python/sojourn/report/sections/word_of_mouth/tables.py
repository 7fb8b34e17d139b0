"""The tables of word of mouth beside the page. What has no end has no number."""

from __future__ import annotations

from typing import Any

from sojourn.report.analysis import Analysis, Floats
from sojourn.report.section import Table
from sojourn.report.sections.word_of_mouth.analysis import GENERATIONS, WordOfMouth, between
from sojourn.report.sections.word_of_mouth.figures import Quarter, SharedLever
from sojourn.report.sections.word_of_mouth.referrals import row_counts


def tables(analysis: Analysis, told: WordOfMouth, levers: list[SharedLever], four: list[Quarter]) -> dict[str, Table]:
    """All of them, by the name of the file."""
    names, n = analysis.names, len(analysis.names)
    level, sure = analysis.settings.level, told.sureness
    none = [None] * n
    total = told.totals
    referred = [None if all_ is None else all_ - own for all_, own in zip(total, told.own, strict=True)]
    low, high = (none, none) if sure is None else between(sure.total, level)
    lifetime, dies_out = told.mild.lifetime_referrals, told.extinction.probability
    made: dict[str, Table] = {
        "word_of_mouth.csv": Table(
            "own, referred and total value per state",
            ["state", "own", "referred", "total", "total_lower", "total_upper", "lifetime_referrals", "tree_dies_out"],
            [
                [names[i], told.own[i], referred[i], total[i], low[i], high[i], lifetime[i], dies_out[i]]
                for i in range(n)
            ],
        ),
        "word_of_mouth_figures.csv": Table(
            "R0, growth and value of a new customer",
            ["figure", "value", "lower", "upper"],
            [list(row) for row in key_figures(analysis, told)],
        ),
        "referral_rates.csv": Table(
            "newcomers per customer and period",
            ["state", "rate", "lower", "upper", "referrals", "customer_periods"],
            rate_rows(analysis, told),
        ),
        "referral_levers.csv": Table(
            "what a point of each move is worth with and without word of mouth",
            ["from", "to", "probability", "own_value_of_a_point", "total_value_of_a_point", "R0_of_a_point"],
            [[x.from_state, x.to_state, x.probability, x.own, x.total, x.R0] for x in levers],
        ),
    }
    if told.value is not None:
        split = told.value.generations(GENERATIONS)
        made["generations.csv"] = Table(
            "value by generation of those brought",
            ["state", "generation", "value"],
            [
                [names[i], generation, amount]
                for i in range(n)
                for generation, amount in [*enumerate(split.value[i]), ("later", split.beyond[i])]
            ],
        )
    if four:
        made["quadrants.csv"] = Table(
            "today's customers by own and referred value",
            ["quadrant", "states", "customers", "own_still_to_come", "referred"],
            [[x.name, ", ".join(x.states), x.customers, x.own, x.referred] for x in four],
        )
    if told.given.counts is not None:
        made["referral_rows.csv"] = Table(
            "what became of the rows of the file of referrals",
            ["rows", "what"],
            [[rows, what] for what, rows in row_counts(told.given)],
        )
    return made


def key_figures(analysis: Analysis, told: WordOfMouth) -> list[tuple[str, float | None, float | None, float | None]]:
    """What the section says in numbers: name, figure, ends of its interval."""
    own, total = told.new_customer
    sure, level = told.sureness, analysis.settings.level
    mild = told.mild
    figures: list[tuple[str, float | None, Floats | None]] = [
        ("own_value_of_a_new_customer", own, None),
        ("total_value_of_a_new_customer", total, None if sure is None else sure.new_customer),
        (
            "newcomers_brought_by_a_new_customer",
            told.brings,
            None if sure is None else sure.lifetime_referrals @ told.start,
        ),
        ("R0", float(mild.R0), None if sure is None else sure.R0),
        ("growth_factor_per_period", float(mild.growth_factor), None if sure is None else sure.growth_factor),
        ("doubling_time", mild.doubling_time, None),
        ("halving_time", mild.halving_time, None),
        ("critical_discount_rate_per_period", mild.critical_discount_rate, None),
        ("tree_from_a_newcomer_dies_out", float(told.extinction.newcomer_probability), None),
    ]
    if sure is not None:
        figures.append(("chance_that_R0_is_above_1", sure.feeds_itself, None))
        figures.append(("chance_that_total_value_has_no_end", sure.without_end, None))
    return [
        (name, figure, *((None, None) if draws is None else map(float, between(draws, level))))
        for name, figure, draws in figures
    ]


def rate_rows(analysis: Analysis, told: WordOfMouth) -> list[list[Any]]:
    """State, rate, ends of its interval, referrals and customer-periods; those of a file only where it was given."""
    n = len(analysis.names)
    if told.rates is None:
        return [[analysis.names[i], told.referrals[i], None, None, None, None] for i in range(n)]
    ends = told.rates.interval(analysis.settings.level)
    columns = (told.referrals, ends.lower, ends.upper, told.rates.events, told.rates.periods)
    return [[analysis.names[i], *(column[i] for column in columns)] for i in range(n)]
