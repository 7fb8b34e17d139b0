"""Customer lifecycles as Markov chains: what a customer is worth, why, and what to do next.

Values flow one way: events → journeys → counts → chain → answers.

>>> import sojourn as sj
>>> chain = sj.Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
>>> sj.lifetime_value(chain, {"active": 10.0}, discount_factor=1).mean["active"]
50.0

The names met first stand here; every name lives in the wing of its kind of question: `sojourn.chain` (the nouns),
`sojourn.data` (from a log to a chain), `sojourn.value`, `sojourn.path`, `sojourn.trust`, `sojourn.simulation`,
`sojourn.market` and `sojourn.model`. `sojourn.plot` (matplotlib) is loaded when it is first used.
"""

from __future__ import annotations

import importlib as _importlib
import typing as _typing

from sojourn._support import functions as _functions  # noqa: F401  (first, for it replaces the functions of _core)

# isort: split
from sojourn import chain, data, market, model, path, simulation, trust, value
from sojourn._core import __version__
from sojourn.chain import (
    Chain,
    Discount,
    Lifecycle,
    LifecycleState,
    Period,
    RewardLaw,
    Rewards,
    StateSpace,
    full_journey,
    six_stages,
    structure,
    subscription,
)
from sojourn.data import (
    Counts,
    Dwell,
    FitResult,
    Journeys,
    Rule,
    Rules,
    count,
    fit_chain,
    journeys,
    on_grid,
    order_journeys,
    read_rules,
    rule_journeys,
    standard_rules,
)
from sojourn.market import (
    Market,
    Policy,
    Referrals,
    allocate_budget,
    compare_policies,
    market_path,
    referral_counts,
    referral_rates,
    referral_value,
    simulate_market,
    with_policy,
)
from sojourn.model import load_model, save_model, to_dot, to_mermaid
from sojourn.path import absorption, first_passage, forecast, hitting, stationary
from sojourn.simulation import (
    Scenario,
    Simulation,
    compare_scenarios,
    simulate,
    simulate_cohort,
    simulate_scenario,
    write_journeys,
)
from sojourn.trust import bootstrap, delta_method, fit_tests, posterior, value_bounds
from sojourn.value import (
    LifetimeValue,
    fleet_value,
    lifetime_value,
    payback,
    sensitivity,
    value_law,
    value_moments,
    what_if,
)

if _typing.TYPE_CHECKING:
    from sojourn import plot as plot

__all__ = [
    "Chain",
    "Counts",
    "Discount",
    "Dwell",
    "FitResult",
    "Journeys",
    "Lifecycle",
    "LifecycleState",
    "LifetimeValue",
    "Market",
    "Period",
    "Policy",
    "Referrals",
    "RewardLaw",
    "Rewards",
    "Rule",
    "Rules",
    "Scenario",
    "Simulation",
    "StateSpace",
    "__version__",
    "absorption",
    "allocate_budget",
    "bootstrap",
    "chain",
    "compare_policies",
    "compare_scenarios",
    "count",
    "data",
    "delta_method",
    "first_passage",
    "fit_chain",
    "fit_tests",
    "fleet_value",
    "forecast",
    "full_journey",
    "hitting",
    "journeys",
    "lifetime_value",
    "load_model",
    "market",
    "market_path",
    "model",
    "on_grid",
    "order_journeys",
    "path",
    "payback",
    "plot",
    "posterior",
    "read_rules",
    "referral_counts",
    "referral_rates",
    "referral_value",
    "rule_journeys",
    "save_model",
    "sensitivity",
    "simulate",
    "simulate_cohort",
    "simulate_market",
    "simulate_scenario",
    "simulation",
    "six_stages",
    "standard_rules",
    "stationary",
    "structure",
    "subscription",
    "to_dot",
    "to_mermaid",
    "trust",
    "value",
    "value_bounds",
    "value_law",
    "value_moments",
    "what_if",
    "with_policy",
    "write_journeys",
]

_WINGS = (chain, data, value, path, trust, simulation, market, model)

for _wing in _WINGS:  # it completes the wing's classes: text, tables, frames, pages
    _importlib.import_module(f"{_wing.__name__}._results")


def __getattr__(name: str) -> _typing.Any:
    if name == "plot":
        return _importlib.import_module("sojourn.plot")
    for wing in _WINGS:
        if name in wing.__all__:
            raise AttributeError(f"module 'sojourn' has no attribute {name!r}; it is {wing.__name__}.{name}")
    raise AttributeError(f"module 'sojourn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
