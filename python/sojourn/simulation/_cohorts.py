"""Whole cohorts turned loose on a chain, with a progress bar where there is one to be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sojourn import _core
from sojourn._core import Chain, CohortSimulation, Discount, FitResult
from sojourn._support.progress import reported


def simulate_cohort(
    chain: Chain | FitResult,
    customers: int | None = None,
    *,
    horizon: int,
    start: Any = None,
    stock: Any = None,
    arrivals: Any = None,
    rewards: Any = None,
    annual_discount_rate: float | None = None,
    discount_rate_per_period: float | None = None,
    discount_factor: float | None = None,
    discount: Discount | None = None,
    seed: int = 0,
    paths: int = 1,
    first_path: int = 0,
    threads: int | None = None,
    progress: bool | Callable[[int, int], object] = False,
    **others: Any,
) -> CohortSimulation:
    """Simulate the numbers of customers per state, not the customers one by one.

    The customers in a state are split over its moves by one multinomial draw per period. The law is that of `simulate`,
    exactly; the time does not depend on the number of customers. A path is a function of (seed, number of the path)
    alone. The interpreter is free meanwhile, and Ctrl-C stops the run.

    Parameters
    ----------
    chain : Chain or FitResult
    customers : int, optional
        Newcomers at t = 0. Either this or `stock` is needed.
    horizon : int
        Periods, at least 1.
    start : str, dict {state: probability} or array_like of shape (n_states,), optional
        Law of the newcomers' first state. Without it the observed first states of a fit, or the first state of a chain.
    stock : dict {state: customers} or array_like of shape (n_states,), optional
        Customers in each state today, whole numbers: they begin where they stand.
    arrivals : dict or array_like of shape (n_states,) or (horizon - 1, n_states), optional
        Newcomers per state, whole numbers, added at the start of each later period: the same every time, or a row each.
    rewards : Rewards, dict or array_like of shape (n_states,), optional
        Currency per period in a state, and per move. Needed for revenue and value from a chain; from a fit the mean
        revenue per period.
    annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
        At most one of them, as in `lifetime_value`; without any, values are not discounted.
    discount : Discount, optional
        Or the same as an object.
    seed : int
        From 0 to 2^64 - 1.
    paths : int
        Independent repetitions, at least 1.
    first_path : int
        Number of the first path, for simulating in parts.
    threads : int, optional
        None = as many as this process may use. The result does not depend on it.
    progress : bool or function of (done, total)
        Paths done so far. True shows a bar if tqdm is installed. What the function raises stops the run and is passed
        on.

    Returns
    -------
    CohortSimulation
        `occupancy`, `survivors`, `revenue`, `moves`, `closing_stock`, `value`, `value_per_customer`: arrays whose first
        axis is the path. `result[p]` is one path; `result.counts(p)` is what `fit_chain` takes.

    Raises
    ------
    ValueError
        For arguments out of range, or what does not fit into memory.

    References
    ----------
    W. Hörmann, "The generation of binomial random variates", Journal of Statistical Computation and Simulation 46,
    1993.
    """
    with reported(progress, paths, "paths") as report:
        return _core.simulate_cohort(
            chain,
            customers=customers,
            horizon=horizon,
            start=start,
            stock=stock,
            arrivals=arrivals,
            rewards=rewards,
            annual_discount_rate=annual_discount_rate,
            discount_rate_per_period=discount_rate_per_period,
            discount_factor=discount_factor,
            discount=discount,
            seed=seed,
            paths=paths,
            first_path=first_path,
            threads=threads,
            progress=report,
            **others,
        )
