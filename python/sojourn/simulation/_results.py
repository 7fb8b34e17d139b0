"""The tables of simulated customers."""

from __future__ import annotations

from typing import Any

import numpy as np

from sojourn import _core
from sojourn._support.results import Columns, by_period, table, values
from sojourn.simulation._streaming import WrittenJourneys


def _simulated(self: _core.SimulatedValue) -> Columns:
    if self.customers == 0:
        return {"customers": 0}
    columns: Columns = {"customers": self.customers, "mean": self.mean}
    if self.customers > 1:
        columns |= {"standard_deviation": self.standard_deviation, "standard_error": self.standard_error}
    return columns | {f"quantile_{p}": self.quantile(p) for p in (0.05, 0.25, 0.5, 0.75, 0.95)}


def _simulation(self: _core.Simulation) -> Columns:
    occupancy = np.asarray(self.occupancy)
    periods = {"period": np.arange(len(occupancy)), "survivors": np.asarray(self.survivors)}
    return by_period(periods, self.states.names, occupancy)


def _simulation_shown(self: _core.Simulation) -> Columns:
    try:
        return _simulation(self)
    except ValueError:  # occupancy was not asked for
        return {"customers": self.customers, **_value_of(self)}


def _value_of(self: _core.Simulation) -> Columns:
    try:
        return _simulated(self.value)
    except ValueError:  # nor was the value
        return {}


def _compared(self: _core.ScenarioComparison) -> Columns:
    parts = {"base": self.base_mean, "changed": self.changed_mean, "difference": self.mean_difference}
    if self.controlled_difference is not None:
        parts["controlled difference"] = self.controlled_difference
    return {
        "value": np.array(list(parts)),
        "mean": np.array([part.mean for part in parts.values()]),
        "standard_error": np.array([part.standard_error for part in parts.values()]),
    }


def _compared_told(self: _core.ScenarioComparison) -> str:
    return f"{self.definition}; better for {self.share_better:.1%} of customers, worse for {self.share_worse:.1%}"


def _mean_told(self: _core.ScenarioSimulation) -> str:
    mean = self.controlled_mean or self.mean
    return f"{self.definition}; mean {mean.mean:,.4f} ± {mean.standard_error:,.4f}"


def _or_none(name: str) -> Any:
    return lambda self: None if getattr(self, name) is None else repr(getattr(self, name))


table(_core.SimulatedValue, "Simulated value of customers, currency", _simulated)
table(_core.Simulation, lambda self: self.definition, _simulation, shown=_simulation_shown)
table(_core.ScenarioSimulation, _mean_told)
table(_core.ScenarioComparison, _compared_told, _compared)
values(_core.SimulatedMean, "Mean over customers, currency")
values(_core.QuantileInterval, "Interval for a quantile, currency")
table(_core.CohortPath, lambda self: "Customers per period and state")
table(_core.CohortSimulation, lambda self: self.definition)
table(
    _core.ChainSchedule,
    None,
    lambda self: {"chains": len(self.chains), "clock": self.clock, "after_last": self.after_last},
)
values(_core.Intervention, None, "first", "last", "clock")
values(_core.Scenario, None, "cost", "cost_per_period")
values(_core.QuantileWidth, None)
table(
    _core.StopAt,
    None,
    lambda self: {"standard_error": self.standard_error, "quantile_width": _or_none("quantile_width")(self)},
)
values(WrittenJourneys, None, "customers", "rows")
