"""Tables out: `.to_frame()` beside every `.to_dict()`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from sojourn import _core

_BACKENDS = ("pandas", "polars", "pyarrow")


def frame(columns: dict[str, Any], backend: str | None = None) -> Any:
    """Make a table of the named backend; without a name, of the first one installed.

    Raises
    ------
    ImportError
        When the backend, or every one, is not installed.
    ValueError
        For a backend of another name.
    """
    if backend is not None and backend not in _BACKENDS:
        raise ValueError(f"backend: expected one of {', '.join(map(repr, _BACKENDS))} or None, found {backend!r}")
    for name in (backend,) if backend is not None else _BACKENDS:
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


def _to_frame(self: Any, backend: str | None = None) -> Any:
    """Return the table of `to_dict` as a data frame.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}, optional
        Without it the first of these that is installed.

    Raises
    ------
    ImportError
        When the backend is not installed.
    """
    return frame(self.to_dict(), backend)


_to_frame.__name__ = "to_frame"
for _table in (
    _core.Journeys,
    _core.Counts,
    _core.LifetimeValue,
    _core.Simulation,
    _core.RowsTest,
    _core.OrderTest,
    _core.InformationCriteria,
    _core.SegmentTest,
    _core.DwellTest,
    _core.FitTests,
):
    _table.to_frame = _to_frame  # type: ignore[method-assign]
