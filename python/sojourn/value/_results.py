"""The tables of what a customer is worth, and why."""

from __future__ import annotations

import numpy as np

from sojourn import _core
from sojourn._support.results import Columns, by_state, rows, table, values

MOVE = {"from_state": str, "to_state": str}
LEVER = {**MOVE, "probability": float, "value_of_a_point": float}


def _value(self: _core.LifetimeValue) -> Columns:
    columns = {"state": np.array(self.states.names)}
    columns |= {name: np.asarray(getattr(self, name)) for name in ("mean", "residual", "std")}
    if self.is_fitted:
        columns["standard error"] = np.asarray(self.interval(0.9).standard_error)
    return columns


def _payback(self: _core.Payback) -> Columns:
    return {
        "period": np.arange(len(self.probabilities)),
        "probability": self.probabilities,
        "cumulative": self.cumulative,
    }


def _payback_told(self: _core.Payback) -> str:
    return f"Paid back {self.cost:,.2f} in each period; never {self.never:.4g}, undecided {self.undecided:.4g}"


def _moments(self: _core.ValueMoments) -> Columns:
    names = ("mean", "variance", "third_central", "fourth_central", "skewness", "excess_kurtosis")
    return {"state": np.array(self.mean.keys()), **{name: np.asarray(getattr(self, name)) for name in names}}


table(_core.LifetimeValue, lambda self: self.definition, shown=_value)
by_state(
    _core.ValueInterval,
    lambda self: f"Interval of {100 * self.level:g} % for the mean value, currency",
    "lower",
    "upper",
    "standard_error",
)
values(_core.StartValue, "Value from a start, currency")
values(_core.SolutionAccuracy, "How exact the means are, currency")
table(_core.ValueMoments, "Moments of the value, currency and its powers", _moments)
values(_core.StartMoments, "Moments of the value from a start, currency and its powers")
table(
    _core.ValueLaw,
    lambda self: f"{self.definition}; mean {self.mean:,.2f}, standard deviation {self.standard_deviation:,.2f}",
    lambda self: {"value": self.atoms[:, 0], "probability": self.atoms[:, 1]},
)
table(_core.Payback, _payback_told, _payback)
table(
    _core.FleetValue,
    lambda self: (
        f"{self.n_customers:,g} customers together: mean {self.mean:,.2f}, "
        f"standard deviation {self.standard_deviation:,.2f}, currency"
    ),
    lambda self: {
        "state": np.array(self.customers.keys()),
        "customers": np.asarray(self.customers),
        "mean": np.asarray(self.mean_by_state),
    },
)
values(_core.FleetInterval, "Interval for the value of the fleet, currency")
table(
    _core.Sensitivity,
    lambda self: (
        "What one more percentage point of a move is worth, currency per customer; "
        f"one unit of discount factor: {self.by_discount_factor:,.2f}"
    ),
    lambda self: self.levers().to_dict(),
)
values(_core.Lever, "A move as a lever, currency per customer")
values(_core.BaseLever, "A move as a lever on a base, currency")
values(_core.Leak, "Money lost through an exit, currency per customer")
values(_core.MomentLeak, "Money lost at a moment of truth, currency per customer")
values(_core.MoveDifference, "Part of a difference between two chains, currency per customer")
rows(_core.Levers, "What one more percentage point of a move is worth, currency per customer", LEVER)
rows(
    _core.BaseLevers,
    "What one more percentage point of a move is worth on a base, currency",
    {**LEVER, "value_for_base": float, "break_even_cost": float},
)
rows(
    _core.Leaks,
    "Money lost through exits, currency per customer",
    {"from_state": str, "exit": str, "amount": float},
)
table(
    _core.MomentLeaks,
    "Money lost per moment of truth (empty: states without one), currency per customer",
    lambda self: {
        "moment": np.array([leak.moment or "" for leak in self], dtype=str),
        "states": np.array([", ".join(leak.states) for leak in self], dtype=str),
        "amount": np.array([leak.amount for leak in self], dtype=float),
    },
)
rows(
    _core.WhatIf,
    lambda self: f"From {self.value:,.4f} to {self.other_value:,.4f}, currency per customer, move by move",
    {**MOVE, "amount": float},
    lambda self: self.moves,
)
