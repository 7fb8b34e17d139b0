"""A chain turned back into customers, with a progress bar where there is one to be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from sojourn import _core
from sojourn._core import Chain, Discount, FitResult, Simulation
from sojourn._support.progress import reported


def simulate(
    chain: Chain | FitResult,
    customers: int = 10_000,
    *,
    horizon: int | None = None,
    start: Any = None,
    rewards: Any = None,
    annual_discount_rate: float | None = None,
    discount_rate_per_period: float | None = None,
    discount_factor: float | None = None,
    discount: Discount | None = None,
    seed: int = 0,
    threads: int | None = None,
    first_customer: int = 0,
    outputs: Sequence[str] | str = ("value",),
    targets: Sequence[str] | str | None = None,
    stays: Literal["stepped", "jumped"] = "stepped",
    progress: bool | Callable[[int, int], object] = False,
    **others: Any,
) -> Simulation:
    """Simulate customers.

    Random numbers are a function of (seed, customer, step) alone, so a customer's journey is the same whatever the
    number of threads. The interpreter is free meanwhile, and Ctrl-C stops the run.

    Parameters
    ----------
    chain : Chain or FitResult
    customers : int
        How many, at least 1.
    horizon : int, optional
        Periods, at least 1; without it until every customer has reached an absorbing state.
    start : str, dict {state: probability} or array_like of shape (n_states,), optional
        Law of the first state. Without it the observed first states of a fit, or the first state of a chain.
    rewards : Rewards, dict or array_like of shape (n_states,), optional
        Currency per period in a state, and per move. Needed for values from a chain; from a fit the mean revenue per
        period.
    annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
        At most one of them, as in `lifetime_value`; without any, values are not discounted.
    discount : Discount, optional
        Or the same as an object.
    seed : int
        From 0 to 2^64 - 1.
    threads : int, optional
        None = as many as this process may use. The result does not depend on it.
    first_customer : int
        Number of the first customer, for simulating in parts.
    outputs : sequence of {"value", "value_summary", "occupancy", "revenue", "moves", "end_times", "journeys"}
        What to return; what is not asked for costs nothing. A summary of values takes bounded memory.
        Occupancy and revenue need a horizon.
    targets : str or sequence of str, optional
        States whose first passage is timed for each customer (`passage_times`).
    stays : {"stepped", "jumped"}
        "jumped" draws how long a customer stays and where he goes then at once: much faster where stays last four
        periods or more on average (twenty where states have hundreds of moves). He is another customer than the stepped
        one of the same seed; the law of his value and times is the same. Then only value, value_summary,
        end_times and targets can be asked for.
    progress : bool or function of (done, total)
        True shows a bar if tqdm is installed. What the function raises stops the run and is passed on.

    Returns
    -------
    Simulation
        `value` (`mean`, `std`, `standard_error`, `quantile(p)`, `values`), `occupancy`, `survivors`,
        `revenue`, `moves`, `end_times`, `passage_times`, `journeys()`.

    Raises
    ------
    ValueError
        For arguments out of range, or when there is no horizon and a customer might never reach an absorbing state.

    References
    ----------
    J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011.
    """
    with reported(progress, customers) as report:
        return _core.simulate(
            chain,
            customers=customers,
            horizon=horizon,
            start=start,
            rewards=rewards,
            annual_discount_rate=annual_discount_rate,
            discount_rate_per_period=discount_rate_per_period,
            discount_factor=discount_factor,
            discount=discount,
            seed=seed,
            threads=threads,
            first_customer=first_customer,
            outputs=outputs,
            targets=targets,
            stays=stays,
            progress=report,
            **others,
        )
