"""The tables of customers who bring customers."""

from __future__ import annotations

from typing import Any

import numpy as np

from sojourn import _core
from sojourn._support.results import Columns, by_state, rows, table, values
from sojourn.chain._results import amounts
from sojourn.market._budget import BudgetSplit, ResponseCurve

_MOVE = {"from_state": str, "to_state": str}


def _generations(self: _core.Generations) -> Columns:
    worth = np.asarray(self.value)
    named = {f"generation_{g}": worth[:, g] for g in range(1, worth.shape[1])}
    return {"state": np.array(self.beyond.keys()), "own": worth[:, 0], **named, "beyond": np.asarray(self.beyond)}


def _quadrants(self: _core.ReferralQuadrants) -> Columns:
    return {
        "own": np.asarray(self.own),
        "referred": np.asarray(self.referred),
        "multiplier": np.asarray(self.multiplier),
        "quadrant": np.asarray(self.quadrant),
    }


def _referral_told(self: _core.ReferralValue) -> str:
    return f"{self.definition}; R0 = {self.R0:.4g}, growth factor {self.growth_factor:.6g} per period"


def _rates(self: _core.StateRates) -> Columns:
    ends = self.interval(0.9)
    return {
        "state": np.array(self.states.names),
        "events": self.events,
        "customer-periods": self.periods,
        "rate": np.asarray(self.mean),
        "lower": np.asarray(ends.lower),
        "upper": np.asarray(ends.upper),
    }


def _sharing(self: _core.SharingRates) -> Columns:
    return {
        "state": np.array(self.good.states.names),
        "good": np.asarray(self.good.mean),
        "bad": np.asarray(self.bad.mean),
    }


def _policies(self: _core.PolicyComparison) -> Columns:
    outcomes = self.outcomes
    return {
        "policy": [outcome.name for outcome in outcomes],
        "cost": [outcome.cost for outcome in outcomes],
        "profit": [outcome.profit for outcome in outcomes],
        "lower": [outcome.profit_interval[0] for outcome in outcomes],
        "upper": [outcome.profit_interval[1] for outcome in outcomes],
        "people at the end": [outcome.base for outcome in outcomes],
        "paid back after": ["never" if outcome.payback is None else outcome.payback for outcome in outcomes],
    }


def _counted(*names: str) -> Any:
    def of(self: Any) -> Columns:
        return {"state": np.array(self.states.names), **{name: np.asarray(getattr(self, name)) for name in names}}

    return of


def _people(self: _core.MarketPeople) -> Columns:
    names = np.array([*self.numbers.states.names, ""])  # -1 = in the pool again
    return {
        "arrived": self.arrived,
        "brought_by": self.brought_by,
        "generation": self.generation,
        "state": names[np.asarray(self.state)],
    }


def _equilibrium_told(self: _core.MarketEquilibrium) -> str:
    return (
        f"{'Stable' if self.is_stable else 'Unstable'} equilibrium: {self.pool:,.0f} not reached, "
        f"reputation {self.reputation:.4f}, profit {self.profit:,.2f} per period; people in each state"
    )


def _candidates(self: _core.OffspringFit) -> Columns:
    kinds: dict[str, Any] = {"law": str, "per_state": bool, "n_means": np.int64}
    columns = {name: np.array([getattr(one, name) for one in self.candidates], kind) for name, kind in kinds.items()}
    for name in ("log_likelihood", "criterion"):  # none where the law makes the data impossible
        found = [getattr(one, name) for one in self.candidates]
        columns[name] = np.array(found, dtype=object if None in found else float)
    return columns


def _split(self: BudgetSplit) -> Columns:
    levers = list(self.spend)
    return {
        "lever": np.array(levers),
        "spend": np.array([self.spend[name] for name in levers]),
        "marginal": np.array([self.marginal[name] for name in levers]),
    }


