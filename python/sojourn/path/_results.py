"""The tables of how it goes on and ends."""

from __future__ import annotations

import numpy as np

from sojourn import _core
from sojourn._support.results import Columns, by_period, table
from sojourn.path._forecast import Forecast


def _absorption(self: _core.Absorption) -> Columns:
    names, ends = np.array(self.states.names), np.array([", ".join(end) for end in self.ends])
    return {
        "state": np.repeat(names, len(ends)),
        "end": np.tile(ends, len(names)),
        "probability": np.asarray(self.probabilities).ravel(),
        "expected_time": np.repeat(np.asarray(self.expected_time), len(ends)),
        "time_variance": np.repeat(np.asarray(self.time_variance), len(ends)),
    }


def _hitting(self: _core.Hitting) -> Columns:
    return {
        "state": np.array(self.probability.keys()),
        "probability": np.asarray(self.probability),
        "expected_time_if_hit": np.asarray(self.expected_time_if_hit),
        "is_certain": np.asarray(self.is_certain),
    }


def _passage(self: _core.FirstPassage) -> Columns:
    n, horizon = len(self.states), self.horizon
    return {
        "state": np.repeat(np.array(self.states.names), horizon),
        "time": np.tile(np.arange(1, horizon + 1), n),
        "probability": np.asarray(self.probabilities).T.ravel(),
        "cumulative": np.asarray(self.cumulative).T.ravel(),
    }


def _law(self: _core.StationaryLaw) -> Columns:
    return {
        "state": np.array(self.states),
        "share": np.array([self.distribution[state] for state in self.states]),
    }


def _laws(self: _core.Stationary) -> Columns:
    parts = [_law(law) for law in self.laws]
    sizes = [len(part["state"]) for part in parts]
    return {
        "law": np.repeat(np.arange(len(parts)), sizes),
        **{name: np.concatenate([part[name] for part in parts]) for name in ("state", "share")},
        "period": np.repeat([law.period for law in self.laws], sizes),
    }


table(_core.Absorption, "How it ends: probability of each end, and time until any, in periods", _absorption)
table(_core.Hitting, "Probability of ever getting there, and time if so, in periods", _hitting)
table(_core.FirstPassage, "Probability of getting there for the first time at a time, in periods", _passage)
table(_core.StationaryLaw, lambda self: f"Share of time in each state, period {self.period}", _law)
table(_core.Stationary, "Where it settles: share of time in each state, per set of states never left", _laws)
table(
    Forecast,
    lambda self: f"Expected customers in each state, period by period: {self.period.name}",
    lambda self: by_period({"period": np.arange(len(self))}, self.states.names, self.values),
)
