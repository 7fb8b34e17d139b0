"""Axes to draw on, and the words on them: what the tests of pictures share."""

from __future__ import annotations

from typing import Any


def fresh_axes(width: float = 10, height: float = 5) -> Any:
    """Axes of a figure that no window shows."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def words_of(axes: Any) -> list[str]:
    return [t.get_text() for t in axes.texts]


def row_names(axes: Any) -> list[str]:
    return [t.get_text() for t in axes.get_yticklabels()]
