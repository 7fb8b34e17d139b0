"""From a table to all that the page tells: journeys, chain, values, simulated customers, and the facts in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.plot.survival import survival_curve
from sojourn.report.sections.fit import ask_tests
from sojourn.report.sections.word_of_mouth.analysis import Given, WordOfMouth, follow

Floats = NDArray[np.float64]


@dataclass
class Settings:
    """What the analysis is asked to do, beside the journeys."""

    discount: dict[str, Any]  # one of the three discount keywords
    horizon: int | None = None
    smoothing: float = 0.0
    rows_without_data: str = "prior"
    forbidden: str = "refuse"
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
    brought: Given | None = None  # newcomers whom customers bring


@dataclass
class Analysis:
    """Everything behind the page."""

    settings: Settings
    journeys: Any
    fit: Any
    value: Any
    start: Floats
    newcomer: Any
    simulation: Any
    survival_periods: int
    still_there: Floats  # by the chain, the share of newcomers who have not left after 0, 1, 2, … periods
    observed: tuple[Floats, Floats, Floats] | None  # time, share still there, journeys at risk
    prior_states: list[str]
    simulated_periods: int | None  # where the simulation stops although the value goes on
    tests: Any  # of the fit; None without a move
    word_of_mouth: WordOfMouth | None = None

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
    def period(self) -> str:
        """The length of one step: "month", "2 weeks", "step"."""
        return str(self.fit.chain.period.name)


def analyse(
    journeys: Any, settings: Settings, step: Callable[[str], None], progress: Callable[[], Any] = lambda: False
) -> Analysis:
    """Counts, fits, values and simulates; `step` is told what is being done."""
    import sojourn as sj

    step("fitting the chain")
    counts = sj.count(journeys)
    options: dict[str, Any] = {"smoothing": settings.smoothing, "rows_without_data": settings.rows_without_data}
    options["forbidden"] = settings.forbidden
    filled: list[str] = []
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
    newcomer = value.start_value(start)

    step("testing whether a chain fits")
    tests = ask_tests(journeys, fit, value, settings.forbidden)

    step("simulating customers")
    cut = None if settings.horizon is not None else simulated_periods(fit.chain, value)
    simulation = sj.simulate(
        fit,
        customers=settings.customers,
        horizon=cut or settings.horizon,
        start=start,
        rewards=value.rewards,
        seed=settings.seed,
        progress=progress(),
        **settings.discount,
    )
    observed = observed_survival(journeys)
    still_there = survival_curve(fit, max(600, len(observed[0]) if observed else 0), start)
    periods = survival_periods(still_there, observed)
    found = Analysis(
        settings,
        journeys,
        fit,
        value,
        start,
        newcomer,
        simulation,
        periods,
        still_there,
        observed,
        filled,
        cut,
        tests,
    )
    if settings.brought is not None:
        step("following word of mouth")
        found.word_of_mouth = follow(found, settings.brought)
    return found


def simulated_periods(chain: Any, value: Any) -> int | None:
    """
    Where to stop simulating customers who never leave: when money has lost all but a ten-thousandth of its worth.

    Nothing when every customer comes some day to where no more money is made, or nothing is discounted.
    """
    import sojourn as sj

    shape = sj.structure(chain)
    factor = float(value.discount.factor_per_period(chain.period))
    ends = all(value.rewards.per_state[name] == 0 for name in shape.absorbing_states) and shape.is_absorbing_chain
    if ends or factor >= 1.0:
        return None
    return int(min(5000, math.ceil(math.log(1e-4) / math.log(factor))))


def even_prior(counts: Any) -> tuple[Floats, list[str]]:
    """
    A prior for the rows that no move was seen from, worth one observed move spread evenly over the allowed moves.

    Returns
    -------
    The Dirichlet parameters, shape (n_states, n_states), zero in rows that have data; and the states it speaks for.
    """
    allowed = np.asarray(counts.lifecycle.allowed, dtype=bool)
    moves = np.asarray(counts.moves)
    exits = exit_positions(counts.lifecycle)
    names = list(counts.states.names)
    prior = np.zeros(allowed.shape)
    filled = []
    for i in range(len(names)):
        if i not in exits and moves[i].sum() == 0:
            prior[i, allowed[i]] = 1.0 / allowed[i].sum()
            filled.append(names[i])
    return prior, filled


def exit_positions(lifecycle: Any) -> list[int]:
    """Positions of the exits of a lifecycle."""
    return [lifecycle.states.index(name) for name in lifecycle.exits]


def last_states(journeys: Any) -> NDArray[np.int64]:
    """The position of each journey's last state, shape (n_journeys,)."""
    offsets = np.asarray(journeys.offsets, dtype=np.int64)
    return np.asarray(journeys.state_positions, dtype=np.int64)[offsets[1:] - 1]


