"""The parts of a journey map as they are drawn: boxes, arcs, exits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.plot import _style as style
from sojourn.plot._map import BOX_HEIGHT, BOX_WIDTH, Layout, Pen, arc_height

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_boxes(
    ax: Axes,
    layout: Layout,
    names: list[str],
    weight: NDArray[np.float64],
    shade: NDArray[np.float64],
    moments: dict[int, str],
    pen: Pen,
    notes: dict[int, str] | None = None,
) -> None:
    """The states of the row, each with its note: without notes how likely a customer stays another period."""
    largest = float(shade.max()) or 1.0
    for i in layout.row:
        alpha = 0.75 * float(shade[i]) / largest
        draw_box(ax, layout.x[i], alpha)
        under = f"stays {style.percent(float(weight[i, i]))}" if pen.is_weighted and weight[i, i] > 0 else ""
        if notes is not None:
            under = notes.get(i, "")
        write_box(ax, layout.x[i], (style.label(names[i], 12), under, moments.get(i, "")), alpha, pen)


def draw_box(ax: Axes, x: float, alpha: float) -> None:
    """One state: paper, its shade, and a rim."""
    for color, opacity in ((style.PAPER, 1.0), (style.BLUE, alpha)):
        rounded(ax, x, facecolor=color, alpha=opacity, linewidth=0, zorder=5)
    rounded(ax, x, facecolor="none", edgecolor=style.BLUE, linewidth=1.4, zorder=6)


def rounded(ax: Axes, x: float, **look: Any) -> None:
    """The shape of a state."""
    from matplotlib.patches import FancyBboxPatch

    corner = "round,pad=0,rounding_size=0.09"
    place = (x - BOX_WIDTH / 2, -BOX_HEIGHT / 2)
    ax.add_patch(FancyBboxPatch(place, BOX_WIDTH, BOX_HEIGHT, boxstyle=corner, **look))


def write_box(ax: Axes, x: float, words: tuple[str, str, str], alpha: float, pen: Pen) -> None:
    """The name of a state, its note below, its moments of truth above."""
    name, under, above = words
    color = style.PAPER if alpha > 0.5 else style.INK
    faint = style.PAPER if alpha > 0.5 else style.INK if alpha > 0.15 else style.MUTED
    lift = (0.07 if under else 0.0) - (0.06 if above else 0.0)
    middle: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 7}
    bold: dict[str, Any] = {"fontsize": pen.fit(name, 9.6), "fontweight": "bold", "linespacing": 1.1}
    texts = [ax.text(x, lift, name, color=color, **middle, **bold)]
    if under:
        texts.append(ax.text(x, -0.2, under, fontsize=7.8 * pen.scale, color=faint, **middle))
    if above:
        texts.append(ax.text(x, 0.22, above, fontsize=6.0 * pen.scale, color=faint, **middle))
    style.plain(*texts)


def ports(layout: Layout, weight: NDArray[np.float64], ahead: bool) -> dict[tuple[int, int], tuple[float, float]]:
    """Where each arc leaves and lands: short arcs at the near side, long ones further in, so that they nest."""
    place = {i: k for k, i in enumerate(layout.row)}
    moves = [
        (i, j)
        for i in layout.row
        for j in layout.row
        if weight[i, j] > 0 and (place[j] > place[i] if ahead else place[j] < place[i])
    ]
    side = 1.0 if ahead else -1.0
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for i, j in moves:
        leaving = sorted((m for m in moves if m[0] == i), key=lambda m: -abs(place[m[1]] - place[m[0]]))
        landing = sorted((m for m in moves if m[1] == j), key=lambda m: -abs(place[m[1]] - place[m[0]]))
        out = (leaving.index((i, j)) + 1) / (len(leaving) + 1)
        into = (landing.index((i, j)) + 1) / (len(landing) + 1)
        half = BOX_WIDTH / 2 - 0.04
        found[i, j] = (
            layout.x[i] + side * half * (0.06 + 0.94 * out),
            layout.x[j] - side * half * (0.06 + 0.94 * into),
        )
    return found


def draw_arcs(ax: Axes, layout: Layout, weight: NDArray[np.float64], pen: Pen) -> None:
    """Moves between the states of the row."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    place = {i: k for k, i in enumerate(layout.row)}
    for ahead in (True, False):
        up = 1.0 if ahead else -1.0
        color = style.BLUE if ahead else style.ORANGE
        ends = ports(layout, weight, ahead)
        for (i, j), (x0, x1) in sorted(ends.items(), key=lambda item: weight[item[0]]):
            p = float(weight[i, j])
            high = arc_height(abs(place[j] - place[i]))
            y0 = up * BOX_HEIGHT / 2
            crown = y0 + up * high * 4 / 3  # a cubic reaches three quarters of the height of its handles
            alpha = 0.35 + 0.45 * pen.strength(p)
            path = Path([(x0, y0), (x0, crown), (x1, crown), (x1, y0 + up * 0.07)], [1, 4, 4, 4])
            ax.add_patch(
                PathPatch(path, facecolor="none", edgecolor=color, linewidth=pen.width(p), alpha=alpha, capstyle="butt")
            )
            draw_head(ax, x1, y0 + up * 0.125, y0, pen.head(p), color)
            if p >= pen.numbers:
                number(ax, (x0 + x1) / 2, y0 + up * high, p, pen)


