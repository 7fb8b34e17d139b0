"""A chain turned back into customers: single ones, cohorts, and worlds compared customer by customer."""

from __future__ import annotations

from sojourn._core import (
    ChainSchedule,
    CohortPath,
    CohortSimulation,
    Intervention,
    QuantileInterval,
    QuantileWidth,
    Scenario,
    ScenarioComparison,
    ScenarioSimulation,
    SimulatedMean,
    SimulatedValue,
    Simulation,
    StopAt,
    compare_scenarios,
    simulate,
    simulate_cohort,
    simulate_scenario,
)
from sojourn.simulation._streaming import WrittenJourneys, journey_batches, write_journeys

__all__ = [
    "ChainSchedule",
    "CohortPath",
    "CohortSimulation",
    "Intervention",
    "QuantileInterval",
    "QuantileWidth",
    "Scenario",
    "ScenarioComparison",
    "ScenarioSimulation",
    "SimulatedMean",
    "SimulatedValue",
    "Simulation",
    "StopAt",
    "WrittenJourneys",
    "compare_scenarios",
    "journey_batches",
    "simulate",
    "simulate_cohort",
    "simulate_scenario",
    "write_journeys",
]
