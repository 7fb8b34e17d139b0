"""Simulated values of many customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def distribution(
    subject: Any,
    ax: Axes | None = None,
    *,
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
    bins: int = 60,
    upto: float = 0.99,
    currency: str = "",
) -> Axes:
    """
    Draws how the values of simulated customers are spread, with their mean and quantiles.

    Parameters
    ----------
    subject
        A ``Simulation`` with values, its ``.value``, or an array of values.
    ax
        Axes to draw on; a new figure without.
    quantiles
        Shares in [0, 1] marked by a line.
    bins
        Number of bars.
    upto
        Share of the customers that the axis covers; the few beyond are put into words.
    currency
        Sign or code put before amounts.

    Returns
    -------
    The axes: bars are shares of the customers.
    """
    holder = getattr(subject, "value", subject)
    values = np.asarray(getattr(holder, "values", holder), dtype=float)
    if values.size == 0:
        raise ValueError("distribution: no values; simulate at least one customer")
    mean = float(values.mean())
    marks = [(float(p), float(np.quantile(values, p, method="inverted_cdf"))) for p in quantiles]
    low = float(values.min())
    high = float(np.quantile(values, upto, method="inverted_cdf")) if upto < 1 else float(values.max())
    high = max(high, mean, *(x for _, x in marks)) if marks else max(high, mean)
    if high <= low:
        low, high = low - 0.5, low + 0.5
    ax = style.new_axes(ax, 8.0, 3.6)
    edges = np.linspace(low, high, bins + 1)
    shares = np.histogram(values, edges)[0] / values.size
    ax.bar(edges[:-1], shares, width=np.diff(edges) * 0.92, align="edge", color=style.BLUE, alpha=0.75, linewidth=0)
    top = float(shares.max()) or 1.0
    ax.set_ylim(0, top * 1.34)
    placed: list[tuple[float, int]] = []
    span = high - low
    lines = [(x, style.quantile_words(p, style.money(x, currency)), style.MUTED, ":") for p, x in marks]
    lines.append((mean, f"mean {style.money(mean, currency)}", style.ORANGE, "-"))
    for x, words, color, dash in sorted(lines):
        level = next((k for k in range(4) if all(k != used or x - at > 0.25 * span for at, used in placed)), 3)
        placed.append((x, level))
        height = top * (1.28 - 0.075 * level)
        ax.plot([x, x], [0, height], color=color, linewidth=1.6 if dash == "-" else 1.2, linestyle=dash)
        right = x < low + 0.72 * span
        text = ax.text(
            x + (0.008 if right else -0.008) * span,
            height,
            words,
            ha="left" if right else "right",
            va="top",
            fontsize=8.5,
            color=style.ORANGE if dash == "-" else style.INK,
            bbox=style.paper(),
        )
        style.plain(text)
    ax.set_xlim(low, high)
    beyond = float((values > high).mean())
    note = f"value of a customer ({style.percent(beyond)} lie further right)" if beyond > 0 else "value of a customer"
    style.quiet_axes(ax)
    style.money_axis(ax.xaxis, currency)
    ax.yaxis.set_major_formatter(lambda y, _: style.percent(y))
    style.say(ax, note, "share of customers")
    return ax
