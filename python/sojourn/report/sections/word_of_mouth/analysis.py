"""Word of mouth: what customers are worth with all whom they bring, as facts for the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.report.errors import DataError

if TYPE_CHECKING:
    from sojourn.report.analysis import Analysis

Floats = NDArray[np.float64]

DRAWS = 2000
GENERATIONS = 5
EDGE = 1e-9  # as near to the discount at which total value has no end as this counts as there

# Why a row of the file was not counted, by the field of the library's report.
REASONS = {
    "missing_customer": "no referrer",
    "missing_referred": "nobody referred",
    "missing_time": "no time",
    "invalid_time": "a time that could not be read",
    "unknown_customer": "the referrer has no counted period in the log of customers",
    "self_referral": "a customer who brings himself",
    "before_first_event": "before the referrer’s own first event",
    "referred_twice": "the referred was brought before; the first row counts",
    "cycles": "the referrer was himself brought by the one he brings",
    "after_leaving": "in the period in which the referrer left, or after it",
    "after_last_period": "after the last counted period of the referrer",
    "between_periods": "the referrer’s state is not known then",
}


@dataclass
class Given:
    """What was said of newcomers: rates by hand, or counts from a file."""

    by_hand: dict[str, float] | None = None
    counts: Any = None
    source: str = ""
    not_in_log: int = 0  # rows whose referred is nowhere in the log of customers
    malformed: int = 0
    arrives_at: str | None = None
    acquisition_cost: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return int(self.counts.report.rows_read) + self.malformed

    def dropped(self) -> list[tuple[str, int]]:
        """Why rows of the file were not counted, and how many."""
        told = dict(self.counts.report.to_dict())
        told["missing_referred"] -= self.not_in_log
        found = [("not split into as many columns as the header", self.malformed)]
        found += [(reason, int(told[name])) for name, reason in REASONS.items()]
        found.insert(3, ("the referred is not in the log of customers", self.not_in_log))
        return [(reason, rows) for reason, rows in found if rows]


@dataclass
class Sureness:
    """Draws of rates, chain and amounts together, carried to the answers; infinite where total value has no end."""

    total: Floats  # shape (draws, n_states)
    new_customer: Floats
    lifetime_referrals: Floats
    R0: Floats
    growth_factor: Floats

    @property
    def feeds_itself(self) -> float:
        """The chance that a newcomer brings more than one."""
        return float((self.R0 > 1.0).mean())

    @property
    def without_end(self) -> float:
        """The chance that total value is infinite."""
        return float(np.isinf(self.new_customer).mean())


@dataclass
class WordOfMouth:
    """Everything behind the section."""

    given: Given
    rates: Any  # with their intervals; None when they were given by hand
    referrals: Floats  # newcomers per customer and period in each state
    arrives_at: Floats
    value: Any  # with all who are brought; None when that has no end
    mild: Any  # the same under a discount at which it has an end: R0 and growth do not depend on it
    own: Floats  # value for life of the customer alone
    start: Floats  # of a new customer
    extinction: Any
    offspring: Any  # the fitted law of newcomers; None when rates were given by hand
    law: str
    sureness: Sureness | None

    @property
    def new_customer(self) -> tuple[float, float | None]:
        """What a new customer is worth himself, and with all whom he brings."""
        own = float(self.start @ self.own)
        if self.value is None:
            return own, own if self.brings == 0.0 else None
        return own, float(self.value.start_value(self.start).total)

    @property
    def brings(self) -> float:
        """Newcomers whom a new customer brings himself in his life."""
        return float(self.start @ np.asarray(self.mild.lifetime_referrals, dtype=float))

    @property
    def totals(self) -> list[float | None]:
        """Total value per state; nothing where it has no end."""
        if self.value is not None:
            return [float(x) for x in self.value.total]
        return [
            float(own) if brings == 0.0 else None
            for own, brings in zip(self.own, self.mild.lifetime_referrals, strict=True)
        ]

    @property
    def costs_more(self) -> bool:
        """Whether a newcomer costs more than he brings himself, so that a total without end is a loss."""
        return float(self.arrives_at @ self.own) < self.given.acquisition_cost

    @property
    def arrives_as_new(self) -> bool:
        """Whether those who are brought begin as the customers of the log do."""
        return bool(np.allclose(self.start, self.arrives_at, atol=1e-9))


def follow(analysis: Analysis, given: Given) -> WordOfMouth:
    """
    Follows newcomers of newcomers through the fitted chain.

    Raises
    ------
    DataError
        Where there is no answer for life: newcomers brought by those who never leave.
    """
    try:
        return followed(analysis, given)
    except ValueError as error:
        raise DataError(f"word of mouth: {str(error).removeprefix('referral_value: ')}") from error


def followed(analysis: Analysis, given: Given) -> WordOfMouth:
    """The same, in the words of the library where there is no answer."""
    import sojourn as sj

    chain, rewards, discount = analysis.fit.chain, analysis.value.rewards, analysis.settings.discount
    rates = None
    if given.by_hand is not None:
        referrals = np.array([given.by_hand.get(name, 0.0) for name in analysis.names])
    else:
        rates = sj.referral_rates(given.counts, states_without_data="zero")
        referrals = np.asarray(rates.mean, dtype=float)
    law = arrivals(analysis, given)
    ask = Question(
        law, given.acquisition_cost, discount, float(analysis.value.discount.factor_per_period(chain.period))
    )
    mild, value = ask.both(chain, rewards, referrals)
    own = sj.lifetime_value(chain, rewards, **discount).mean if value is None else value.own
    offspring = None if rates is None else sj.market.offspring_law(given.counts)
    kind = "poisson" if offspring is None else offspring.best
    if kind == "bernoulli" and referrals.max() > 1.0:
        kind = "poisson"
    extinction = sj.market.extinction(chain, referrals, arrives_at=law, offspring=kind)
    return WordOfMouth(
        given=given,
        rates=rates,
        referrals=referrals,
        arrives_at=law,
        value=value,
        mild=mild,
        own=np.asarray(own, dtype=float),
        start=analysis.start,
        extinction=extinction,
        offspring=offspring,
        law=str(kind),
        sureness=None if rates is None else carried(analysis, ask, rates),
    )


@dataclass
class Question:
    """What is asked of each chain with its referrals."""

    arrives_at: Floats
    acquisition_cost: float
    discount: dict[str, Any]
    factor: float  # of the discount, per period

    def both(self, chain: Any, rewards: Any, referrals: Floats) -> tuple[Any, Any]:
        """The value under a discount that is always enough, and the one asked for: None where it has no end."""
        import sojourn as sj

        options: dict[str, Any] = {
            "referrals": referrals,
            "arrives_at": self.arrives_at,
            "acquisition_cost": self.acquisition_cost,
        }
        # A factor g keeps total value finite where g b / (1 - g) < 1 for the largest rate b.
        mild = sj.referral_value(chain, rewards, **options, discount_factor=0.5 / (1.0 + float(referrals.max())))
        critical = mild.critical_discount_factor
        if critical is not None and self.factor >= critical * (1.0 - EDGE):
            return mild, None
        return mild, sj.referral_value(chain, rewards, **options, **self.discount)


def arrivals(analysis: Analysis, given: Given) -> Floats:
    """Where newcomers begin: as asked, as those in the file, or as the customers of the log; never at an exit."""
    if given.arrives_at is not None:
        return np.array([float(name == given.arrives_at) for name in analysis.names])
    seen = None if given.counts is None else np.where(analysis.absorbing, 0.0, np.asarray(given.counts.arrivals))
    law = seen if seen is not None and seen.sum() > 0 else np.where(analysis.absorbing, 0.0, analysis.start)
    if law.sum() <= 0:
        raise DataError(
            "word of mouth: no customer of the log begins in a state that is ever left; say --arrives-at STATE"
        )
    return np.asarray(law / law.sum(), dtype=float)


def carried(analysis: Analysis, ask: Question, rates: Any) -> Sureness:
    """Rates, chain and amounts drawn together, and the answers of each draw."""
    import sojourn as sj

    n = DRAWS if len(analysis.names) <= 60 else DRAWS // 5
    seed = analysis.settings.seed
    worlds = sj.trust.ChainDraws(analysis.fit, seed=seed)
    referrals = np.asarray(rates.draws(n, seed=seed), dtype=float)
    R0, growth = np.empty(n), np.empty(n)
    total, lifetime = np.empty((n, len(analysis.names))), np.empty((n, len(analysis.names)))
    for k in range(n):
        mild, value = ask.both(worlds.chain(k), worlds.rewards(k), referrals[k])
        R0[k], growth[k] = mild.R0, mild.growth_factor
        lifetime[k] = mild.lifetime_referrals
        total[k] = value.total if value is not None else endless(ask, worlds.chain(k), worlds.rewards(k), lifetime[k])
    begins = analysis.start > 0.0
    return Sureness(total, total[:, begins] @ analysis.start[begins], lifetime, R0, growth)


def endless(ask: Question, chain: Any, rewards: Any, lifetime: Floats) -> Floats:
    """Total value where it has no end: infinite from every state that brings anybody, a loss where each costs more."""
    import sojourn as sj

    own = np.asarray(sj.lifetime_value(chain, rewards, **ask.discount).mean, dtype=float)
    end = np.inf if float(ask.arrives_at @ own) >= ask.acquisition_cost else -np.inf
    return np.where(lifetime > 0.0, end, own)


def between(draws: Floats, level: float) -> tuple[Any, Any]:
    """The middle part of draws, along the first axis; infinite draws stand at the ends."""
    tail = (1.0 - level) / 2
    low, high = np.quantile(draws, [tail, 1.0 - tail], axis=0, method="inverted_cdf")
    return low, high


@dataclass
class SharedLever:
    """One point of a move, for the customer alone and with all whom he brings; the latter is None without end."""

    from_state: str
    to_state: str
    probability: float
    own: float
    total: float | None
    R0: float


def shared_levers(analysis: Analysis) -> list[SharedLever]:
    """
    Moves as levers on own value, total value and R0 of a new customer, the strongest first.

    Only moves that were seen; where a state has two of them, one is the other's mirror, and the one that brings value
    stands for both.
    """
    told = analysis.word_of_mouth
    if told is None:
        return []
    at = analysis.fit.chain.states.index
    moves = np.asarray(analysis.fit.counts.moves)
    why = (told.mild if told.value is None else told.value).sensitivity(start=told.start)
    own = why.own.lift if told.value is not None else own_lift(analysis)
    found = []
    for lever in why.levers():
        i, j = at(lever.from_state), at(lever.to_state)
        total = None if told.value is None else float(lever.total_value_of_a_point)
        one = SharedLever(
            lever.from_state,
            lever.to_state,
            float(lever.probability),
            float(own[i, j]) / 100,
            total,
            float(lever.R0_of_a_point),
        )
        worth = one.R0 if total is None else total
        if moves[i, j] > 0 and (worth > 0 or np.count_nonzero(analysis.matrix[i]) != 2):
            found.append(one)
    return sorted(found, key=lambda one: -abs(one.R0 if one.total is None else one.total))


def own_lift(analysis: Analysis) -> Floats:
    """Worth of each move's point for life to a new customer alone."""
    import sojourn as sj

    value = sj.lifetime_value(analysis.fit.chain, analysis.value.rewards, **analysis.settings.discount)
    return np.asarray(sj.sensitivity(value, analysis.start).lift, dtype=float)


