"""Generations of value: what a customer is worth himself, through those he brings, and through whom those bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.plot import _style as style
from sojourn.plot._bars import Bar, amount_words, bars_height, draw_bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def generations(ref: Any, ax: Axes | None = None, *, start: Any = None, n: int = 5, currency: str = "") -> Axes:
    """
    Draws the total value of a customer as steps: his own, that of each generation of newcomers, all later ones.

    Parameters
    ----------
    ref
        A ``ReferralValue``.
    ax
        Axes to draw on; a new figure without.
    start
        Where the customer starts: a state name, a mapping of shares, or an array of shape (n_states,); by default as
        newcomers do (``ref.arrives_at``).
    n
        How many generations have a step of their own, from 1 to 50.
    currency
        Sign or code put before amounts.

    Returns
    -------
    The axes: from top to bottom the own value, the generations, the later ones together, the total. Each step begins
    where the one before ends; one that takes value away (newcomers who cost more than they bring) is red.

    Raises
    ------
    TypeError
        For anything but a ``ReferralValue``.
    ValueError
        For a start that is no law over the states, or a number of generations out of range.
    IndexError
        For a state that does not exist.
    """
    style.check_kind("generations", ref, "ReferralValue", ("generations", "start_value", "arrives_at"))
    if not 1 <= n <= 50:
        raise ValueError(f"generations: n must be from 1 to 50, found {n}")
    law = ref.arrives_at if start is None else start
    total = float(ref.start_value(law).total)
    weights = law_of(law, ref.states)
    split = ref.generations(n)
    amounts = weights @ np.asarray(split.value, dtype=float)
    beyond = float(weights @ np.asarray(split.beyond, dtype=float))
    steps = [(generation(k), float(amount)) for k, amount in enumerate(amounts)]
    steps.append((f"{generation(n + 1)} on", beyond))
    bars = []
    at = 0.0
    for k, (name, amount) in enumerate(steps):
        color = style.RED if amount < 0 else style.BLUE if k == 0 else style.ORANGE
        bars.append(Bar(name, [(amount, color)], amount_words(amount, currency, plus=k > 0), left=at))
        at += amount
    bars.append(Bar("total", [(total, style.INK)], amount_words(total, currency), bold=True))
    ax = style.new_axes(ax, 8.4, bars_height(len(bars)))
    if start is None:
        who = "a newcomer"
    elif isinstance(start, str):
        who = f"a customer in {style.label(start)}"
    else:
        who = "a customer"
    draw_bars(ax, bars, currency, f"value of {who}, by generation of those brought")
    for row, bar in enumerate(bars[:-1]):
        end = bar.left + bar.parts[0][0]
        ax.plot([end, end], [row + 0.31, row + 0.69], color=style.MUTED, linewidth=0.8, zorder=1)
    return ax


def law_of(law: Any, states: Any) -> NDArray[np.float64]:
    """A start said by a state, by shares or by an array, as shares of all states."""
    if isinstance(law, str):
        law = {law: 1.0}
    if hasattr(law, "items") and hasattr(law, "keys") and not hasattr(law, "__array__"):
        shares = np.zeros(len(states))
        for name, share in law.items():
            shares[name if isinstance(name, int) else states.index(name)] += float(share)
        return shares
    return np.asarray(law, dtype=float)


def generation(k: int) -> str:
    """The name of a generation: own, 1st, 2nd, 3rd, 4th generation, …"""
    if k == 0:
        return "own"
    tail = "th" if 10 <= k % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(k % 10, "th")
    return f"{k}{tail} generation"