table(_core.Referrals, "Newcomers brought per period or move", lambda self: amounts(self, "newcomers"))
table(_core.ReferralValue, _referral_told)
values(_core.ReferralStartValue, "Value from a start with all who are brought, currency")
table(_core.Generations, "Value by generation, currency", _generations)
table(
    _core.ReferralSensitivity,
    "What one more percentage point of a move is worth, currency per customer",
    lambda self: self.levers().to_dict(),
)
values(_core.ReferralLever, "A move as a lever, currency per customer")
rows(
    _core.ReferralLevers,
    lambda self: f"{len(self):,} levers, currency per customer",
    {
        **_MOVE,
        "probability": float,
        "own_value_of_a_point": float,
        "total_value_of_a_point": float,
        "R0_of_a_point": float,
    },
)
by_state(
    _core.Extinction,
    lambda self: f"Probability that the tree ends; of a newcomer {self.newcomer_probability:.6g}, R0 = {self.R0:.4g}",
    "probability",
)
by_state(
    _core.Progeny,
    lambda self: (
        f"Customers in the tree; of a newcomer {self.newcomer_mean:.6g} on average, "
        f"variance {self.newcomer_variance:.6g}"
    ),
    "mean",
    "variance",
    "direct_mean",
    "direct_variance",
)
values(_core.QuadrantTotal, "Customers of one quadrant together, currency")
rows(
    _core.QuadrantTotals,
    "Customers by quadrant, currency",
    {"quadrant": str, "customers": int, "own": float, "referred": float},
)
table(
    _core.ReferralQuadrants,
    lambda self: (
        f"{len(self):,} customers by own value (from {self.own_threshold:,.2f}) "
        f"and referred value (from {self.referred_threshold:,.2f}), currency"
    ),
    _quadrants,
)
table(_core.WordOfMouthReport, "What became of the rows of the log")
table(
    _core.ReferralCounts,
    lambda self: f"Referrals and customer-periods by state, period: {self.period.name}",
    _counted("referrals", "periods", "arrivals"),
)
table(
    _core.SharingCounts,
    lambda self: f"Shared experiences and customer-periods by state, period: {self.period.name}",
    _counted("good", "bad", "neither", "periods"),
)
by_state(_core.RateInterval, lambda self: f"Interval of {100 * self.level:g} % for the rate", "lower", "upper")
table(_core.StateRates, lambda self: f"{self.definition}; interval of 90 %", shown=_rates)
table(_core.SharingRates, "Experiences shared per customer-period", _sharing)
values(_core.OffspringCandidate, "A law of how many newcomers come in a period")
table(_core.OffspringFit, lambda self: self.sentence(), _candidates)
values(_core.ReputationLaw, None)
values(_core.NumberInterval, "Interval")
values(
    _core.ReputationFit,
    lambda self: self.definition,
    "probability",
    "log_odds_error",
    "standard_error",
    "deviance",
    "null_deviance",
    "p_value",
    "dispersion",
    "dispersion_p",
    "n_periods",
    "degrees_of_freedom",
    "searchers",
    "conversions",
    "lowest_reputation",
    "highest_reputation",
)
values(_core.ExperienceSource, None)
values(_core.MarketReputation, None)
table(
    _core.Market,
    None,
    lambda self: {"people": self.people, "states": len(self.states), "period": self.chain.period.name},
)
table(_core.MarketPath, lambda self: self.definition)
table(
    _core.MarketEquilibrium,
    _equilibrium_told,
    lambda self: {"state": np.array(self.occupancy.keys()), "people": np.asarray(self.occupancy)},
)
values(_core.MarketThreshold, lambda self: self.definition)
table(
    _core.DeliveryGap,
    lambda self: self.definition,
    lambda self: {
        "believed_profit": self.believed.profit,
        "felt_profit": self.felt.profit,
        "profit": self.profit,
    },
)
table(_core.MarketSimulation, lambda self: self.definition)
table(_core.MarketPeople, lambda self: self.numbers.definition, _people)
values(_core.Policy, "What a policy costs by itself, currency")
values(
    _core.PolicyOutcome,
    "What a policy changes, currency discounted to today",
    "name",
    "cost",
    "own_value",
    "total_value",
    "base",
    "profit",
    "payback",
    "paid_back",
)
table(_core.PolicyComparison, lambda self: self.definition, shown=_policies)
values(ResponseCurve, None, "most", "half")
table(BudgetSplit, lambda self: f"{self.definition}; unspent {self.unspent:,.2f}, gain {self.gain:,.2f}", _split)
