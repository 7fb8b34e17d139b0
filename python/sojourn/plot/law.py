"""The law of a customer's value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sojourn._core import LifetimeValue, ValueLaw, value_law
from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW = 40  # atoms that are drawn one by one


def law(
    subject: ValueLaw | LifetimeValue,
    ax: Axes | None = None,
    *,
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
    cost: float | None = None,
    upto: float = 0.995,
    currency: str = "",
) -> Axes:
    """
    Draws the share of customers whose value is at most so much, with quantiles, and single values where they are few.

    Parameters
    ----------
    subject
        A ``ValueLaw``; or a ``LifetimeValue``, whose law from its usual start is then asked for.
    ax
        Axes to draw on; a new figure without.
    quantiles
        Shares in (0, 1) marked on the curve.
    cost
        What a customer cost: the share of those who exceed it is put into words.
    upto
        Share of the customers that the axis covers; the few beyond are put into words.
    currency
        Sign or code put before amounts.

    Returns
    -------
    The axes: the curve is the cumulated share, a band its error, bars the probabilities of single values.
    """
    if isinstance(subject, LifetimeValue):
        subject = value_law(subject)
    ax = style.new_axes(ax, 8.0, 4.0)
    values, probabilities = subject.atoms[:, 0], subject.atoms[:, 1]
    marks = [(float(p), subject.quantile(float(p))) for p in quantiles]
    shown = [float(values[0]), subject.mean, *(x for _, x in marks)] + ([] if cost is None else [cost])
    high = max(*shown, subject.quantile(upto) if upto < 1 else float(values[-1]))
    low = min(shown)
    margin = 0.04 * (high - low) or 0.5
    low, high = low - margin, high + margin

    few = len(values) <= FEW
    if few:
        ax.bar(
            values, probabilities, width=0.008 * (high - low), color=style.ORANGE, linewidth=0, label="this very value"
        )
    inside = values <= high
    x = np.concatenate([[low], values[inside], [high]])
    share = subject.cdf(x)
    if subject.error_in_value > 0:
        bounds = np.array([subject.cdf_bounds(float(at)) for at in thinned(x)])
        ax.fill_between(thinned(x), bounds[:, 0], bounds[:, 1], step="post", color=style.BLUE, alpha=0.15, linewidth=0)
    ax.step(x, share, where="post", color=style.BLUE, linewidth=2.0, label="up to this value")

    span = high - low
    for p, at in marks:
        ax.plot([low, at], [p, p], color=style.MUTED, linewidth=1.0, linestyle=":")
        ax.plot([at, at], [0, p], color=style.MUTED, linewidth=1.0, linestyle=":")
        ax.plot([at], [p], color=style.BLUE, marker="o", markersize=5)
        words = style.quantile_words(p, style.money(at, currency))
        style.note(ax, at, p - 0.02, words, style.INK, right=at < low + 0.65 * span)
    if cost is not None:
        above = subject.probability_above(cost)
        ax.axvline(cost, color=style.RED, linewidth=1.2)
        words = f"{style.percent(above)} bring more than {style.money(cost, currency)}"
        style.note(ax, cost, 1.12, words, style.RED, right=cost < low + 0.6 * span)
    ax.set_xlim(low, high)
    ax.set_ylim(0, 1.04 if cost is None else 1.14)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    beyond = subject.probability_above(high)
    further = f"; {style.percent(beyond)} lie further right" if beyond > 5e-5 else ""
    style.quiet_axes(ax)
    style.money_axis(ax.xaxis, currency)
    if few:
        style.legend(ax, "center right")
    words = f"value of a customer (mean {style.money(subject.mean, currency)}{further})"
    style.say(ax, words, "share of customers")
    return ax


def thinned(x: NDArray[np.float64], most: int = 400) -> NDArray[np.float64]:
    """At most so many of the places, the first and the last among them."""
    kept = np.unique(np.linspace(0, len(x) - 1, min(most, len(x))).astype(int))
    return np.asarray(x[kept], dtype=float)
