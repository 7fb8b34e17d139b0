"""The tables from a log to a chain."""

from __future__ import annotations

import numpy as np

from sojourn import _core
from sojourn._support.results import Columns, moves_of, table, values


def _stays(self: _core.Dwell) -> Columns:
    n = max(len(self.completed), len(self.open))
    return {
        "length": np.arange(1, n + 1),
        "completed": np.pad(self.completed, (0, n - len(self.completed))),
        "open": np.pad(self.open, (0, n - len(self.open))),
    }


def _moves(self: _core.FitResult) -> Columns:
    allowed = self.counts.lifecycle.allowed
    chain = self.chain.to_dense().transition_matrix
    return {
        **moves_of(allowed, self.states),
        "moves": self.counts.moves[allowed],
        "probability": chain[allowed],
        "standard_error": self.standard_errors[allowed],
    }


def _entries(self: _core.JourneyView) -> Columns:
    return {"time": self.times, "state": np.array(self.states, dtype=str), "value": self.values}


def _rules(self: _core.Rules) -> Columns:
    return {
        "state": np.array([rule.state for rule in self.rules]),
        "rule": np.array([rule.describe() for rule in self.rules]),
    }


table(_core.Journeys, lambda self: f"{len(self):,} journeys of {self.n_customers:,} customers")
table(
    _core.JourneyView,
    lambda self: f"Journey of customer {self.customer!r}{', ended' if self.is_ended else ''}; values in currency",
    _entries,
)
table(_core.DataReport, "What became of the rows of the log")
table(_core.Counts, lambda self: f"{self.n_moves:,} moves of {self.n_customers:,} customers")
table(_core.Dwell, "Stays by their length in periods (or events): left, and still open when last seen", _stays)
values(_core.FitReport, "What the estimate rests on")
table(_core.FitResult, lambda self: f"Fit of {self.report.moves_used:,} moves, period: {self.period.name}", _moves)
values(_core.Cadence, None)
table(_core.Rule, None, lambda self: {"state": self.state, "rule": self.describe()})
table(_core.Rules, "The first rule that holds gives the state", _rules)