def draw_head(ax: Axes, x: float, base: float, tip: float, half: float, color: str) -> None:
    """The head of an arrow that goes straight up or down."""
    from matplotlib.patches import Polygon

    corners = [(x - half, base), (x + half, base), (x, tip)]
    ax.add_patch(Polygon(corners, closed=True, facecolor=color, linewidth=0, zorder=4))


def draw_exits(ax: Axes, layout: Layout, names: list[str], weight: NDArray[np.float64], pen: Pen) -> None:
    """One bar per exit, and what falls into it."""
    for k, e in enumerate(layout.exits):
        y = layout.bar[e]
        draw_bar(ax, y, len(layout.row), style.label(names[e]), pen)
        shift = 0.0 if len(layout.exits) == 1 else 0.16 * (k - (len(layout.exits) - 1) / 2)
        for i in layout.row:
            if weight[i, e] > 0:
                draw_fall(ax, layout.x[i] + shift, y, float(weight[i, e]), pen)


def draw_bar(ax: Axes, y: float, places: int, name: str, pen: Pen) -> None:
    """An exit under all states."""
    from matplotlib.patches import FancyBboxPatch

    left, right = -0.40, places - 0.60
    corner = "round,pad=0,rounding_size=0.08"
    bar = FancyBboxPatch((left, y - 0.15), right - left, 0.30, boxstyle=corner, facecolor=style.RED, alpha=0.88)
    bar.set(linewidth=0, zorder=5)
    ax.add_patch(bar)
    bold: dict[str, Any] = {"fontsize": 9.6 * pen.scale, "fontweight": "bold", "color": style.PAPER}
    style.plain(ax.text((left + right) / 2, y, name, ha="center", va="center", zorder=7, **bold))


def draw_fall(ax: Axes, x: float, y: float, p: float, pen: Pen) -> None:
    """Those who leave a state, straight down into the exit at `y`."""
    ax.plot(
        [x, x],
        [-BOX_HEIGHT / 2, y + 0.20],
        color=style.RED,
        alpha=0.30 + 0.4 * pen.strength(p),
        linewidth=pen.width(p),
        solid_capstyle="butt",
        zorder=2,
    )
    draw_head(ax, x, y + 0.26, y + 0.15, pen.head(p), style.RED)
    if pen.is_weighted and p >= min(pen.numbers, 0.01):
        number(ax, x, y + 0.42, p, pen)


def number(ax: Axes, x: float, y: float, p: float, pen: Pen) -> None:
    """The weight of a move, on a patch of paper so that lines behind it do not cross it out."""
    text = ax.text(
        x,
        y,
        pen.words(p),
        ha="center",
        va="center",
        fontsize=7.8 * pen.scale,
        color=style.INK,
        zorder=8,
        bbox=style.paper(1.0, 0.9),
    )
    style.plain(text)