def opens_customer(journeys: Any) -> NDArray[np.bool_]:
    """True for each journey that is its customer's first; journeys of one customer stand together."""
    ids = journeys.customer_ids
    first = np.ones(len(ids), dtype=bool)
    first[1:] = np.asarray(ids[1:] != ids[:-1], dtype=bool)
    return first


def observed_survival(journeys: Any) -> tuple[Floats, Floats, Floats] | None:
    """
    The product-limit curve of first journeys: those still open count as long as they were seen.

    Nothing when no journey has ended. Source: E. L. Kaplan & P. Meier, Journal of the American Statistical Association
    53, 1958.
    """
    offsets = np.asarray(journeys.offsets, dtype=np.int64)
    lengths = offsets[1:] - offsets[:-1] - 1
    ended = np.isin(last_states(journeys), exit_positions(journeys.lifecycle))
    first = opens_customer(journeys)
    return product_limit(lengths[first], ended[first])


def product_limit(lengths: NDArray[np.int64], ended: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats] | None:
    """Times 0, 1, …, the share not yet ended after them, the number at risk; cut where fewer than 20 are at risk."""
    if not ended.any():
        return None
    last = int(lengths.max())
    ends = np.bincount(lengths[ended], minlength=last + 1)
    seen = np.bincount(lengths, minlength=last + 1)
    at_risk = seen[::-1].cumsum()[::-1].astype(float)  # journeys seen for at least t periods
    share = np.cumprod(1.0 - ends / np.maximum(at_risk, 1.0))
    kept = max(1, int((at_risk >= 20).sum()))
    return np.arange(kept, dtype=float), share[:kept], at_risk[:kept]


def survival_periods(still_there: Floats, observed: tuple[Floats, Floats, Floats] | None) -> int:
    """How far to draw: the observed span, or until one in twenty is left, between 12 and 60 periods."""
    left = np.flatnonzero(still_there[:60] < 0.05)
    needed = int(left[0]) if left.size else 60
    seen = len(observed[0]) - 1 if observed is not None else 0
    return int(min(60, max(12, seen, min(needed, 36))))


def half_life(analysis: Analysis) -> int | None:
    """Periods until half of the newcomers have reached an exit; nothing when that takes very long."""
    gone = np.flatnonzero(analysis.still_there <= 0.5)
    return int(gone[0]) if gone.size else None


def losses(analysis: Analysis) -> list[tuple[str, float]]:
    """For each state the share of all observed exits that were made from it, largest first."""
    moves = np.asarray(analysis.fit.counts.moves, dtype=float)
    exits = exit_positions(analysis.fit.counts.lifecycle)
    out = moves[:, exits].sum(axis=1)
    out[exits] = 0.0
    total = float(out.sum())
    if total == 0.0:
        return []
    return sorted(
        ((name, float(x) / total) for name, x in zip(analysis.names, out, strict=True) if x > 0),
        key=lambda item: -item[1],
    )


def order_again(analysis: Analysis) -> Floats:
    """Probability of ever reaching the first state, by state, shape (n_states,); 1 from the first state itself."""
    import sojourn as sj

    return np.asarray(sj.hitting(analysis.fit.chain, analysis.names[:1]).probability, dtype=float)


def customer_states(analysis: Analysis) -> NDArray[np.int64]:
    """The position of the state in which each customer was last seen; those who left are at an exit."""
    opens = opens_customer(analysis.journeys)
    return np.asarray(last_states(analysis.journeys)[np.append(opens[1:], True)], dtype=np.int64)


