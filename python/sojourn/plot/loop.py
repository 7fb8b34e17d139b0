"""The loop: a lifecycle whose customers bring the next ones."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.chain import structure
from sojourn.market import Referrals, extinction
from sojourn.plot import _style as style
from sojourn.plot._map import BOX_HEIGHT, Pen, Plan, canvas, map_scale, moments_of, plan_map
from sojourn.plot._map_drawing import draw_arcs, draw_boxes, draw_exits, draw_head
from sojourn.plot.generations import law_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GREEN = style.SERIES[2]
PALE = "#93c5ad"  # the same, paler: opaque, so that lines may meet
TRUNK = 0.50  # how far above the highest arc that of word of mouth runs, in places


def loop(
    subject: Any,
    referrals: Any = None,
    ax: Axes | None = None,
    *,
    arrives_at: Any = None,
    discount: Any = None,
    min_flow: float = 0.005,
    numbers: float = 0.04,
) -> Axes:
    """
    Draws the journey map of one newcomer, with the arc on which those he brings come in.

    The width of a line is how many moves are expected of a newcomer in his life, or newcomers whom he brings, all on
    one scale. Boxes tell the time that he spends in a state.

    Parameters
    ----------
    subject
        A ``ReferralValue``, a ``Chain`` or a ``FitResult``; or the ``Lifecycle`` of a ``ReferralValue`` given as
        `referrals`, whose moments of truth are then written.
    referrals
        Newcomers per period in a state, and per move, as in ``referral_value``; or a ``ReferralValue``.
    ax
        Axes to draw on; a new figure without.
    arrives_at
        Where newcomers arrive: a state name, a mapping of shares, or an array of shape (n_states,); by default as the
        ``ReferralValue`` has it, or in the first state.
    discount
        A ``Discount``: moves and newcomers then count less the later they come. By default they all count alike.
    min_flow
        Moves of less than this share of the largest are left out, and newcomers of a state below it of all.
    numbers
        Moves of at least this share of the largest carry their number.

    Returns
    -------
    The axes; beside the arc stands ``R0``, the newcomers whom a newcomer brings himself in his life, undiscounted.

    Raises
    ------
    TypeError
        For a subject without probabilities, or without referrals.
    ValueError
        For referrals or an arrival law that ``referral_value`` refuses, other states in `subject` than in `referrals`,
        or customers who stay for ever, without a discount.
    IndexError
        For a state that does not exist.
    """
    flow = flow_of(subject, referrals, arrives_at, discount)
    chain = flow.chain
    moves = flow.moves.copy()
    np.fill_diagonal(moves, 0.0)
    full = max(1.0, float(moves.max()), flow.total)
    plan = plan_map(chain, moves, min_flow * full)
    plan.lift = TRUNK - 0.1 + 0.34 * plan.across / plan.size()[0]  # words take inches, not places
    ax, place = canvas(plan, ax)
    layout, names = plan.layout, plan.names
    pen = Pen(map_scale(len(layout.row)), place, True, numbers * full, words=times, full=full)
    unit = str(chain.period.name)
    unit = "period" if " " in unit else unit
    notes = {i: stay_words(float(flow.visits[i]), unit, pen) for i in layout.row if flow.visits[i] > 0}
    draw_exits(ax, layout, names, plan.weight, pen)
    draw_arcs(ax, layout, plan.weight, pen)
    told = moments_of(subject, names)
    shade = np.where(np.isin(np.arange(len(names)), layout.row), flow.visits, 0.0)
    draw_boxes(ax, layout, names, plan.weight, shade, told, pen, notes)
    draw_return(ax, plan, flow, pen, way_of(subject, flow), min_flow)
    return ax


@dataclass
class Flow:
    """One newcomer's life in numbers, all expected."""

    chain: Any
    visits: NDArray[np.float64]  # periods in each state
    moves: NDArray[np.float64]  # moves, stays included
    brought: NDArray[np.float64]  # newcomers brought from each state
    arrives_at: NDArray[np.float64]  # where those arrive
    R0: float
    is_discounted: bool

    @property
    def total(self) -> float:
        """Newcomers brought from all states."""
        return float(self.brought.sum())


