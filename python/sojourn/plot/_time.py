"""Pictures along time: ticks and words of an axis of periods, and words beside the ends of curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def period_ticks(ax: Axes, periods: int) -> None:
    """Ticks along an axis of periods, at most about a dozen."""
    step = next((s for s in (1, 2, 3, 4, 6, 12, 24, 60, 120) if periods / s <= 12), max(1, periods // 10))
    ax.set_xticks(range(0, periods + 1, step))


def period_axis(unit: str, since: str = "since the start") -> str:
    """What the axis of time counts: "months since the start", "periods of 2 weeks from today", "events since …"."""
    if unit == "step":
        return "events since the first"
    return f"{unit}s {since}" if " " not in unit else f"periods of {unit} {since}"


def side_words(ax: Axes, ends: Sequence[tuple[float, str, str]], top: float, bottom: float = 0.0) -> None:
    """Words to the right of the axes, each at the height of its curve's end, pushed apart where they would touch."""
    from matplotlib.figure import Figure

    figure = ax.get_figure()
    inches = figure.get_size_inches()[1] * 0.8 if isinstance(figure, Figure) else 3.0
    step = (top - bottom) * 0.17 / max(inches, 0.5)
    ordered = sorted(ends, key=lambda end: end[0])
    heights: list[float] = []
    for height, _, _ in ordered:
        heights.append(max(height, heights[-1] + step) if heights else height)
    over = heights[-1] - top if heights else 0.0
    for k in range(len(heights) - 1, -1, -1):  # down again from the top
        limit = top if k == len(heights) - 1 else heights[k + 1] - step
        heights[k] = min(heights[k], limit) if over > 0 else heights[k]
    for place, (_, words, color) in zip(heights, ordered, strict=True):
        text = ax.annotate(
            words,
            (1.0, place),
            xycoords=ax.get_yaxis_transform(),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=color,
            annotation_clip=False,
        )
        style.plain(text)
