"""Customer lifecycles as Markov chains: what a customer is worth, why, and what to do next.

Values flow one way: events → journeys → counts → chain → answers.

>>> import sojourn as sj
>>> chain = sj.Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
>>> sj.lifetime_value(chain, {"active": 10.0}, discount_factor=1).mean["active"]
50.0

`sojourn.plot` (matplotlib) is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sojourn import _frames, _notebook  # noqa: F401  (they complete the classes of _core)
from sojourn._core import (
    Absorption,
    Cadence,
    Chain,
    CommunicatingClass,
    Counts,
    DataReport,
    Discount,
    Dwell,
    FirstPassage,
    FitReport,
    FitResult,
    Hitting,
    Journeys,
    JourneyView,
    Leak,
    Lever,
    Lifecycle,
    LifecycleState,
    LifetimeValue,
    Model,
    MoveDifference,
    Path,
    Period,
    Rewards,
    Rule,
    Rules,
    Sensitivity,
    SimulatedValue,
    Simulation,
    StartValue,
    StateSpace,
    StateValues,
    Stationary,
    StationaryLaw,
    Structure,
    ValueInterval,
    WhatIf,
    __version__,
    absorption,
    committor,
    dirichlet_covariance,
    first_passage,
    fit_chain,
    forecast,
    full_journey,
    hitting,
    kemeny_constant,
    lifetime_value,
    load_model,
    log_likelihood,
    mean_passage_times,
    mixing_time,
    model_format_version,
    model_from_json,
    moments_of_truth,
    most_probable_path,
    on_grid,
    recency,
    save_model,
    sensitivity,
    six_stages,
    spectral_gap,
    standard_rules,
    stationary,
    structure,
    subscription,
    to_dot,
    to_json,
    to_mermaid,
    what_if,
)
from sojourn._journeys import count, journeys, order_journeys, rule_journeys
from sojourn._rules_file import read_rules
from sojourn._simulate import simulate

if TYPE_CHECKING:
    from sojourn import plot as plot

__all__ = [
    "Absorption",
    "Cadence",
    "Chain",
    "CommunicatingClass",
    "Counts",
    "DataReport",
    "Discount",
    "Dwell",
    "FirstPassage",
    "FitReport",
    "FitResult",
    "Hitting",
    "JourneyView",
    "Journeys",
    "Leak",
    "Lever",
    "Lifecycle",
    "LifecycleState",
    "LifetimeValue",
    "Model",
    "MoveDifference",
    "Path",
    "Period",
    "Rewards",
    "Rule",
    "Rules",
    "Sensitivity",
    "SimulatedValue",
    "Simulation",
    "StartValue",
    "StateSpace",
    "StateValues",
    "Stationary",
    "StationaryLaw",
    "Structure",
    "ValueInterval",
    "WhatIf",
    "__version__",
    "absorption",
    "committor",
    "count",
    "dirichlet_covariance",
    "first_passage",
    "fit_chain",
    "forecast",
    "full_journey",
    "hitting",
    "journeys",
    "kemeny_constant",
    "lifetime_value",
    "load_model",
    "log_likelihood",
    "mean_passage_times",
    "mixing_time",
    "model_format_version",
    "model_from_json",
    "moments_of_truth",
    "most_probable_path",
    "on_grid",
    "order_journeys",
    "plot",
    "read_rules",
    "recency",
    "rule_journeys",
    "save_model",
    "sensitivity",
    "simulate",
    "six_stages",
    "spectral_gap",
    "standard_rules",
    "stationary",
    "structure",
    "subscription",
    "to_dot",
    "to_json",
    "to_mermaid",
    "what_if",
]


def __getattr__(name: str) -> Any:
    if name == "plot":
        return importlib.import_module("sojourn.plot")
    raise AttributeError(f"module 'sojourn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