def flow_of(subject: Any, referrals: Any, arrives_at: Any, discount: Any) -> Flow:
    """Reads chain, referrals and arrivals, and follows a newcomer to his end."""
    value = referrals if hasattr(referrals, "lifetime_referrals") else subject
    if hasattr(value, "lifetime_referrals"):
        chain, delay = value.chain, np.asarray(value.delay, dtype=float)
        brings: Any = value.referrals if value is referrals or referrals is None else referrals
        names = style.names_of(style.chain_of(subject).states)
        if names != style.names_of(chain.states):
            raise ValueError("loop: subject and referrals have different states; pass the ReferralValue alone")
        arrives_at = value.arrives_at if arrives_at is None else arrives_at
    else:
        chain, delay = style.chain_of(subject), np.ones(1)
        if not hasattr(chain, "transition_matrix"):
            raise TypeError(
                f"loop: expected a Chain, a FitResult or a ReferralValue, found {type(subject).__name__}; a Lifecycle "
                "needs a ReferralValue as referrals"
            )
        if referrals is None:
            raise TypeError(
                "loop: referrals is missing: newcomers per period and state, such as {'recommendation': 0.08}"
            )
        brings = referrals
    if not isinstance(brings, Referrals):
        brings = Referrals(chain.states, brings)
    names = style.names_of(chain.states)
    law = {names[0]: 1.0} if arrives_at is None else {arrives_at: 1.0} if isinstance(arrives_at, str) else arrives_at
    R0 = float(extinction(chain, brings, arrives_at=law).R0)
    start = law_of(law, chain.states)
    matrix = style.matrix_of("loop", chain)
    factor = 1.0 if discount is None else float(discount.factor_per_period(chain.period))
    leaves = np.diag(matrix) < 1.0
    if factor == 1.0:
        kinds = structure(chain)
        ever = [name for i, name in enumerate(names) if leaves[i] and kinds.is_recurrent(name)]
        if ever:
            raise ValueError(
                f"loop: customers who get to '{ever[0]}' never come to an end, so their moves cannot be counted; "
                "give a discount, or an exit"
            )
    visits = np.zeros(len(names))
    inner = matrix[np.ix_(leaves, leaves)]
    visits[leaves] = np.linalg.solve((np.eye(len(inner)) - factor * inner).T, start[leaves])
    visits = np.clip(visits, 0.0, None)
    late = float(delay @ factor ** np.arange(1, len(delay) + 1))
    brought = visits * np.asarray(brings.per_period(chain), dtype=float) * late
    return Flow(chain, visits, visits[:, None] * matrix * factor, brought, start, R0, factor < 1.0)


def draw_return(ax: Axes, plan: Plan, flow: Flow, pen: Pen, way: str, min_flow: float) -> None:
    """The arc of word of mouth: up from those who share, along above all moves, down to where newcomers arrive."""
    layout = plan.layout
    top, roof = BOX_HEIGHT / 2, BOX_HEIGHT / 2 + layout.rise + TRUNK
    shared = {i: float(flow.brought[i]) for i in layout.row if flow.brought[i] > min_flow * flow.total}
    landing = {j: float(flow.arrives_at[j]) for j in layout.row if flow.arrives_at[j] > 0}
    if not shared:
        words = f"{way}: nobody who comes brings anybody (R0 = 0)"
        note = ax.text(0.5 * (len(layout.row) - 1), roof, words, ha="center", va="center", fontsize=9, color=GREEN)
        style.plain(note)
        return
    both = set(shared) & set(landing)
    rises = {i: layout.x[i] + (0.02 if i in both else 0.0) for i in shared}
    falls = {j: layout.x[j] - (0.22 if j in both else 0.0) for j in landing}
    line: dict[str, Any] = {"color": PALE, "solid_capstyle": "round", "zorder": 1.2}
    edges = sorted({*rises.values(), *falls.values()})
    for left, right in itertools.pairwise(edges):
        middle = (left + right) / 2
        from_right = sum(n for i, n in shared.items() if rises[i] > middle)
        to_left = sum(s for j, s in landing.items() if falls[j] < middle)
        carried = from_right * to_left + (flow.total - from_right) * (1.0 - to_left)
        if carried > 0:
            ax.plot([left, right], [roof, roof], linewidth=broad(carried, pen), **line)
    for i, number in shared.items():
        ax.plot([rises[i], rises[i]], [top, roof], linewidth=broad(number, pen), **line)
    for j, share in landing.items():
        number = flow.total * share
        wide = max(pen.head(number), 0.05)
        tip = 1.6 * wide
        ax.plot([falls[j], falls[j]], [top + tip, roof], linewidth=broad(number, pen), **line)
        draw_head(ax, falls[j], top + tip, top, wide, GREEN)
    several = len(shared) > 1 or len(landing) > 1
    for i, number in shared.items():
        if several and number >= 0.02 * flow.total:
            aside = "left" if i in both else "center"
            write_flow(ax, rises[i] - (0.06 if i in both else 0.0), roof - 0.24, times(number), pen, aside)
    for j, share in landing.items():
        if len(landing) > 1 and share >= 0.02:
            aside = "right" if j in both else "center"
            write_flow(ax, falls[j] + (0.06 if j in both else 0.0), roof - 0.24, times(flow.total * share), pen, aside)
    write_return(ax, plan, flow, pen, way, [*rises.values(), *falls.values()], roof)


