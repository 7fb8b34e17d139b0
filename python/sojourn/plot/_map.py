"""The plan of a journey map: where states and exits stand, how much room they take, how large to write and draw."""

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
