"""What the pictures share: colours, axes, and names turned into labels."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from numpy.typing import NDArray

INK = "#1f2a33"
MUTED = "#66727d"
LINE = "#d5dbe0"
FILL = "#f2f4f6"
PAPER = "#ffffff"
BLUE = "#2b6690"
ORANGE = "#c2641b"
RED = "#b3403f"
# Colours that tell several things apart, light and dark paper alike.
SERIES = (BLUE, ORANGE, "#3d8f6c", "#8a5fa8", "#a48a2a", "#4b9fbf", "#a0647c", "#7d7466")


def new_axes(ax: Axes | None, width: float, height: float) -> Axes:
    """The axes given, or those of a new figure of this size in inches."""
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("plot: needs matplotlib; install it with: pip install 'sojourn[report]'") from error
    new: Axes = plt.subplots(figsize=(width, height), layout="constrained")[1]
    return new


def check_kind(where: str, subject: Any, expected: str, needs: tuple[str, ...]) -> None:
    """Refuse what is not the answer that the picture shows."""
    missing = [name for name in needs if not hasattr(subject, name)]
    if missing:
        raise TypeError(f"{where}: expected a {expected}, found {type(subject).__name__}")


def check_drawable(where: str, n_states: int) -> None:
    """Refuse a picture in which nothing could be read."""
    if n_states > 500:
        raise ValueError(
            f"{where}: {n_states:,} states are too many for one picture; draw a chain of the ones that matter"
        )


def matrix_of(where: str, chain: Any) -> NDArray[np.float64]:
    """The full transition matrix, of a sparse chain too."""
    check_drawable(where, chain.n_states)
    return np.asarray((chain.to_dense() if chain.is_sparse else chain).transition_matrix, dtype=float)


def label(name: str, width: int = 0) -> str:
    """A state name for people: underscores as spaces, no control characters, at most three lines of `width`."""
    text = "".join(c if c.isprintable() else " " for c in str(name).replace("_", " "))
    text = " ".join(text.split()) or str(name).strip() or "?"
    if width <= 0:
        return text if len(text) <= 40 else text[:39] + "…"
    width = max(width, min(18, max(map(len, text.split(" ")))))  # a long word shrinks rather than breaks
    lines = textwrap.wrap(text, width, break_long_words=True, break_on_hyphens=True) or [text]
    if len(lines) > 3:
        lines = [*lines[:2], lines[2][: max(1, width - 1)] + "…"]
    return "\n".join(lines)


def cut(name: str, width: int = 24) -> str:
    """A label short enough to stand beside a picture."""
    text = label(name)
    return text if len(text) <= width else text[: width - 1] + "…"


def move_label(start: str, end: str, width: int = 24) -> str:
    """A move as a label: "silent 1 → active", long names cut."""
    return f"{cut(start, width)} → {cut(end, width)}"


def plain(*texts: Text) -> None:
    """Shows texts as they are: a dollar sign in a name starts no formula."""
    for text in texts:
        text.set_parse_math(False)


def percent(share: float) -> str:
    """A probability as text: 4 %, 0.4 %, < 0.1 %."""
    if share <= 0.0:
        return "0 %"
    if share >= 1.0:
        return "100 %"
    if share < 0.0005:
        return "< 0.1 %"
    if share < 0.0095:
        return f"{100 * share:.1f} %"
    if share > 0.995:
        return "> 99 %"
    return f"{100 * share:.0f} %"


def money(amount: float, currency: str = "") -> str:
    """An amount for people: cents below 100, whole units above, grouped by thousands."""
    if not math.isfinite(amount):
        return str(amount)
    size = abs(amount)
    if size < 0.005:
        text = "0"
    elif size < 99.995:
        text = f"{size:,.2f}"
    elif size < 999_999.5:
        text = f"{size:,.0f}"
    elif size < 999_999_500:
        text = f"{size / 1e6:,.2f} million"
    else:
        text = f"{size / 1e9:,.2f} billion"
    sign = "−" if amount < 0 and text != "0" else ""
    if not currency:
        return sign + text
    return f"{sign}{currency}{' ' if currency[-1].isalnum() else ''}{text}"


def people(number: float) -> str:
    """How many customers: whole from 10 on, below with a digit after the point."""
    if number >= 9.95:
        return f"{number:,.0f}" if number < 999_999.5 else money(number)
    return f"{number:.1f}" if round(number, 1) != round(number) else f"{number:.0f}"


def quantile_words(p: float, amount: str) -> str:
    """What a quantile tells: the lowest 10 % reach up to it, the highest 10 % begin there."""
    if p == 0.5:
        return f"median {amount}"
    return f"lowest {100 * p:g} %: up to {amount}" if p < 0.5 else f"highest {100 * (1 - p):.3g} %: from {amount}"


def money_axis(axis: Any, currency: str, steps: int = 7) -> None:
    """Amounts along an axis: as many decimals as the steps need, the same for all."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=steps, steps=[1, 2, 2.5, 5, 10]))

    def words(x: float, _: Any) -> str:
        ticks = axis.get_majorticklocs()
        step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else abs(x)
        if abs(x) >= 999_999.5:
            return money(x, currency)
        if 0 < step < 1e-4:
            return f"{x:.2g}"
        decimals = 0 if step >= 1 and step == round(step) else 2 if step >= 0.01 else 4
        text = f"{'−' if x < 0 else ''}{currency}{' ' if currency[-1:].isalnum() else ''}{abs(x):,.{decimals}f}"
        return text if round(x, decimals) else "0"

    axis.set_major_formatter(FuncFormatter(words))


def quiet_axes(ax: Axes, grid: str = "y") -> None:
    """Thin, grey and out of the way."""
    for side in ("top", "right", "left" if grid == "y" else "bottom"):
        ax.spines[side].set_visible(False)
    for spine in ax.spines.values():
        spine.set_color(LINE)
    ax.tick_params(colors=MUTED, labelcolor=INK, labelsize=9, length=0)
    ax.grid(axis="x" if grid == "x" else "y", color=LINE, linewidth=0.7)
    ax.set_axisbelow(True)


def say(ax: Axes, x: str = "", y: str = "") -> None:
    """What the axes measure, in words beside them."""
    if x:
        ax.set_xlabel(x, color=MUTED, fontsize=9)
    if y:
        ax.set_ylabel(y, color=MUTED, fontsize=9)
    plain(ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels())


def legend(ax: Axes, loc: str, **options: Any) -> None:
    """Which colour is what."""
    plain(*ax.legend(frameon=False, fontsize=9, loc=loc, labelcolor=INK, **options).get_texts())


def paper(pad: float = 1.0, alpha: float = 0.85) -> dict[str, Any]:
    """A patch behind words, so that lines do not cross them out."""
    return {"facecolor": PAPER, "edgecolor": "none", "pad": pad, "alpha": alpha}


def note(ax: Axes, x: float, y: float, words: str, color: str, *, right: bool, gap: float = 6, **text: Any) -> None:
    """Words beside a mark, to its right or left, on a patch of paper; `text` is how they are written."""
    written = {"va": "top", "fontsize": 8.5, "bbox": paper(), **text}
    place: dict[str, Any] = {
        "xytext": (gap if right else -gap, 0),
        "textcoords": "offset points",
        "ha": "left" if right else "right",
    }
    plain(ax.annotate(words, (x, y), color=color, **place, **written))


def names_of(states: Any) -> list[str]:
    """The names behind a StateSpace or a plain sequence."""
    return [str(name) for name in getattr(states, "names", states)]


def chain_of(subject: Any) -> Any:
    """The chain of a chain, a fit or a value."""
    return getattr(subject, "chain", subject)
