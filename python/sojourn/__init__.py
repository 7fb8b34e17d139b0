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
    Cadence,
    Chain,
    CommunicatingClass,
    Counts,
    DataReport,
    Discount,
    Dwell,
    FitReport,
    FitResult,
    Journeys,
    JourneyView,
    Lifecycle,
    LifecycleState,
    LifetimeValue,
    Model,
    Path,
    Period,
    Rewards,
    Rule,
    Rules,
    SimulatedValue,
    Simulation,
    StartValue,
    StateSpace,
    StateValues,
    Structure,
    ValueInterval,
    __version__,
    dirichlet_covariance,
    fit_chain,
    forecast,
    full_journey,
    lifetime_value,
    load_model,
    log_likelihood,
    model_format_version,
    model_from_json,
    moments_of_truth,
    most_probable_path,
    on_grid,
    recency,
    save_model,
    six_stages,
    standard_rules,
    structure,
    subscription,
    to_dot,
    to_json,
    to_mermaid,
)
from sojourn._journeys import count, journeys, order_journeys, rule_journeys
from sojourn._rules_file import read_rules
from sojourn._simulate import simulate

if TYPE_CHECKING:
    from sojourn import plot as plot

__all__ = [
    "Cadence",
    "Chain",
    "CommunicatingClass",
    "Counts",
    "DataReport",
    "Discount",
    "Dwell",
    "FitReport",
    "FitResult",
    "JourneyView",
    "Journeys",
    "Lifecycle",
    "LifecycleState",
    "LifetimeValue",
    "Model",
    "Path",
    "Period",
    "Rewards",
    "Rule",
    "Rules",
    "SimulatedValue",
    "Simulation",
    "StartValue",
    "StateSpace",
    "StateValues",
    "Structure",
    "ValueInterval",
    "__version__",
    "count",
    "dirichlet_covariance",
    "fit_chain",
    "forecast",
    "full_journey",
    "journeys",
    "lifetime_value",
    "load_model",
    "log_likelihood",
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
    "simulate",
    "six_stages",
    "standard_rules",
    "structure",
    "subscription",
    "to_dot",
    "to_json",
    "to_mermaid",
]


def __getattr__(name: str) -> Any:
    if name == "plot":
        return importlib.import_module("sojourn.plot")
    raise AttributeError(f"module 'sojourn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
