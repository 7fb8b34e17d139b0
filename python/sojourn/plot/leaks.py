"""Leaks: discounted money lost through the exits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sojourn.plot import _style as style
from sojourn.plot._bars import Bar, amount_words, bars_height, draw_bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def leaks(subject: Any, ax: Axes | None = None, *, lifecycle: Any = None, n: int = 10, currency: str = "") -> Axes:
    """
    Draws where money is lost by leaving: per state, and per moment of truth where a lifecycle tags the states.

    Leaks are marginal and need not sum to a total; a state with two moments of truth counts under both.

    Parameters
    ----------
    subject
        A ``Sensitivity``, its ``leaks()``, or a ``LifetimeValue`` (asked from its usual start).
    ax
        Axes to draw on; a new figure without.
    lifecycle
        A ``Lifecycle`` with moments of truth; needs a ``Sensitivity`` or a ``LifetimeValue``.
    n
        How many states to draw, at least 1: the dearest.
    currency
        Sign or code put before amounts.

    Returns
    -------
    The axes: one bar per state, in parts where there are several exits; then one per moment of truth.
    """
    if n < 1:
        raise ValueError(f"leaks: n must be at least 1, found {n}")
    if hasattr(subject, "interval"):
        subject = subject.sensitivity()
    rows = list(subject.leaks() if hasattr(subject, "leaks") else subject)
    if not rows:
        raise ValueError("leaks: nobody leaves this chain for good, so nothing is lost by leaving")
    exits = list(dict.fromkeys(row.exit for row in rows))
    shades = dict(zip(exits, [style.RED, *style.SERIES[2:]], strict=False))
    states: dict[str, list[Any]] = {}
    for row in rows:
        states.setdefault(row.from_state, []).append(row)
    sums = {name: sum(row.amount for row in parts) for name, parts in states.items()}
    dearest = sorted(states, key=lambda name: -abs(sums[name]))[:n]
    bars = [
        Bar(
            style.label(name),
            [(row.amount, shades.get(row.exit, style.MUTED)) for row in states[name]],
            amount_words(sums[name], currency),
        )
        for name in sorted(dearest, key=lambda name: -sums[name])
    ]
    gaps = {}
    if lifecycle is not None:
        if not hasattr(subject, "leaks_by_moment"):
            raise TypeError("leaks: moments of truth need a Sensitivity or a LifetimeValue, not a table of leaks")
        gaps[len(bars)] = "by moment of truth"
        bars += [
            Bar(
                moment_words(group.moment),
                [(group.amount, style.ORANGE)],
                amount_words(group.amount, currency),
            )
            for group in subject.leaks_by_moment(lifecycle)
        ]
    ax = style.new_axes(ax, 8.4, bars_height(len(bars) + len(gaps)))
    left_out = len(states) - len(dearest)
    note = f"; {left_out} more states not drawn" if left_out else ""
    draw_bars(ax, bars, currency, f"lost by leaving, discounted, per customer at the start{note}", gaps)
    if len(exits) > 1:
        from matplotlib.patches import Patch

        shown = [name for name in exits if name in shades]
        handles = [Patch(facecolor=shades[name], alpha=0.85, label=style.label(name)) for name in shown]
        style.legend(ax, "lower left", handles=handles, bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0)
    return ax


def moment_words(moment: str | None) -> str:
    """A moment of truth as people write it."""
    if moment is None:
        return "none"
    return moment.upper() if moment.endswith("mot") else moment.replace("_", " ")
