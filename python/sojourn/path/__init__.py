"""How it goes on and ends: absorption, first passage, where it settles, forecasts."""

from __future__ import annotations

from sojourn._core import (
    Absorption,
    FirstPassage,
    Hitting,
    Stationary,
    StationaryLaw,
    absorption,
    committor,
    first_passage,
    hitting,
    kemeny_constant,
    mean_passage_times,
    mixing_time,
    spectral_gap,
    stationary,
)
from sojourn.path._forecast import Forecast, forecast

__all__ = [
    "Absorption",
    "FirstPassage",
    "Forecast",
    "Hitting",
    "Stationary",
    "StationaryLaw",
    "absorption",
    "committor",
    "first_passage",
    "forecast",
    "hitting",
    "kemeny_constant",
    "mean_passage_times",
    "mixing_time",
    "spectral_gap",
    "stationary",
]
