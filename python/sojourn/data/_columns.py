"""Columns of a log, from whatever holds them.

Tables come through narwhals (pandas, Polars, PyArrow and what else it knows), dicts of columns, structured NumPy
arrays; columns also one by one, as arrays or lists. Every column becomes a `Column`: the values there are, and where
there is none. What they mean is read by `_labels`, `_numbers` and `_times`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """`present` holds the values of the rows where `missing` is False, in their order."""

    argument: str  # that brought it: every refusal opens with it
    present: NDArray[Any]
    missing: Flags
    instants: NDArray[Any] | None = None  # of a column with a time zone: the same in UTC

    def __len__(self) -> int:
        return len(self.missing)

    def row(self, position: int) -> int:
        """Return the row of a value, counted from 0."""
        return int(np.flatnonzero(~self.missing)[position])

    def spread(self, present: NDArray[Any], fill: Any) -> NDArray[Any]:
        """Put `present` back into the rows of the column, with `fill` where there is none."""
        if len(present) == len(self):
            return present
        spread = np.full(len(self), fill, dtype=present.dtype)
        spread[~self.missing] = present
        return spread


def listed(names: Iterable[object]) -> str:
    """Write a short list of names for a message."""
    quoted = [repr(str(name) if isinstance(name, str) else name) for name in names]
    if len(quoted) > 12:
        return f"{', '.join(quoted[:12])} and {len(quoted) - 12} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)


class Table:
    """A log whose columns are found by name; without data the columns themselves are given. All are equally long."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self._first: Column | None = None
        self._frame: Any = None
        self.names: list[Any] | None = None  # text, as a rule; pandas and dicts know others
        if data is None:
            return
        if isinstance(data, Mapping):
            self.names = list(data)
        elif isinstance(data, np.ndarray):
            if data.dtype.names is None:
                raise TypeError(
                    "data: a NumPy array needs named fields (a structured array); "
                    "or leave data out and pass the columns"
                )
            self.names = list(data.dtype.names)
        else:
            try:
                frame = nw.from_native(data)
            except TypeError:
                raise TypeError(
                    "data: expected a pandas, Polars or PyArrow table, a dict of columns or a structured NumPy array, "
                    f"found {type(data).__name__}"
                ) from None
            self._frame = frame
            self.names = list(frame.collect_schema().names())

    def column(self, source: Any, argument: str) -> Column:
        """Find the column that a caller names, or hands over itself."""
        found = self._find(source, argument)
        if self._first is None:
            self._first = found
        if len(found) != len(self._first):
            raise ValueError(
                f"{argument}: has {len(found)} rows, {self._first.argument} has {len(self._first)}; "
                "columns must be equally long"
            )
        return found

    def _find(self, source: Any, argument: str) -> Column:
        if source is None:
            there = f"; the columns are {listed(self.names)}" if self.names else ""
            raise TypeError(f"{argument}: name the column{there}")
        if not isinstance(source, str):
            if self.names is None or _is_column(source):
                return to_column(source, argument)
            raise TypeError(
                f"{argument}: expected the name of a column, found {type(source).__name__}; "
                f"the columns are {listed(self.names)}"
            )
        if self.names is None:
            raise TypeError(
                f"{argument}: {source!r} names a column, but there is no data; pass data= or the column itself"
            )
        if source not in self.names:
            raise ValueError(f"{argument}: no column {source!r}; the columns are {listed(self.names)}")
        if self._frame is None:
            return to_column(self._data[source], argument)
        if isinstance(self._frame, nw.LazyFrame):
            # narwhals keeps the rows of a lazy plan in one order only within one collection.
            self._frame = self._frame.collect()
        return _from_series(self._frame.get_column(source), argument)


def _is_column(source: Any) -> bool:
    if isinstance(source, (np.ndarray, list, tuple)) or hasattr(source, "__array__"):
        return True
    return _as_series(source) is not None


def _as_series(source: Any) -> Any:
    try:
        return nw.from_native(source, series_only=True)
    except TypeError:
        return None


def to_column(source: Any, argument: str) -> Column:
    if isinstance(source, (str, bytes, Mapping, set, frozenset)) or not hasattr(source, "__iter__"):
        raise TypeError(f"{argument}: expected a column of values, found {type(source).__name__}")
    if not isinstance(source, (np.ndarray, list, tuple)):
        series = _as_series(source)
        if series is not None:
            return _from_series(series, argument)
    if isinstance(source, np.ndarray):
        array = source
        if isinstance(source, np.ma.MaskedArray):
            masked = np.ma.getmaskarray(source)
            inner = _from_array(np.asarray(source.data)[~masked], argument)
            missing = masked.copy()
            missing[~masked] = inner.missing
            return Column(argument, inner.present, missing)
    else:
        rows = list(source)
        array = np.empty(len(rows), dtype=object)
        array[:] = rows
    return _from_array(array, argument)


def _from_array(array: NDArray[Any], argument: str) -> Column:
    if array.ndim != 1:
        raise ValueError(f"{argument}: expected a column, shape (rows,), found shape {array.shape}")
    kind = array.dtype.kind
    if kind == "f":
        missing = np.isnan(array)
    elif kind in "mM":
        missing = np.isnat(array)
    elif kind in "US":
        missing = array == array.dtype.type()
    elif kind in "iub":
        missing = np.zeros(len(array), dtype=np.bool_)
    else:
        array = array.astype(object)
        missing = np.fromiter((_is_missing(x) for x in array), dtype=np.bool_, count=len(array))
    return Column(argument, array[~missing] if missing.any() else array, missing)


def _is_missing(x: Any) -> bool:
    if x is None:
        return True
    if isinstance(x, str):
        return x == ""
    if isinstance(x, (int, tuple, dt.date)) and type(x).__name__ != "NaTType":
        return False
    try:
        return bool(x != x) or type(x).__name__ == "NAType"
    except (TypeError, ValueError):
        return type(x).__name__ == "NAType"


def _from_series(series: Any, argument: str) -> Column:
    null = np.asarray(series.is_null().to_numpy(), dtype=np.bool_)
    held = series.drop_nulls() if null.any() else series
    instants = None
    if isinstance(held.dtype, nw.Datetime):
        if held.dtype.time_zone is not None:
            utc = held.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            instants = _datetimes(utc)
            held = held.dt.replace_time_zone(None)
        return Column(argument, _datetimes(held), null, instants)
    if isinstance(held.dtype, nw.Date):
        days = np.asarray(held.to_numpy())
        return Column(argument, days.astype("datetime64[D]"), null)
    if isinstance(held.dtype, (nw.Categorical, nw.Enum)):
        held = held.cast(nw.String)
    array = np.asarray(held.to_numpy())
    inner = _from_array(array, argument)
    if not inner.missing.any():
        return Column(argument, inner.present, null)
    missing = null.copy()
    missing[~null] = inner.missing
    return Column(argument, inner.present, missing)


def _datetimes(series: Any) -> NDArray[Any]:
    array = np.asarray(series.to_numpy())
    return array if array.dtype.kind == "M" else array.astype(f"datetime64[{series.dtype.time_unit}]")
