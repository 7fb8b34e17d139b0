"""Ranked bars with their amounts at the end: what levers, leaks and differences share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass
class Bar:
    """One row: parts stand behind one another, each with its colour; `words` follow at the end."""

    name: str
    parts: list[tuple[float, str]]
    words: str
    left: float = 0.0  # where the first part begins
    bold: bool = False


def bars_height(rows: float) -> float:
    """Inches for a figure with so many rows."""
    return 0.8 + 0.34 * max(2.0, rows)


def draw_bars(
    ax: Axes, bars: Sequence[Bar], currency: str, xlabel: str, gaps: dict[int, str] | None = None, zero: bool = True
) -> None:
    """Draws the rows from top to bottom; `gaps` puts a heading above the row of that number."""
    places, headings, at = rows_of(bars, gaps or {})
    reach = [0.0] if zero else []
    for place, bar in zip(places, bars, strict=True):
        reach += draw_bar(ax, place, bar)
    low, high = min(reach, default=0.0), max(reach, default=0.0)
    span = (high - low) or abs(high) or 1.0
    if high == low:
        high = low + span
    for place, bar in zip(places, bars, strict=True):
        write_amount(ax, place, bar, span)
    wide = free_width(ax, bars)
    longest = 0.12 + 0.082 * max((len(bar.words) for bar in bars), default=0)
    sides = 1 + (low < 0 < high or not zero)
    room = span * min(1.5, longest / max(0.8, wide - sides * longest))
    ax.set_xlim(
        low - (room if low < min(0.0, high) or not zero else 0.0), high + (room if high > 0 or not zero else 0.0)
    )
    ax.set_ylim(at - 0.4, -0.6)
    ax.set_yticks(places, [bar.name for bar in bars])
    aside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "ha": "right", "va": "center", "fontsize": 9}
    for place, words in headings:
        style.plain(ax.text(-0.008, place + 0.25, words, color=style.MUTED, fontstyle="italic", **aside))
    style.quiet_axes(ax, grid="x")
    if zero:
        ax.axvline(0, color=style.MUTED, linewidth=0.8)
        ax.spines["left"].set_visible(False)
    style.money_axis(ax.xaxis, currency, 5 if wide > 4 else 3)
    style.say(ax, xlabel)


def rows_of(bars: Sequence[Bar], gaps: dict[int, str]) -> tuple[list[float], list[tuple[float, str]], float]:
    """Where each bar stands, where each heading, and where the rows end."""
    places, headings, at = [], [], 0.0
    for k in range(len(bars)):
        if k in gaps:
            headings.append((at, gaps[k]))
            at += 1.0
        places.append(at)
        at += 1.0
    return places, headings, at


def draw_bar(ax: Axes, place: float, bar: Bar) -> list[float]:
    """The parts of one row, gains one way and losses the other; returns where it begins and ends."""
    ahead = back = bar.left
    for amount, color in bar.parts:
        begin = ahead if amount >= 0 else back
        ax.barh(place, amount, left=begin, height=0.62, color=color, alpha=0.85, linewidth=0)
        if amount >= 0:
            ahead += amount
        else:
            back += amount
    return [bar.left, ahead, back]


def write_amount(ax: Axes, place: float, bar: Bar, span: float) -> None:
    """The words at the end of a row."""
    backward = sum(amount for amount, _ in bar.parts) < 0
    ends = [bar.left]
    for amount, _ in bar.parts:
        ends.append(ends[-1] + amount)
    text = ax.text(
        (min(ends) if backward else max(ends)) + (-0.012 if backward else 0.012) * span,
        place,
        bar.words,
        ha="right" if backward else "left",
        va="center",
        fontsize=9,
        color=style.INK,
        fontweight="bold" if bar.bold else "normal",
    )
    style.plain(text)


def free_width(ax: Axes, bars: Sequence[Bar]) -> float:
    """Inches that the names leave of the figure."""
    from matplotlib.figure import Figure

    figure = ax.get_figure()
    wide = float(figure.get_figwidth()) if isinstance(figure, Figure) else 8.4
    wide *= min(1.0, ax.get_position().width / 0.75)  # axes among others have a part of the figure
    return wide - (0.3 + 0.082 * max((len(line) for bar in bars for line in bar.name.split("\n")), default=0))


def amount_words(amount: float, currency: str, plus: bool = False) -> str:
    """An amount beside its bar, small ones with two digits that count; with a sign ahead on request."""
    if 0.0 < abs(amount) < 0.095 and math.isfinite(amount):
        gap = " " if currency[-1:].isalnum() else ""
        words = f"{'−' if amount < 0 else ''}{currency}{gap}{abs(amount):.2g}"
    else:
        words = style.money(amount, currency)
    return f"+{words}" if plus and amount > 0 and words != "0" else words
