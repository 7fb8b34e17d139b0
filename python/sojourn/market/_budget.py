"""A fixed budget split over levers whose returns diminish."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn._core import Discount, Market, Policy, market_path, with_policy

Floats = NDArray[np.float64]

_TOLERANCE = 1e-3  # currency per currency: how far from optimal a split may be that is still called one
_STEP = 1e-4  # of the budget, for derivatives


@dataclass(frozen=True)
class ResponseCurve:
    """What spending brings about, with diminishing returns: `most · (1 - 2^(-spend / half))`.

    Parameters
    ----------
    most : float
        The effect of spending without end, in whatever unit the lever has. May be negative.
    half : float
        Currency that brings half of it, above 0.
    """

    most: float
    half: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.most):
            raise ValueError(f"most: must be a finite number, found {self.most!r}")
        if not (math.isfinite(self.half) and self.half > 0):
            raise ValueError(f"half: must be an amount above 0, found {self.half!r}")

    def __call__(self, spend: float) -> float:
        """The effect of an amount of currency."""
        return -self.most * math.expm1(-math.log(2.0) * spend / self.half)


@dataclass(frozen=True)
class BudgetSplit:
    """A budget split over levers, and the proof that no small shift of it would be better."""

    spend: dict[str, float]
    """Per lever: currency, today."""
    unspent: float
    """Currency that no lever would give back."""
    gain: float
    """Discounted profit with all of it less that with nothing spent, the spending taken off; currency."""
    marginal: dict[str, float]
    """Per lever: profit that one more unit of currency would bring, that unit taken off; currency per currency."""
    multiplier: float
    """What one more unit of budget would bring, currency per currency; 0 where not all is spent."""
    kkt_residual: float
    """How far the split is from the conditions of Karush, Kuhn and Tucker, currency per currency: by how much a
    marginal of a lever that is used differs from the multiplier at most, or that of one that is not used exceeds it."""
    is_optimal: bool
    """`kkt_residual` is below a thousandth: no small shift gains. Whether a far better split exists, no such
    test can tell; each lever alone, all alike and nothing at all have been tried as beginnings."""
    definition: str
    """What was split, in words."""

    def __str__(self) -> str:
        width = max(len(name) for name in (*self.spend, "unspent"))
        rows = [f"{'':{width}}  {'spend':>14}  {'marginal':>9}"]
        rows += [f"{name:{width}}  {self.spend[name]:14,.2f}  {self.marginal[name]:9.4f}" for name in self.spend]
        rows.append(f"{'unspent':{width}}  {self.unspent:14,.2f}")
        return "\n".join([self.definition, *rows, f"gain {self.gain:,.2f}; KKT residual {self.kkt_residual:.1e}"])


def allocate_budget(
    market: Market,
    levers: Mapping[str, Callable[[float], Policy]],
    budget: float,
    *,
    horizon: int,
    annual_discount_rate: float | None = None,
    discount_rate_per_period: float | None = None,
    discount_factor: float | None = None,
    discount: Discount | None = None,
) -> BudgetSplit:
    """Split a budget so that the discounted profit of the market is as high as it can be.

    The profit is that of the mean field (`market_path`) under the policies of all levers together, less what is spent
    today. Since levers work on the same market, what one brings depends on the others. Found by SLSQP (D. Kraft,
    DFVLR-FB 88-28, 1988) from several beginnings; the result says how far it is from the conditions of Karush, Kuhn
    and Tucker.

    Parameters
    ----------
    market : Market
    levers : dict {name: function}
        A function takes an amount of currency and returns the `Policy` that it buys; the amount itself is taken off by
        the split and does not belong into its costs. It should be smooth with diminishing returns, as by a
        `ResponseCurve`. Policies are applied in the order of the levers.
    budget : float
        Currency, above 0. Not all of it need be spent.
    horizon : int
        Periods, at least 1.
    annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
        At most one of them, as in `lifetime_value`.
    discount : Discount, optional
        Or the same as an object.

    Returns
    -------
    BudgetSplit

    Raises
    ------
    ImportError
        Without SciPy.
    ValueError
        For no levers, a budget that is not above 0, or a lever whose policy is impossible; the message names it.
    """
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise ImportError("allocate_budget: needs SciPy; install it with: pip install 'sojourn[budget]'") from error
    if not levers:
        raise ValueError("levers: expected at least one, found none")
    if not (math.isfinite(budget) and budget > 0):
        raise ValueError(f"budget: must be an amount above 0, found {budget!r}")
    problem = _Problem(
        market,
        dict(levers),
        float(budget),
        horizon,
        {
            "annual_discount_rate": annual_discount_rate,
            "discount_rate_per_period": discount_rate_per_period,
            "discount_factor": discount_factor,
            "discount": discount,
        },
    )
    return problem.judged(problem.best(minimize))


@dataclass(frozen=True)
class _Problem:
    """The profit of a market by the shares of a budget that its levers get."""

    market: Market
    levers: dict[str, Callable[[float], Policy]]
    budget: float
    horizon: int
    discounting: dict[str, Any]

    def profit(self, shares: Floats) -> float:
        under, once = self.market, 0.0
        for (name, lever), share in zip(self.levers.items(), shares, strict=True):
            amount = float(share) * self.budget
            policy = lever(amount)
            if not isinstance(policy, Policy):
                raise TypeError(f"levers: {name!r} returned {type(policy).__name__}, expected a Policy")
            try:
                under = with_policy(under, policy)
            except (ValueError, IndexError) as error:
                raise ValueError(f"levers: {name!r} with {amount:,.2f} spent: {error}") from error
            once += amount + policy.cost_once
        return float(market_path(under, horizon=self.horizon, **self.discounting).profit) - once

    def slope(self, shares: Floats) -> Floats:
        """Per share of the budget: central differences, at nothing spent one-sided of the same order."""
        n = len(shares)
        result = np.empty(n)
        for k in range(n):
            unit = np.zeros(n)
            unit[k] = _STEP
            if shares[k] >= _STEP:
                result[k] = (self.profit(shares + unit) - self.profit(shares - unit)) / (2 * _STEP)
            else:
                ahead = 4 * self.profit(shares + unit) - self.profit(shares + 2 * unit) - 3 * self.profit(shares)
                result[k] = ahead / (2 * _STEP)
        return result

    def best(self, minimize: Callable[..., Any]) -> Floats:
        """The best shares that are reached from several beginnings."""
        n = len(self.levers)
        best = np.zeros(n)
        best_profit = self.profit(best)
        scale = max(self.budget, abs(best_profit))
        for beginning in (np.zeros(n), np.full(n, 1.0 / n), *np.eye(n)):
            found = minimize(
                lambda shares: -self.profit(np.clip(shares, 0.0, 1.0)) / scale,
                beginning,
                jac=lambda shares: -self.slope(np.clip(shares, 0.0, 1.0)) / scale,
                method="SLSQP",
                bounds=[(0.0, 1.0)] * n,
                constraints={"type": "ineq", "fun": lambda shares: 1.0 - shares.sum(), "jac": lambda _: -np.ones(n)},
                options={"ftol": 1e-14, "maxiter": 300},
            )
            shares = np.clip(found.x, 0.0, 1.0)
            shares[shares < 1e-9] = 0.0
            if shares.sum() > 1.0:
                shares /= shares.sum()
            reached = self.profit(shares)
            if reached > best_profit:
                best, best_profit = shares, reached
        return best

    def judged(self, shares: Floats) -> BudgetSplit:
        """Those shares, with how far they are from the conditions of an optimum."""
        marginal = self.slope(shares) / self.budget
        used = shares > 0.0
        is_all_spent = shares.sum() > 1.0 - 1e-6
        multiplier = max(0.0, float(marginal[used] @ shares[used] / shares[used].sum())) if is_all_spent else 0.0
        off = np.where(used, np.abs(marginal - multiplier), np.maximum(marginal - multiplier, 0.0))
        residual = float(off.max())
        return BudgetSplit(
            spend={name: float(share) * self.budget for name, share in zip(self.levers, shares, strict=True)},
            unspent=0.0 if is_all_spent else float(1.0 - shares.sum()) * self.budget,
            gain=self.profit(shares) - self.profit(np.zeros(len(shares))),
            marginal={name: float(m) for name, m in zip(self.levers, marginal, strict=True)},
            multiplier=multiplier,
            kkt_residual=residual,
            is_optimal=residual < _TOLERANCE,
            definition=(
                f"{self.budget:,.2f} spent today over {', '.join(map(str, self.levers))}, "
                f"for the discounted profit of {self.horizon} periods"
            ),
        )
