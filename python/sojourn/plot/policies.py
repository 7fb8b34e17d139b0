"""Policies: what each brings beyond what it costs, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn.plot import _style as style
from sojourn.plot._bars import amount_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def policies(comparison: Any, ax: Axes | None = None, *, currency: str = "", unit: str = "period", n: int = 12) -> Axes:
    """
    Draws what each policy changes of the discounted profit, its own costs taken off, the best on top.

    Parameters
    ----------
    comparison
        A ``PolicyComparison``, or its outcomes.
    ax
        Axes to draw on; a new figure without.
    currency
        Sign or code put before amounts.
    unit
        What a period is called: "month".
    n
        How many policies to draw, at least 1: the best.

    Returns
    -------
    The axes: one bar per policy with its interval as a line, and beside it the profit, what the policy costs, how many
    more people are inside in the end, and when it has paid back.

    Raises
    ------
    TypeError
        For anything but a ``PolicyComparison``.
    ValueError
        For no outcomes.
    """
    outcomes = list(
        getattr(comparison, "outcomes", comparison if isinstance(comparison, list | tuple) else [comparison])
    )
    for outcome in outcomes:
        style.check_kind(
            "policies",
            outcome,
            "PolicyComparison",
            ("name", "profit", "profit_interval", "base", "cost", "payback"),
        )
    if not outcomes:
        raise ValueError("policies: no outcomes, so there is nothing to draw")
    if n < 1:
        raise ValueError(f"policies: n must be at least 1, found {n}")
    best = sorted(outcomes, key=lambda o: -float(o.profit))
    kept = best[:n]
    profit = np.array([float(o.profit) for o in kept])
    low = np.array([float(o.profit_interval[0]) for o in kept])
    high = np.array([float(o.profit_interval[1]) for o in kept])
    ax = style.new_axes(ax, 9.4, 0.9 + 0.5 * max(2, len(kept)))
    rows = np.arange(len(kept))
    colors = [style.BLUE if amount >= 0 else style.RED for amount in profit]
    ax.barh(rows, profit, height=0.56, color=colors, alpha=0.8, linewidth=0)
    ax.hlines(rows, low, high, color=style.INK, linewidth=1.6, zorder=4)
    for ends in (low, high):
        ax.scatter(ends, rows, marker="|", s=70, color=style.INK, linewidth=1.6, zorder=4)
    left, right = min(0.0, float(low.min()), float(profit.min())), max(0.0, float(high.max()), float(profit.max()))
    span = (right - left) or 1.0
    for row, outcome in enumerate(kept):
        amount = amount_words(float(outcome.profit), currency, plus=True)
        between = f"({style.money(float(low[row]), currency)} to {style.money(float(high[row]), currency)})"
        lines = ((f"{amount}  {between}", "bold", -6.5), (details(outcome, currency, unit), "normal", 6.5))
        for words, weight, shift in lines:
            text = ax.annotate(
                words,
                (1.0, row),
                xycoords=ax.get_yaxis_transform(),
                xytext=(8, -shift),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                fontweight=weight,
                color=style.INK if weight == "bold" else style.MUTED,
                annotation_clip=False,
            )
            style.plain(text)
    ax.set_xlim(left - (0.03 * span if left < 0 else 0.0), right + 0.03 * span)
    ax.set_ylim(len(kept) - 0.4, -0.6)
    ax.set_yticks(rows, [style.label(o.name, 22) for o in kept])
    ax.axvline(0, color=style.MUTED, linewidth=0.8)
    style.quiet_axes(ax, grid="x")
    ax.spines["left"].set_visible(False)
    style.money_axis(ax.xaxis, currency, 4)
    words = "change of discounted profit, with its interval"
    if len(best) > len(kept):
        words += f"; {len(best) - len(kept)} more not drawn"
    style.say(ax, words)
    return ax


def details(outcome: Any, currency: str, unit: str) -> str:
    """What a policy costs, whom it brings, and when it has paid back."""
    change = float(outcome.base)
    base = f"{'−' if change < 0 else '+'}{style.people(abs(change))} people"
    if outcome.payback is None:
        back = "not paid back"
    else:
        plural = "" if outcome.payback == 1 else "s"
        periods = f"{outcome.payback} {unit}{plural}" if " " not in unit else f"{outcome.payback} periods"
        back = f"paid back after {periods}"
    return f"costs {style.money(float(outcome.cost), currency)}, {base}, {back}"
