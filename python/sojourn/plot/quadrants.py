"""Quadrants: customers by what they bring themselves and by what those bring whom they bring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.plot import _style as style
from sojourn.plot._bars import amount_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = {"champions": style.SERIES[2], "affluents": style.BLUE, "advocates": style.ORANGE, "misers": style.MUTED}
CELLS = 90  # along each axis, when there are too many customers for a dot each
LARGEST = 420.0  # area of the largest dot, in square points
SMALLEST = 3.0
CORNER = 66.0  # height of the words in a corner, in points
INKED = 20_000.0  # area of all dots together, at most


def quadrants(q: Any, ax: Axes | None = None, *, currency: str = "", dots: int = 1500) -> Axes:
    """
    Draws each customer by own value (across) and referred value (up), with the thresholds between high and low.

    Customers who stand at the same point are one dot, whose area tells how many. Nobody is left out: where a few
    amounts are far larger than all others, the axis draws large ones together.

    Parameters
    ----------
    q
        A ``ReferralQuadrants``.
    ax
        Axes to draw on; a new figure without.
    currency
        Sign or code put before amounts.
    dots
        With more different points than this, at least 1, those of one quadrant that nearly touch are one dot.

    Returns
    -------
    The axes; in each corner the quadrant's name, its customers, and the sums of their own and referred values.

    Raises
    ------
    TypeError
        For anything but a ``ReferralQuadrants``.
    """
    style.check_kind("quadrants", q, "ReferralQuadrants", ("own", "referred", "quadrant", "own_threshold", "totals"))
    if dots < 1:
        raise ValueError(f"quadrants: dots must be at least 1, found {dots}")
    own, referred = np.asarray(q.own, dtype=float), np.asarray(q.referred, dtype=float)
    names = [str(total.quadrant) for total in q.totals]
    code = np.searchsorted(sorted(names), np.asarray(q.quadrant, dtype=str))
    across, up = ruler(own, q.own_threshold), ruler(referred, q.referred_threshold)
    x, y, which, count = gather(own, referred, code, dots, (across, up))
    ax = style.new_axes(ax, 8.4, 6.0)
    area = np.maximum(SMALLEST, count * min(LARGEST / max(float(count.max()), 12.0), INKED / len(own)))
    order = np.argsort(-area, kind="stable")  # small dots upon large ones
    ax.scatter(
        x[order],
        y[order],
        s=area[order],
        c=[COLORS.get(sorted(names)[k], style.INK) for k in which[order]],
        alpha=0.7,
        edgecolor=style.PAPER,
        linewidth=0.4,
        zorder=3,
    )
    figure: Any = ax.figure
    share = min(0.3, CORNER / (72.0 * figure.get_figheight() * ax.get_position().height))
    for axis, scale, room in ((ax.xaxis, across, 0.06), (ax.yaxis, up, share / (1.0 - 2.0 * share))):
        scale.rule(axis, room, currency)
    ax.axvline(q.own_threshold, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
    ax.axhline(q.referred_threshold, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
    write_corners(ax, q, currency, len(own))
    style.quiet_axes(ax)
    ax.grid(visible=False)
    joined = len(x) < len(own)
    style.say(
        ax,
        f"own value still to come, {across.words()}high above {amount_words(q.own_threshold, currency)}"
        + (f"\n{len(own):,} customers, a dot's area tells how many" if joined else ""),
        f"referred value, {up.words()}high above {amount_words(q.referred_threshold, currency)}",
    )
    return ax


def gather(
    own: NDArray[np.float64],
    referred: NDArray[np.float64],
    code: NDArray[np.intp],
    dots: int,
    rulers: tuple[Ruler, Ruler],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """Customers at one point, or of one cell when points outnumber `dots`: where, of which quadrant, how many."""
    few = len(own) <= 100_000
    if few:
        points, group = np.unique(np.column_stack([own, referred, code]), axis=0, return_inverse=True)
        which = points[:, 2].astype(np.intp)
    if not few or len(which) > dots:
        places = [scale.there(v) for scale, v in zip(rulers, (own, referred), strict=True)]
        across, up = ((CELLS * (v - v.min()) / ((v.max() - v.min()) or 1.0)).astype(np.intp) for v in places)
        cells, group = np.unique((across * (CELLS + 1) + up) * len(COLORS) + code, return_inverse=True)
        which = cells % len(COLORS)
    group = np.reshape(group, -1)
    count = np.bincount(group).astype(float)
    return np.bincount(group, own) / count, np.bincount(group, referred) / count, which, count


@dataclass(frozen=True)
class Ruler:
    """Where amounts stand along an axis."""

    low: float
    high: float
    unit: float  # 0 = evenly; otherwise amounts far above it, of either sign, draw together as their logarithms do

    def there(self, amounts: Any) -> Any:
        """From amounts to places."""
        return np.arcsinh(np.asarray(amounts) / self.unit) if self.unit else np.asarray(amounts, dtype=float)

    def back(self, places: Any) -> Any:
        """From places to amounts."""
        return np.sinh(np.asarray(places)) * self.unit if self.unit else np.asarray(places, dtype=float)

    def words(self) -> str:
        """What a reader has to know of the axis."""
        return "large amounts drawn together, " if self.unit else ""

    def rule(self, axis: Any, room: float, currency: str) -> None:
        """Sets scale, ends and ticks of an axis, with room on both sides in shares of the span."""
        from matplotlib.ticker import FixedLocator, NullLocator

        low, high = float(self.there(self.low)), float(self.there(self.high))
        span = (high - low) or abs(high) or 1.0
        ends = [float(end) for end in self.back([low - room * span, high + room * span])]
        if not self.unit:
            axis.axes.set(**{f"{axis.axis_name}lim": ends})
            style.money_axis(axis, currency)
            ticks = [t for t in axis.get_majorticklocs() if low - 0.02 * span <= t <= high + 0.02 * span]
            if len(ticks) > 1:  # none where only words stand
                axis.set_major_locator(FixedLocator(ticks))
            return
        getattr(axis.axes, f"set_{axis.axis_name}scale")("function", functions=(self.there, self.back))
        axis.axes.set(**{f"{axis.axis_name}lim": ends})
        decade = math.log10(self.unit)  # a decade below it still has room, if 0 is not beside it
        steps = [10.0**k for k in range(math.ceil(decade) if self.low <= 0.0 <= self.high else math.floor(decade), 19)]
        ticks = [t for t in (*(-step for step in steps), 0.0, *steps) if self.low <= t <= self.high]
        axis.set_ticks(ticks, [style.money(t, currency).replace(".00", "") if t else "0" for t in ticks])
        axis.set_minor_locator(NullLocator())


def ruler(amounts: NDArray[np.float64], threshold: float) -> Ruler:
    """An even ruler, unless a few amounts lie so far out that all others would be at one place."""
    low, high = min(float(amounts.min()), threshold), max(float(amounts.max()), threshold)
    tenth, ninth = np.quantile(amounts, (0.1, 0.9))
    sizes = np.abs(amounts[amounts != 0.0])
    typical = float(np.median(sizes)) if len(sizes) else 0.0
    return Ruler(low, high, typical if high - low > 8.0 * (ninth - tenth) > 0.0 else 0.0)


def write_corners(ax: Axes, q: Any, currency: str, n_customers: int) -> None:
    """Each quadrant's name and sums, in its corner: high own value to the right, high referred value on top."""
    places = {"champions": (1.0, 1.0), "affluents": (1.0, 0.0), "advocates": (0.0, 1.0), "misers": (0.0, 0.0)}
    for total in q.totals:
        name = str(total.quadrant)
        across, up = places[name]
        share = style.percent(total.customers / n_customers)
        lines = (
            (name, "bold", 10.5, COLORS[name]),
            (f"{total.customers:,} customer{'' if total.customers == 1 else 's'} ({share})", "normal", 8.5, style.INK),
            (f"own {style.money(total.own, currency)}", "normal", 8.5, style.INK),
            (f"referred {style.money(total.referred, currency)}", "normal", 8.5, style.INK),
        )
        for k, (words, weight, size, color) in enumerate(lines):
            row = k if up else len(lines) - 1 - k
            text = ax.annotate(
                words,
                (across, up),
                xycoords="axes fraction",
                xytext=(-8 if across else 8, (-8 if up else 8) + (-1 if up else 1) * 13 * row),
                textcoords="offset points",
                ha="right" if across else "left",
                va="top" if up else "bottom",
                fontsize=size,
                fontweight=weight,
                color=color,
                zorder=6,
                bbox=style.paper(1.5, 0.9),
            )
            style.plain(text)