def living_states(analysis: Analysis) -> NDArray[np.int64]:
    """The same of today's customers who have not left."""
    states = customer_states(analysis)
    return states[~analysis.absorbing[states]]


def base_today(analysis: Analysis) -> NDArray[np.int64]:
    """Customers by the state they were last seen in, shape (n_states,); those who left are at an exit."""
    return np.bincount(customer_states(analysis), minlength=len(analysis.names)).astype(np.int64)


def living_base(analysis: Analysis) -> Floats:
    """Today's customers who have not left, shape (n_states,)."""
    return np.where(analysis.absorbing, 0.0, base_today(analysis))


def levers(analysis: Analysis) -> list[Any]:
    """
    What a point of each move is worth to today's base, the one that may cost most first.

    Only moves that were seen; where a state has two of them, one is the other's mirror, and the one that brings value
    stands for both. Nothing where nobody is left.
    """
    import sojourn as sj

    base = living_base(analysis)
    if not base.any():
        return []
    moves = np.asarray(analysis.fit.counts.moves)
    at = analysis.fit.chain.states.index
    seen = [
        lever for lever in sj.value.base_levers(analysis.value, base) if moves[at(lever.from_state), at(lever.to_state)]
    ]
    several = {name for name in analysis.names if np.count_nonzero(analysis.matrix[at(name)]) != 2}
    kept = [lever for lever in seen if lever.value_for_base > 0 or lever.from_state in several]
    return [lever for lever in kept if lever.break_even_cost > 0]


def leaks(analysis: Analysis) -> tuple[list[Any], list[Any]]:
    """What a new customer loses by leaving, per state and exit and, where states are tagged, per moment of truth."""
    why = analysis.value.sensitivity(start=analysis.start)
    lifecycle = analysis.fit.counts.lifecycle
    tagged = any(lifecycle.moments(name) for name in analysis.names)
    return list(why.leaks()), list(why.leaks_by_moment(lifecycle)) if tagged else []


def always_leave(analysis: Analysis) -> list[str]:
    """States from which everybody moves into an exit: nobody who stays tells what is lost there."""
    exits = [i for i, name in enumerate(analysis.names) if name in analysis.fit.chain.absorbing_states]
    certain = (analysis.matrix[:, exits].max(axis=1, initial=0.0) == 1.0) & ~analysis.absorbing
    return [name for name, leaves in zip(analysis.names, certain, strict=True) if leaves]


def forecast(analysis: Analysis, periods: int = 12) -> Floats:
    """Today's base, moved on period by period, shape (periods + 1, n_states); no rows where nobody is left."""
    import sojourn as sj

    base = living_base(analysis)
    return (
        np.asarray(sj.forecast(analysis.fit.chain, base, periods=periods)) if base.any() else np.zeros((0, len(base)))
    )


def newcomer_interval(analysis: Analysis) -> tuple[float, float] | None:
    """A normal interval for the value of a newcomer."""
    error = analysis.newcomer.standard_error
    if error is None:
        return None
    z = NormalDist().inv_cdf(0.5 + analysis.settings.level / 2)
    return analysis.newcomer.mean - z * error, analysis.newcomer.mean + z * error


def share_after(analysis: Analysis, periods: int) -> float | None:
    """The share of a newcomer's value that comes after so many periods; nothing where it is no share."""
    import sojourn as sj

    horizon = analysis.settings.horizon
    whole = float(analysis.newcomer.mean)
    if periods < 1 or (horizon is not None and horizon <= periods) or whole <= 0:
        return None
    early = sj.lifetime_value(analysis.fit.chain, analysis.value.rewards, horizon=periods, **analysis.settings.discount)
    share = 1.0 - float(early.start_value(analysis.start).mean) / whole
    return share if 0.0 <= share <= 1.0 else None


def widest_gap(analysis: Analysis) -> tuple[int, float, float] | None:
    """The period at which chain and log differ most in the share of newcomers still there, and both shares."""
    if analysis.observed is None:
        return None
    share = analysis.observed[1]
    chain = analysis.still_there[: len(share)]
    at = int(np.argmax(np.abs(chain - share)))
    return at, float(chain[at]), float(share[at])
