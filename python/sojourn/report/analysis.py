"""From journeys to what every section builds on: the fitted chain and what customers are worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import sojourn as sj

Floats = NDArray[np.float64]


@dataclass
class Settings:
    """What the analysis is asked to do, beside the journeys."""

    discount: dict[str, Any]  # one of the three discount keywords
    horizon: int | None = None
    smoothing: float = 0.0
    rows_without_data: str = "prior"
    forbidden: Literal["refuse", "drop"] = "refuse"
    customers: int = 100_000
    seed: int = 0
    level: float = 0.9
    currency: str = ""
    title: str = ""
    source: str = ""
    clock: str = "states"  # "orders" | "states" | "rules"
    churn_after: int = 0
    made_on: str = ""
    money_word: str = ""  # what amounts are, when they are not the revenue of the log
    simulated_log: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass
class Analysis:
    """What every section builds on."""

    settings: Settings
    journeys: Any
    fit: Any
    value: Any
    start: Floats
    newcomer: Any

    @property
    def names(self) -> list[str]:
        """State names, in the order of the chain."""
        return list(self.fit.chain.states.names)

    @property
    def matrix(self) -> Floats:
        """The transition matrix."""
        return np.asarray(self.fit.chain.transition_matrix, dtype=float)

    @property
    def absorbing(self) -> NDArray[np.bool_]:
        """True for each state that is never left."""
        return np.asarray(np.diag(self.matrix) == 1.0)

    @property
    def shown(self) -> list[int]:
        """Positions of the states that have a row in the tables of the page."""
        absorbing = self.absorbing
        return [i for i in range(len(absorbing)) if not absorbing[i]] or list(range(len(absorbing)))

    @property
    def period(self) -> str:
        """The length of one step: "month", "2 weeks", "step"."""
        return str(self.fit.chain.period.name)


def analyse(journeys: Any, settings: Settings, step: Callable[[str], None]) -> Analysis:
    """Counts, fits and values; `step` is told what is being done."""
    step("fitting the chain")
    counts = sj.count(journeys)
    options: dict[str, Any] = {"smoothing": settings.smoothing, "rows_without_data": settings.rows_without_data}
    options["forbidden"] = settings.forbidden
    if settings.rows_without_data == "prior" and settings.smoothing == 0.0:
        prior, filled = even_prior(counts)
        if filled:
            options["prior"] = prior
        else:
            options["rows_without_data"] = "refuse"
    fit = sj.fit_chain(counts, **options)

    step("valuing customers")
    value = sj.lifetime_value(fit, horizon=settings.horizon, **settings.discount)
    start = np.asarray(fit.counts.start_distribution(), dtype=float)
    return Analysis(settings, journeys, fit, value, start, value.start_value(start))


def even_prior(counts: Any) -> tuple[Floats, list[str]]:
    """
    A prior for the rows that no move was seen from, worth one observed move spread evenly over the allowed moves.

    Returns
    -------
    The Dirichlet parameters, shape (n_states, n_states), zero in rows that have data; and the states it speaks for.
    """
    allowed = np.asarray(counts.lifecycle.allowed, dtype=bool)
    moves = np.asarray(counts.moves)
    exits = set(counts.lifecycle.exits)
    names = list(counts.states.names)
    prior = np.zeros(allowed.shape)
    filled = []
    for i in range(len(names)):
        if names[i] not in exits and moves[i].sum() == 0:
            prior[i, allowed[i]] = 1.0 / allowed[i].sum()
            filled.append(names[i])
    return prior, filled
