"""Heat map of a transition matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def heatmap(subject: Any, ax: Axes | None = None, *, numbers: bool | None = None) -> Axes:
    """
    Draws the transition matrix: the darker a cell, the more likely the move.

    Parameters
    ----------
    subject
        A ``Chain``, or anything that carries one (``FitResult``, ``LifetimeValue``, ``Model``).
    ax
        Axes to draw on; a new figure without.
    numbers
        Print the probability into each cell; by default up to 16 states.

    Returns
    -------
    The axes: rows = from, columns = to.
    """
    chain = style.chain_of(subject)
    names = style.names_of(chain.states)
    matrix = style.matrix_of("heatmap", chain)
    n = len(names)
    ax = style.new_axes(ax, 2.2 + 0.62 * n, 1.4 + 0.42 * n)
    from matplotlib.patches import Rectangle

    if numbers is None:
        numbers = n <= 16
    size = 8.5 if n <= 10 else 7.0
    # Depth by opacity rather than by colour, so that the picture sits on light and dark paper alike.
    for i in range(n):
        for j in range(n):
            p = float(matrix[i, j])
            ax.add_patch(Rectangle((j - 0.48, i - 0.47), 0.96, 0.94, facecolor=style.FILL, linewidth=0))
            if p > 0.0:
                alpha = 0.06 + 0.94 * p**0.7
                ax.add_patch(
                    Rectangle((j - 0.48, i - 0.47), 0.96, 0.94, facecolor=style.BLUE, alpha=alpha, linewidth=0)
                )
                if numbers:
                    color = style.PAPER if alpha > 0.55 else style.INK
                    text = ax.text(j, i, style.percent(p), ha="center", va="center", fontsize=size, color=color)
                    style.plain(text)
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(n - 0.5, -0.5)
    straight = n <= 9 and max(len(word) for name in names for word in style.label(name).split(" ")) <= 10
    columns = [style.label(name, 10) if straight else style.label(name) for name in names]
    ax.set_xticks(range(n), columns)
    ax.set_yticks(range(n), [style.label(name) for name in names])
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    if not straight:
        for text in ax.get_xticklabels():
            text.set(rotation=40, ha="left", rotation_mode="anchor")
    ax.tick_params(colors=style.INK, labelsize=9 if n <= 10 else 8, length=0)
    style.say(ax, "to", "from")
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax
