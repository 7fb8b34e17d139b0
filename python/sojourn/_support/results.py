"""One face for all results: text, table, data frame and page, from one declaration per class."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from html import escape
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, Any]
"""Columns of equal length by name; or, for a result of a single row, its values by name."""
Table = Callable[[Any], Columns]
Caption = str | Callable[[Any], str] | None

_BACKENDS = ("pandas", "polars", "pyarrow")
_MOST_LINES = 24  # of a table as text
_MOST_ROWS = 100  # of a table as a page
_MOST_COLUMNS = 14


# Declarations: a wing says for each of its classes what its table is; the rest follows.


class _Face(NamedTuple):
    caption: Caption
    columns: Table
    shown: Table


_FACES: dict[type, _Face] = {}


def table(cls: Any, caption: Caption, columns: Table | None = None, *, shown: Table | None = None) -> None:
    """Complete a class of results with what it lacks of `to_dict`, `to_frame`, text and page.

    Parameters
    ----------
    caption : str, function or None
        What is told above the table: definition and units. With None the text stays that of `repr`.
    columns : function, optional
        The table. Without it that of the class's own `to_dict`.
    shown : function, optional
        What text and page show, where that is not the same table.
    """
    columns = columns or (lambda self: self.to_dict())
    _FACES[cls] = _Face(caption, columns, shown or columns)
    methods: list[Callable[..., Any]] = [_to_frame, _repr_html_]
    if "to_dict" not in vars(cls):
        methods.append(_to_dict)
    if caption is not None and "__str__" not in vars(cls):
        methods.append(_str)
    for method in methods:
        setattr(cls, method.__name__, method)


def rows(cls: Any, caption: Caption, columns: dict[str, type], rows_of: Callable[[Any], Any] = list) -> None:
    """Complete a class of many rows: a column per attribute of its rows."""

    def of(self: Any) -> Columns:
        all_rows = list(rows_of(self))
        return {
            name: np.array([_entry(getattr(row, name)) for row in all_rows], kind) for name, kind in columns.items()
        }

    table(cls, caption, of)


def values(cls: Any, caption: Caption, *names: str, shown: Table | None = None) -> None:
    """Complete a class of a single row: its values by name; without names those of all its properties."""
    wanted = names or tuple(name for name, x in vars(cls).items() if isinstance(x, property) and name != "std")
    table(cls, caption, lambda self: {name: _entry(getattr(self, name)) for name in wanted}, shown=shown)


def by_state(cls: Any, caption: Caption, *names: str) -> None:
    """Complete a class of a row per state: a column per attribute."""

    def of(self: Any) -> Columns:
        columns = [getattr(self, name) for name in names]
        states = self.states.names if hasattr(self, "states") else columns[0].keys()
        return {"state": np.array(states), **dict(zip(names, map(np.asarray, columns), strict=True))}

    table(cls, caption, of)


def by_period(first: Columns, states: Sequence[str], amounts: NDArray[Any]) -> Columns:
    """A wide table: the first columns, then one per state, under its name or, where that is taken, with underscores."""
    columns = dict(first)
    for state, column in zip(states, amounts.T, strict=True):
        name = state
        while name in columns:
            name += "_"
        columns[name] = column
    return columns


def moves_of(matrix: Any, states: Any) -> Columns:
    """Where a matrix, full or sparse, is not 0: from_state, to_state and the positions."""
    from_state, to_state = matrix.nonzero()
    names = np.array(states.names)
    return {"from_state": names[from_state], "to_state": names[to_state]}


def _entry(x: Any) -> Any:
    return ", ".join(map(str, x)) if isinstance(x, list | tuple) else x


def _face(self: Any) -> _Face:
    return next(_FACES[cls] for cls in type(self).__mro__ if cls in _FACES)


def _told(self: Any) -> str:
    caption = _face(self).caption
    return repr(self) if caption is None else caption if isinstance(caption, str) else caption(self)


def _to_dict(self: Any) -> dict[str, Any]:
    """Return the table: columns of equal length as NumPy arrays; of a single row its values by name."""
    return _face(self).columns(self)


def _to_frame(self: Any, backend: str | None = None) -> Any:
    """Return the table as a data frame.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}, optional
        Without it the first of these that the program has loaded, else the first that is installed.

    Raises
    ------
    ImportError
        When the backend is not installed.
    """
    return frame(_face(self).columns(self), backend)


def _str(self: Any) -> str:
    return text_of(_told(self), _face(self).shown(self))


def _repr_html_(self: Any) -> str:
    """Show the table of a notebook; every name is escaped."""
    return html_of(_told(self), _face(self).shown(self))


_to_dict.__name__ = _to_dict.__qualname__ = "to_dict"
_to_frame.__name__ = _to_frame.__qualname__ = "to_frame"
_str.__name__ = _str.__qualname__ = "__str__"


# Text and page.


def text_of(caption: str, columns: Columns) -> str:
    """A caption and an aligned table; the middle of a long one is left out."""
    head, lines, n = _cells(columns, _MOST_LINES)
    parts = list(zip(*lines, strict=True)) or [()] * len(head)
    drawn_parts = [_drawn(_plain(name), part) for name, part in zip(head, parts, strict=True)]
    drawn = ["  ".join(line).rstrip() for line in zip(*drawn_parts, strict=True)]
    if _is_single(columns):
        drawn = drawn[1:]
    elif n > len(lines):
        half = 1 + _MOST_LINES // 2
        drawn = [*drawn[:half], f"… {n:,} rows", *drawn[half:]]
    elif n == 0:
        drawn.append("no rows")
    return "\n".join([_plain(caption), *drawn])


def _drawn(name: str, part: Sequence[Any]) -> list[str]:
    """A column under its name, of one width; numbers stand to the right, with as many decimals as one another."""
    numbers = [x for x in part if isinstance(x, float) and np.isfinite(x)]
    largest = max(map(abs, numbers), default=0.0)
    decimals = 0 if all(x == round(x) for x in numbers) else 4 if largest < 10 else 2

    def cell(x: Any) -> str:
        if not isinstance(x, float) or not np.isfinite(x):
            return _shown(x)
        return f"{x:.1e}" if 0 < abs(x) < 0.5 * 10**-decimals else f"{x:,.{decimals}f}"

    cells = [name, *map(cell, part)]
    width = max(map(len, cells))
    is_right = all(x is None or (isinstance(x, int | float) and not isinstance(x, bool)) for x in part)
    return [x.rjust(width) if is_right else x.ljust(width) for x in cells]


def html_of(caption: str, columns: Columns) -> str:
    """The same as an HTML table. Every name is escaped."""
    head, lines, n = _cells(columns, _MOST_ROWS)
    told = escape(caption) if n <= len(lines) else f"{escape(caption)}; {n:,} rows"
    header = "" if _is_single(columns) else "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        f"<tr><th>{escape(_shown(first))}</th>{''.join(f'<td>{escape(_shown(x))}</td>' for x in rest)}</tr>"
        for first, *rest in lines
    )
    return f"<table><caption>{told}</caption><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def _is_single(columns: Columns) -> bool:
    return not any(isinstance(column, np.ndarray | list | tuple) for column in columns.values())


def _cells(columns: Columns, most: int) -> tuple[list[str], list[list[Any]], int]:
    """Header, rows that are shown, and how many there are."""
    if _is_single(columns):
        return ["", ""], [[name, x] for name, x in columns.items()], len(columns)
    if list(columns)[:2] == ["from_state", "to_state"]:
        pairs = zip(columns["from_state"], columns["to_state"], strict=True)
        rest = dict(list(columns.items())[2:])
        columns = {"move": [f"{one} → {other}" for one, other in pairs], **rest}
    names, parts = list(columns), list(columns.values())
    if len(names) > _MOST_COLUMNS:
        half = _MOST_COLUMNS // 2
        left_out = f"… {len(names) - 2 * half:,} columns"
        names = [*names[:half], left_out, *names[-half:]]
        parts = [*parts[:half], ["…"] * len(parts[0]), *parts[-half:]]
    n = len(parts[0])
    half = most // 2
    which = range(n) if n <= most else chain(range(half), range(n - half, n))
    return names, [[_python(part[i]) for part in parts] for i in which], n


def _python(x: Any) -> Any:
    return x.item() if isinstance(x, np.generic) and x.dtype.kind not in "mM" else x


def _shown(x: Any) -> str:
    if isinstance(x, float):
        if x != x:
            return "–"
        return f"{x:,.4g}" if abs(x) < 1 else f"{x:,.2f}"
    if isinstance(x, int) and not isinstance(x, bool):
        return f"{x:,}"
    return "–" if x is None or str(x) == "NaT" else _plain(str(x))


def _plain(text: str) -> str:
    """A name in one line: what cannot be printed is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


# Data frames.


def frame(columns: Columns, backend: str | None = None) -> Any:
    """Make a table of the named backend; without a name, of the first one loaded, or else the first installed.

    Raises
    ------
    ImportError
        When the backend, or every one, is not installed.
    ValueError
        For a backend of another name.
    """
    if backend is not None and backend not in _BACKENDS:
        told = repr(backend) if isinstance(backend, str) else type(backend).__name__
        raise ValueError(f"backend: expected one of {', '.join(map(repr, _BACKENDS))} or None, found {told}")
    if _is_single(columns):
        columns = {name: np.array([x], None if x is not None else object) for name, x in columns.items()}
    here = [name for name in _BACKENDS if sys.modules.get(name) is not None]
    for name in (backend,) if backend is not None else (*here, *_BACKENDS):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if name == "pandas":
            return module.DataFrame(columns)
        make = module.array if name == "pyarrow" else module.Series
        fitting = {key: _fitting(column, name, make) for key, column in columns.items()}
        return module.table(fitting) if name == "pyarrow" else module.DataFrame(fitting)
    wanted = f"{backend} is not installed" if backend else "none of pandas, polars and pyarrow is installed"
    raise ImportError(f"to_frame: {wanted}; install one, or use to_dict()")


def _fitting(column: Any, backend: str, make: Callable[[list[Any]], Any]) -> Any:
    """Make a column of a type that Polars or PyArrow has; labels that share none are written as text."""
    if backend == "polars" and column.dtype == "datetime64[s]":
        return column.astype("datetime64[ms]")
    if column.dtype.kind not in "OS":
        return column
    labels = column.tolist()
    try:
        made = make(labels)
    except (TypeError, ValueError, OverflowError):
        made = None
    # Polars puts what it does not know into a type that hardly anything can be done with.
    if made is None or str(getattr(made, "dtype", "")) == "Object":
        return make([str(label) for label in labels])
    return made
