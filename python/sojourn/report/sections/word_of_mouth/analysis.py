"""Word of mouth: what customers are worth with all whom they bring, as facts for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import sojourn as sj
from sojourn.report.analysis import Analysis, Floats
from sojourn.report.errors import DataError
from sojourn.report.sections.word_of_mouth.referrals import Given

DRAWS = 2000
GENERATIONS = 5
EDGE = 1e-9  # as near to the discount at which total value has no end as this counts as there


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
    chain, rewards, discount = analysis.fit.chain, analysis.value.rewards, analysis.settings.discount
    rates = None
    if given.by_hand is not None:
        referrals = np.array([given.by_hand.get(name, 0.0) for name in analysis.names])
    else:
        rates = sj.referral_rates(given.counts, states_without_data="zero")
        referrals = np.asarray(rates.mean, dtype=float)
    law = arrivals(analysis, given)
    ask = Ask(law, given.acquisition_cost, discount, float(analysis.value.discount.factor_per_period(chain.period)))
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
class Ask:
    """What is asked of each chain with its referrals."""

    arrives_at: Floats
    acquisition_cost: float
    discount: dict[str, Any]
    factor: float  # of the discount, per period

    def both(self, chain: Any, rewards: Any, referrals: Floats) -> tuple[Any, Any]:
        """The value under a discount that is always enough, and the one asked for: None where it has no end."""
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


def carried(analysis: Analysis, ask: Ask, rates: Any) -> Sureness:
    """Rates, chain and amounts drawn together, and the answers of each draw."""
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


def endless(ask: Ask, chain: Any, rewards: Any, lifetime: Floats) -> Floats:
    """Total value where it has no end: infinite from every state that brings anybody, a loss where each costs more."""
    own = np.asarray(sj.lifetime_value(chain, rewards, **ask.discount).mean, dtype=float)
    end = np.inf if float(ask.arrives_at @ own) >= ask.acquisition_cost else -np.inf
    return np.where(lifetime > 0.0, end, own)


def between(draws: Floats, level: float) -> tuple[Any, Any]:
    """The middle part of draws, along the first axis; infinite draws stand at the ends."""
    tail = (1.0 - level) / 2
    low, high = np.quantile(draws, [tail, 1.0 - tail], axis=0, method="inverted_cdf")
    return low, high