def quadrants(analysis: Analysis) -> Any:
    """Today's customers by own and referred value of their states; nothing without any, or without an end."""
    import sojourn as sj
    from sojourn.report.analysis import living_states

    told = analysis.word_of_mouth
    states = living_states(analysis)
    if told is None or told.value is None or not len(states):
        return None
    return sj.market.referral_quadrants(told.value, states)


@dataclass
class Quarter:
    """One quadrant of today's base."""

    name: str
    states: list[str]
    customers: int
    own: float
    referred: float


def quarters(analysis: Analysis) -> list[Quarter]:
    """The quadrants of today's base with their states; none where there are no quadrants."""
    from sojourn.report.analysis import living_states

    split = quadrants(analysis)
    if split is None:
        return []
    states, kind = living_states(analysis), np.asarray(split.quadrant)
    return [
        Quarter(
            str(total.quadrant),
            [analysis.names[i] for i in np.unique(states[kind == total.quadrant])],
            int(total.customers),
            float(total.own),
            float(total.referred),
        )
        for total in split.totals
    ]


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


Table = tuple[str, list[str], list[list[Any]]]


def tables(analysis: Analysis, told: WordOfMouth) -> dict[str, Table]:
    """The tables beside the page: what each holds, its columns, its rows. What has no end has no number."""
    names, n = analysis.names, len(analysis.names)
    level, sure = analysis.settings.level, told.sureness
    none = [None] * n
    total = told.totals
    referred = [None if all_ is None else all_ - own for all_, own in zip(total, told.own, strict=True)]
    low, high = (none, none) if sure is None else between(sure.total, level)
    lifetime, dies_out = told.mild.lifetime_referrals, told.extinction.probability
    made: dict[str, Table] = {
        "word_of_mouth.csv": (
            "own, referred and total value per state",
            ["state", "own", "referred", "total", "total_lower", "total_upper", "lifetime_referrals", "tree_dies_out"],
            [
                [names[i], told.own[i], referred[i], total[i], low[i], high[i], lifetime[i], dies_out[i]]
                for i in range(n)
            ],
        ),
        "word_of_mouth_figures.csv": (
            "R0, growth and value of a new customer",
            ["figure", "value", "lower", "upper"],
            [list(row) for row in key_figures(analysis, told)],
        ),
        "referral_rates.csv": (
            "newcomers per customer and period",
            ["state", "rate", "lower", "upper", "referrals", "customer_periods"],
            rate_rows(analysis, told),
        ),
        "referral_levers.csv": (
            "what a point of each move is worth with and without word of mouth",
            ["from", "to", "probability", "own_value_of_a_point", "total_value_of_a_point", "R0_of_a_point"],
            [[x.from_state, x.to_state, x.probability, x.own, x.total, x.R0] for x in shared_levers(analysis)],
        ),
    }
    if told.value is not None:
        split = told.value.generations(GENERATIONS)
        made["generations.csv"] = (
            "value by generation of those brought",
            ["state", "generation", "value"],
            [
                [names[i], generation, amount]
                for i in range(n)
                for generation, amount in [*enumerate(split.value[i]), ("later", split.beyond[i])]
            ],
        )
    four = quarters(analysis)
    if four:
        made["quadrants.csv"] = (
            "today's customers by own and referred value",
            ["quadrant", "states", "customers", "own_still_to_come", "referred"],
            [[x.name, ", ".join(x.states), x.customers, x.own, x.referred] for x in four],
        )
    if told.given.counts is not None:
        made["referral_rows.csv"] = (
            "what became of the rows of the file of referrals",
            ["rows", "what"],
            [[rows, what] for what, rows in row_counts(told.given)],
        )
    return made


def rate_rows(analysis: Analysis, told: WordOfMouth) -> list[list[Any]]:
    """State, rate, ends of its interval, referrals and customer-periods; those of a file only where it was given."""
    n = len(analysis.names)
    if told.rates is None:
        return [[analysis.names[i], told.referrals[i], None, None, None, None] for i in range(n)]
    ends = told.rates.interval(analysis.settings.level)
    columns = (told.referrals, ends.lower, ends.upper, told.rates.events, told.rates.periods)
    return [[analysis.names[i], *(column[i] for column in columns)] for i in range(n)]


def row_counts(given: Given) -> list[tuple[str, int]]:
    """Rows read, used and dropped by reason."""
    dropped = [(f"dropped: {reason}", rows) for reason, rows in given.dropped()]
    return [("read", given.rows), ("used", int(given.counts.report.rows_used)), *dropped]
