"""Journey map: states along the lifecycle, moves as arcs whose width is their weight."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BOX_WIDTH = 0.86  # of the distance between two states
BOX_HEIGHT = 0.62
LEVEL = 0.30  # how much higher the arc of a move rises per state that it passes


@dataclass
class Layout:
    """Where everything stands: states in a row, moves ahead above it, moves back below, exits as bars underneath."""

    row: list[int]  # states in the row, in order
    exits: list[int]  # absorbing states, one bar each
    depth: float  # lower edge of the deepest arc
    rise: float  # upper edge of the highest arc
    x: dict[int, float] = field(default_factory=dict)
    bar: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Pen:
    """How large to write and draw."""

    scale: float  # of letters
    place: float  # points from one state to the next
    is_weighted: bool  # widths tell weights
    numbers: float  # smallest weight that is written
    words: Callable[[float], str] = style.percent  # how a weight is written
    full: float = 1.0  # the weight that is drawn widest

    def width(self, weight: float) -> float:
        """Points: a move of full weight (probability 1) is 13 wide, one of a percent a hair."""
        return 0.9 + 12.0 * weight / self.full if self.is_weighted else 1.3

    def strength(self, weight: float) -> float:
        """How dark to draw, from 0 to 1."""
        return min(1.0, weight / self.full)

    def head(self, weight: float) -> float:
        """Half the width of an arrow head, always wider than its line."""
        return max(0.032, 0.85 * self.width(weight) / self.place)

    def fit(self, words: str, largest: float) -> float:
        """The largest letters, in points, with which bold words fit into a box."""
        longest = max(map(len, words.split("\n")))
        return min(largest * self.scale, 0.95 * BOX_WIDTH * self.place / (0.70 * longest))


def arrange(weights: NDArray[np.float64], absorbing: list[bool]) -> Layout:
    """Places the states. The order is that of the chain; arcs are as high as the number of states they span."""
    n = len(absorbing)
    row = [i for i in range(n) if not absorbing[i]] or list(range(n))
    exits = [i for i in range(n) if i not in row]
    place = {i: k for k, i in enumerate(row)}
    ahead = max((place[j] - place[i] for i in row for j in row if place[j] > place[i] and weights[i, j] > 0), default=0)
    back = max((place[i] - place[j] for i in row for j in row if place[j] < place[i] and weights[i, j] > 0), default=0)
    layout = Layout(row, exits, arc_height(back) if back else 0.0, arc_height(ahead) if ahead else 0.0)
    layout.x = {i: float(k) for i, k in place.items()}
    base = -BOX_HEIGHT / 2 - max(layout.depth, 0.25) - 0.62
    for k, i in enumerate(exits):
        layout.bar[i] = base - 0.62 * k
    return layout


def arc_height(distance: int) -> float:
    """The height of the arc of a move over so many places."""
    return 0.28 + LEVEL * math.pow(distance, 0.85)


def graph(
    subject: Any,
    ax: Axes | None = None,
    *,
    weights: ArrayLike | None = None,
    shares: ArrayLike | None = None,
    min_probability: float = 0.005,
    numbers: float = 0.04,
) -> Axes:
    """
    Draws the journey map: states in a row along the lifecycle, exits as bars underneath.

    Moves ahead arc above the row, moves back below it, and losses fall straight down into their exit. The width of a
    line is the weight of the move.

    Parameters
    ----------
    subject
        A ``Chain``, a ``Lifecycle`` (its allowed moves, all of one width), or anything that carries a chain.
    ax
        Axes to draw on; a new figure without.
    weights
        Weights of the moves in [0, 1], shape (n_states, n_states); by default their probabilities.
    shares
        Share of the customer-periods spent in each state, shape (n_states,): the darker a box, the larger it is.
    min_probability
        Moves of less weight are left out.
    numbers
        Moves of at least this weight carry their number.

    Returns
    -------
    The axes.
    """
    plan = plan_map(subject, weights, min_probability)
    shade = np.zeros(len(plan.names)) if shares is None else np.asarray(shares, dtype=float)
    if shade.shape != (len(plan.names),):
        raise ValueError(f"graph: shares have shape {shade.shape}, expected ({len(plan.names)},), one per state")
    ax, place = canvas(plan, ax)
    layout, weight, names, is_weighted = plan.layout, plan.weight, plan.names, plan.is_weighted
    pen = Pen(map_scale(len(layout.row)), place, is_weighted, numbers if is_weighted else 2.0)
    draw_exits(ax, layout, names, weight, pen)
    draw_arcs(ax, layout, weight, pen)
    draw_boxes(ax, layout, names, weight, shade, moments_of(subject, names), pen)
    return ax


def canvas(plan: Plan, ax: Axes | None) -> tuple[Axes, float]:
    """Axes for a map, the given ones or new, and the points from one state to the next on them."""
    width, height = plan.size()
    given = ax is not None
    ax = style.new_axes(ax, width, height)
    place = width / plan.across
    if given:
        figure: Any = ax.figure
        alone = figure.get_layout_engine() is not None and len(figure.axes) == 1
        share = ax.get_position()
        wide, high = figure.get_figwidth(), figure.get_figheight()
        place = wide / plan.across if alone else min(wide * share.width / plan.across, high * share.height / plan.up)
    middle = (len(plan.layout.row) - 1) / 2
    ax.set_xlim(middle - plan.across / 2, middle + plan.across / 2)
    ax.set_ylim(plan.bottom, plan.top)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax, 72.0 * place


@dataclass
class Plan:
    """What is to be drawn, and how much room it takes; lengths in places (the distance between two states)."""

    names: list[str]
    weight: NDArray[np.float64]
    layout: Layout
    is_weighted: bool
    lift: float = 0.0  # room above the highest arc

    @property
    def top(self) -> float:
        """Upper edge."""
        return BOX_HEIGHT / 2 + self.layout.rise + 0.2 + self.lift

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return min(self.layout.bar.values(), default=-BOX_HEIGHT / 2 - self.layout.depth) - 0.25

    @property
    def across(self) -> float:
        """Width."""
        return max(2.4, len(self.layout.row)) + 0.1  # one or two states do not fill the picture

    @property
    def up(self) -> float:
        """Height."""
        return self.top - self.bottom

    def size(self) -> tuple[float, float]:
        """Width and height of a good figure, in inches."""
        width = max(6.0, min(15.0, 1.2 * len(self.layout.row) + 0.8))
        return width, max(2.0, width / self.across * self.up)


def plan_map(subject: Any, weights: ArrayLike | None = None, min_probability: float = 0.005) -> Plan:
    """Reads the states and moves of a chain or lifecycle and places them."""
    chain = style.chain_of(subject)
    names = style.names_of(chain.states)
    n = len(names)
    is_chain = hasattr(chain, "transition_matrix")
    if is_chain:
        matrix = style.matrix_of("graph", chain)
        absorbing = [bool(matrix[i, i] == 1.0) for i in range(n)]
    else:
        matrix = np.asarray(chain.allowed, dtype=float)
        absorbing = [bool(matrix[i, i]) and matrix[i].sum() == 1.0 for i in range(n)]
    weight = np.array(matrix if weights is None else weights, dtype=float)
    if weight.shape != (n, n):
        raise ValueError(f"graph: weights have shape {weight.shape}, expected ({n}, {n})")
    weight[weight < min_probability] = 0.0
    return Plan(names, weight, arrange(weight, absorbing), is_chain or weights is not None)


def map_size(subject: Any) -> tuple[float, float]:
    """Width and height of a good figure for the journey map of a chain or lifecycle, in inches."""
    return plan_map(subject).size()


def map_scale(places: int) -> float:
    """Letters shrink a little when many states share the row."""
    return 1.0 if places <= 8 else 0.9 if places <= 11 else 0.82


def moments_of(subject: Any, names: list[str]) -> dict[int, str]:
    """The moments of truth of each state, where the subject knows them."""
    lifecycle = getattr(getattr(subject, "counts", None), "lifecycle", subject)
    if not hasattr(lifecycle, "moments"):
        return {}
    found: dict[int, str] = {}
    for i, name in enumerate(names):
        told = [tag.upper().replace("_", " ") for tag in lifecycle.moments(i) if tag != name]
        if told:
            found[i] = " · ".join(told)
    return found


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
    from matplotlib.patches import FancyBboxPatch

    largest = float(shade.max()) or 1.0
    for i in layout.row:
        x = layout.x[i]
        alpha = 0.75 * float(shade[i]) / largest
        corner = "round,pad=0,rounding_size=0.09"
        place = (x - BOX_WIDTH / 2, -BOX_HEIGHT / 2)
        for color, opacity in ((style.PAPER, 1.0), (style.BLUE, alpha)):
            box = FancyBboxPatch(
                place, BOX_WIDTH, BOX_HEIGHT, boxstyle=corner, facecolor=color, alpha=opacity, linewidth=0, zorder=5
            )
            ax.add_patch(box)
        rim = FancyBboxPatch(
            place,
            BOX_WIDTH,
            BOX_HEIGHT,
            boxstyle=corner,
            facecolor="none",
            edgecolor=style.BLUE,
            linewidth=1.4,
            zorder=6,
        )
        ax.add_patch(rim)
        color = style.PAPER if alpha > 0.5 else style.INK
        faint = style.PAPER if alpha > 0.5 else style.INK if alpha > 0.15 else style.MUTED
        words = style.label(names[i], 12)
        under = f"stays {style.percent(float(weight[i, i]))}" if pen.is_weighted and weight[i, i] > 0 else ""
        if notes is not None:
            under = notes.get(i, "")
        above = moments.get(i, "")
        lift = (0.07 if under else 0.0) - (0.06 if above else 0.0)
        texts = [
            ax.text(
                x,
                lift,
                words,
                ha="center",
                va="center",
                fontsize=pen.fit(words, 9.6),
                fontweight="bold",
                color=color,
                zorder=7,
                linespacing=1.1,
            )
        ]
        if under:
            texts.append(
                ax.text(x, -0.2, under, ha="center", va="center", fontsize=7.8 * pen.scale, color=faint, zorder=7)
            )
        if above:
            tag = ax.text(x, 0.22, above, ha="center", va="center", fontsize=6.0 * pen.scale, color=faint, zorder=7)
            texts.append(tag)
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
    from matplotlib.patches import PathPatch, Polygon
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
            wide = pen.head(p)
            tip = [(x1 - wide, y0 + up * 0.125), (x1 + wide, y0 + up * 0.125), (x1, y0)]
            ax.add_patch(Polygon(tip, closed=True, facecolor=color, linewidth=0, zorder=4))
            if p >= pen.numbers:
                number(ax, (x0 + x1) / 2, y0 + up * high, p, pen)


def draw_exits(ax: Axes, layout: Layout, names: list[str], weight: NDArray[np.float64], pen: Pen) -> None:
    """One bar per exit, and what falls into it."""
    from matplotlib.patches import FancyBboxPatch, Polygon

    left, right = -0.40, len(layout.row) - 0.60
    shift = {
        i: 0.0 if len(layout.exits) == 1 else 0.16 * (k - (len(layout.exits) - 1) / 2)
        for k, i in enumerate(layout.exits)
    }
    for e in layout.exits:
        y = layout.bar[e]
        bar = FancyBboxPatch(
            (left, y - 0.15),
            right - left,
            0.30,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=style.RED,
            alpha=0.88,
            linewidth=0,
        )
        bar.set_zorder(5)
        ax.add_patch(bar)
        words = ax.text(
            (left + right) / 2,
            y,
            style.label(names[e]),
            ha="center",
            va="center",
            fontsize=9.6 * pen.scale,
            fontweight="bold",
            color=style.PAPER,
        )
        words.set_zorder(7)
        style.plain(words)
        for i in layout.row:
            p = float(weight[i, e])
            if p <= 0:
                continue
            x = layout.x[i] + shift[e]
            ax.plot(
                [x, x],
                [-BOX_HEIGHT / 2, y + 0.20],
                color=style.RED,
                alpha=0.30 + 0.4 * pen.strength(p),
                linewidth=pen.width(p),
                solid_capstyle="butt",
                zorder=2,
            )
            wide = pen.head(p)
            tip = Polygon(
                [(x - wide, y + 0.26), (x + wide, y + 0.26), (x, y + 0.15)],
                closed=True,
                facecolor=style.RED,
                linewidth=0,
                zorder=4,
            )
            ax.add_patch(tip)
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
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.0, "alpha": 0.9},
    )
    style.plain(text)
