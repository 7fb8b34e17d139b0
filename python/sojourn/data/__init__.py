"""From a log to a chain: journeys, periods, recency states, rules, counts, and the fit."""

from __future__ import annotations

from sojourn._core import (
    Cadence,
    Counts,
    DataReport,
    Dwell,
    FitReport,
    FitResult,
    Journeys,
    JourneyView,
    Rule,
    Rules,
    dirichlet_covariance,
    fit_chain,
    log_likelihood,
    on_grid,
    standard_rules,
)
from sojourn.data._journeys import count, journeys, order_journeys, rule_journeys
from sojourn.data._rules_file import read_rules

__all__ = [
    "Cadence",
    "Counts",
    "DataReport",
    "Dwell",
    "FitReport",
    "FitResult",
    "JourneyView",
    "Journeys",
    "Rule",
    "Rules",
    "count",
    "dirichlet_covariance",
    "fit_chain",
    "journeys",
    "log_likelihood",
    "on_grid",
    "order_journeys",
    "read_rules",
    "rule_journeys",
    "standard_rules",
]