def write_flow(ax: Axes, x: float, y: float, words: str, pen: Pen, aside: str) -> None:
    """How many newcomers one branch of the arc carries."""
    text = ax.text(
        x,
        y,
        words,
        ha=aside,
        va="center",
        fontsize=7.8 * pen.scale,
        color=GREEN,
        fontweight="bold",
        zorder=8,
        bbox=style.paper(1.0, 0.9),
    )
    style.plain(text)


def broad(number: float, pen: Pen) -> float:
    """Points: never so thin that the loop is lost among the moves."""
    return max(2.2, pen.width(number))


def way_of(subject: Any, flow: Flow) -> str:
    """What the arc joins, where the subject knows its moments of truth."""
    lifecycle = getattr(getattr(subject, "counts", None), "lifecycle", subject)
    if not hasattr(lifecycle, "moments"):
        return "word of mouth"
    names = style.names_of(flow.chain.states)
    from_umot = any("umot" in lifecycle.moments(name) for name, n in zip(names, flow.brought, strict=True) if n > 0)
    to_zmot = any("zmot" in lifecycle.moments(name) for name, s in zip(names, flow.arrives_at, strict=True) if s > 0)
    return "UMOT → ZMOT" if from_umot and to_zmot else "word of mouth"


def write_return(ax: Axes, plan: Plan, flow: Flow, pen: Pen, way: str, ends: list[float], roof: float) -> None:
    """What the arc is, above it, with R0."""
    words = f"{way}: a newcomer brings {times(flow.R0)} more (R0 = {times(flow.R0)})"
    if flow.is_discounted:
        words = f"{way}: {times(flow.total)} discounted newcomers per newcomer (R0 = {times(flow.R0)})"
    centre = (len(plan.layout.row) - 1) / 2
    figure: Any = ax.figure  # the words may use the whole width of the axes, though the map keeps its proportions
    across = max(plan.across - 0.2, 72.0 * figure.get_figwidth() * ax.get_position(original=True).width / pen.place)
    left, right = centre - across / 2, centre + across / 2
    size = min(9.6 * pen.scale, pen.place * (right - left) / (0.64 * len(words)))
    half = 0.32 * size * len(words) / pen.place
    middle = centre
    if right - left > 2 * half:
        middle = min(max((min(ends) + max(ends)) / 2, left + half), right - half)
    lift = 0.5 * broad(flow.total, pen) / pen.place + 0.07
    text = ax.text(
        middle, roof + lift, words, ha="center", va="bottom", fontsize=size, fontweight="bold", color=GREEN, zorder=8
    )
    text.set_in_layout(False)
    style.plain(text)


def stay_words(periods: float, unit: str, pen: Pen) -> str:
    """How long a newcomer is in a state: "2.3 months", or the number alone where the words would not fit."""
    number = times(periods)
    words = f"{number} {unit}{'' if number == '1' else 's'}"
    return words if 0.55 * 7.8 * pen.scale * len(words) < 0.82 * pen.place else number


def times(number: float) -> str:
    """An expected number: two digits after the point, fewer for large ones, more for small ones."""
    if number >= 99.5:
        return f"{number:,.0f}"
    if number >= 9.95:
        return f"{number:.1f}".removesuffix(".0")
    if number >= 0.095:
        return f"{number:.2f}".removesuffix(".00")
    if number >= 0.00095:
        return f"{number:.2g}"
    return "0" if number <= 0 else "< 0.001"
