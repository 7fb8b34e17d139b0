"""Journey map: states along the lifecycle, moves as arcs whose width is their weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sojourn.plot._map import Pen, canvas, map_scale, moments_of, plan_map
from sojourn.plot._map_drawing import draw_arcs, draw_boxes, draw_exits

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
