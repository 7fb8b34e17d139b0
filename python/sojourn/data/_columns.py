"""Columns of a log, from whatever holds them, as the codes and whole-number times that the library reads.

Tables come through narwhals (pandas, Polars, PyArrow and what else it knows), dicts of columns, structured NumPy
arrays; columns also one by one, as arrays or lists. Every column becomes a `Values`: the values there are, and where
there is none.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MISSING_TIME = np.iinfo(np.int64).min
_DAY_IN_MICROSECONDS = 86_400_000_000
_IN_MICROSECONDS = {"day": 86_400e6, "second": 1e6, "millisecond": 1e3, "microsecond": 1.0, "nanosecond": 1e-3}
_MICROSECOND = dt.timedelta(microseconds=1)
_EPOCH = dt.datetime(1970, 1, 1)
_UNITS = {"D": "day", "s": "second", "ms": "millisecond", "us": "microsecond", "ns": "nanosecond"}
_COARSER = {"Y": "D", "M": "D", "W": "D", "h": "s", "m": "s"}


@dataclass(frozen=True)
class Values:
    """A column: `present` holds the values of the rows where `missing` is False, in their order."""

    present: NDArray[Any]
    missing: Flags
    instants: NDArray[Any] | None = None  # of a column with a time zone: the same in UTC

    def __len__(self) -> int:
        return len(self.missing)

    def row(self, position: int) -> int:
        """Return the row of a value, counted from 0."""
        return int(np.flatnonzero(~self.missing)[position])


@dataclass(frozen=True)
class Times:
    time: Ints
    unit: str
    order: Ints | None
    invalid: Flags


def listed(names: Iterable[object]) -> str:
    """Write a short list of names for a message."""
    quoted = [repr(str(name) if isinstance(name, str) else name) for name in names]
    if len(quoted) > 12:
        return f"{', '.join(quoted[:12])} and {len(quoted) - 12} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)


class Table:
    """A log whose columns are found by name; without data the columns themselves are given."""

    def __init__(self, data: Any) -> None:
        self._data = data
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

    def column(self, source: Any, argument: str) -> Values:
        """Find the column that a caller names, or hands over itself."""
        if source is None:
            there = f"; the columns are {listed(self.names)}" if self.names else ""
            raise TypeError(f"{argument}: name the column{there}")
        if not isinstance(source, str):
            if self.names is None or _is_column(source):
                return to_values(source, argument)
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
            return to_values(self._data[source], argument)
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


def to_values(source: Any, argument: str) -> Values:
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
            return Values(inner.present, missing)
    else:
        rows = list(source)
        array = np.empty(len(rows), dtype=object)
        array[:] = rows
    return _from_array(array, argument)


def _from_array(array: NDArray[Any], argument: str) -> Values:
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
    return Values(array[~missing] if missing.any() else array, missing)


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


def _from_series(series: Any, argument: str) -> Values:
    null = np.asarray(series.is_null().to_numpy(), dtype=np.bool_)
    held = series.drop_nulls() if null.any() else series
    instants = None
    if isinstance(held.dtype, nw.Datetime):
        if held.dtype.time_zone is not None:
            utc = held.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            instants = _datetimes(utc)
            held = held.dt.replace_time_zone(None)
        return Values(_datetimes(held), null, instants)
    if isinstance(held.dtype, nw.Date):
        days = np.asarray(held.to_numpy())
        return Values(days.astype("datetime64[D]"), null)
    if isinstance(held.dtype, (nw.Categorical, nw.Enum)):
        held = held.cast(nw.String)
    array = np.asarray(held.to_numpy())
    inner = _from_array(array, argument)
    if not inner.missing.any():
        return Values(inner.present, null)
    missing = null.copy()
    missing[~null] = inner.missing
    return Values(inner.present, missing)


def _datetimes(series: Any) -> NDArray[Any]:
    array = np.asarray(series.to_numpy())
    return array if array.dtype.kind == "M" else array.astype(f"datetime64[{series.dtype.time_unit}]")


def _spread(column: Values, present: NDArray[Any], fill: Any) -> NDArray[Any]:
    """`present` back in the rows of the column, `fill` where there is none."""
    if len(present) == len(column):
        return present
    spread = np.full(len(column), fill, dtype=present.dtype)
    spread[~column.missing] = present
    return spread


def distinct(column: Values, argument: str) -> tuple[Ints, NDArray[Any]]:
    """Give each row a code (-1 = missing); the labels stand by code."""
    present = column.present
    if present.dtype.kind in "iubmM":
        labels, codes = np.unique(present, return_inverse=True)
        return _spread(column, codes.astype(np.int64), -1), labels
    known: dict[Any, int] = {}
    rows = present.tolist()
    try:
        codes = np.fromiter((known.setdefault(x, len(known)) for x in rows), dtype=np.int64, count=len(rows))
    except TypeError:
        position = next(i for i, x in enumerate(rows) if not _is_hashable(x))
        raise TypeError(
            f"{argument}: row {column.row(position)} holds a {type(rows[position]).__name__}, "
            "which cannot serve as a label; use text, numbers, dates or tuples"
        ) from None
    if present.dtype.kind == "O":
        labels = np.empty(len(known), dtype=object)
        labels[:] = list(known)
    else:
        labels = np.array(list(known), dtype=present.dtype)
    return _spread(column, codes, -1), labels


def _is_hashable(x: Any) -> bool:
    try:
        hash(x)
    except TypeError:
        return False
    return True


def texts(labels: NDArray[Any], argument: str) -> list[str]:
    """Labels as text: whole numbers without a decimal point, bytes read as UTF-8."""
    result = []
    for label in labels.tolist():
        if isinstance(label, str):
            result.append(label)
        elif isinstance(label, bytes):
            result.append(label.decode("utf-8", "replace"))
        elif isinstance(label, float) and label.is_integer():
            result.append(str(int(label)))
        elif isinstance(label, (bool, int, float, dt.date)):
            result.append(str(label))
        else:
            raise TypeError(f"{argument}: expected text, found {type(label).__name__}")
    return result


def numbers(column: Values, argument: str) -> Floats:
    """Numbers by row: NaN = missing, infinity = no number."""
    present = column.present
    kind = present.dtype.kind
    if kind in "fiub":
        found = present.astype(np.float64)
    elif kind in "mM":
        raise TypeError(f"{argument}: expected numbers, found times")
    else:
        found = np.fromiter((_to_number(x) for x in present.tolist()), dtype=np.float64, count=len(present))
        if len(found) and np.isinf(found).all():
            raise ValueError(f"{argument}: none of the {len(found)} values is a number, for example {present[0]!r}")
    return _spread(column, found, np.nan)


def _to_number(x: Any) -> float:
    """Read a number: NaN for blank text, infinity for anything else that is none."""
    try:
        number = float(x)
    except (TypeError, ValueError, OverflowError):
        return math.nan if isinstance(x, (str, bytes)) and not x.strip() else math.inf
    return math.inf if math.isnan(number) else number


# --- times -----------------------------------------------------------------------------------------------------------


def times(column: Values, argument: str, time_format: str | None, time_unit: str | None) -> Times:
    """Whole-number times in one unit; the wall clock counts, and UTC where there is a zone gives the order."""
    present = column.present
    kind = present.dtype.kind
    if time_unit is not None and time_unit not in _UNITS.values():
        raise ValueError(f"time_unit: expected one of {listed(_UNITS.values())}, found {time_unit!r}")
    if kind == "M":
        _refuse_settings(argument, "dates", time_format, time_unit)
        return _from_datetime64(column, argument)
    if kind in "iuf":
        if time_format is not None:
            raise ValueError("time_format: the time column holds numbers, not text; say time_unit= instead")
        return _from_numbers(column, time_unit)
    if kind in "bm":
        raise TypeError(f"{argument}: expected dates, times or whole numbers, found {present.dtype.name}")
    return _from_objects(column, argument, time_format, time_unit)


def _refuse_settings(argument: str, found: str, time_format: str | None, time_unit: str | None) -> None:
    for name, setting in (("time_format", time_format), ("time_unit", time_unit)):
        if setting is not None:
            raise ValueError(f"{name}: the {argument} column holds {found} already; leave {name} out")


def _from_datetime64(column: Values, argument: str) -> Times:
    def whole(array: NDArray[Any], unit: str) -> Ints:
        converted: Ints = array.astype(f"datetime64[{unit}]").view(np.int64)
        return converted

    unit, step = np.datetime_data(column.present.dtype)
    if unit == "generic":
        raise TypeError(f"{argument}: datetime64 without a unit")
    target = _COARSER.get(unit, unit) if step == 1 else ("D" if unit in "YMW" else "us")
    if target not in _UNITS:
        raise TypeError(f"{argument}: datetime64[{unit}] is finer than a nanosecond; convert it to datetime64[ns]")
    order = None
    if column.instants is not None:
        order = _spread(column, whole(column.instants, target), MISSING_TIME)
    wall = _spread(column, whole(column.present, target), MISSING_TIME)
    return Times(wall, _UNITS[target], order, np.zeros(len(column), np.bool_))


def _from_numbers(column: Values, time_unit: str | None) -> Times:
    present = column.present
    invalid = np.zeros(len(present), np.bool_)
    unit = time_unit or "step"
    if present.dtype.kind == "f":
        invalid = ~np.isfinite(present) | (np.abs(present) >= 2.0**62)
        held = np.where(invalid, 0.0, present)
        if np.any(held != np.floor(held)):
            if time_unit is None:
                whole = np.unique(held, return_inverse=True)[1].astype(np.int64)
            else:
                scale = _IN_MICROSECONDS[unit]
                unit = "microsecond"
                scaled = held * scale
                invalid |= np.abs(scaled) >= 2.0**62
                whole = np.where(invalid, 0.0, np.round(scaled)).astype(np.int64)
        else:
            whole = held.astype(np.int64)
    elif present.dtype.kind == "u":
        invalid = present > np.uint64(2**62)
        whole = np.where(invalid, 0, present).astype(np.int64)
    else:
        whole = present.astype(np.int64)
        invalid = whole == MISSING_TIME
    whole = np.where(invalid, MISSING_TIME, whole)
    return Times(_spread(column, whole, MISSING_TIME), unit, None, _spread(column, invalid, False))


def _from_objects(column: Values, argument: str, time_format: str | None, time_unit: str | None) -> Times:
    rows = [x.decode("utf-8", "replace") if isinstance(x, bytes) else x for x in column.present.tolist()]
    kinds = {type(x) for x in rows}
    if kinds and all(issubclass(kind, (int, float)) and kind is not bool for kind in kinds):
        if time_format is not None:
            raise ValueError("time_format: the time column holds numbers, not text; say time_unit= instead")
        exact = all(isinstance(x, int) and abs(x) < 2**62 for x in rows)
        array = np.array(rows, dtype=np.int64 if exact else np.float64)
        return _from_numbers(Values(array, column.missing), time_unit)
    if kinds and all(issubclass(kind, np.datetime64) for kind in kinds):
        _refuse_settings(argument, "dates", time_format, time_unit)
        return _from_datetime64(Values(np.array(rows, dtype="datetime64"), column.missing), argument)
    if not any(issubclass(kind, str) for kind in kinds):
        _refuse_settings(argument, "dates", time_format, time_unit)
    read = _reader(time_format, time_unit)
    known: dict[str, dt.datetime | int | None] = {}
    missing = np.zeros(len(rows), np.bool_)
    parsed: list[dt.datetime | int | None] = []
    for i, x in enumerate(rows):
        # Datetimes are not looked up: the two 02:30 of the night the clock is set back are equal.
        if not isinstance(x, str):
            moment = read(x)
        elif x in known:
            moment = known[x]
        else:
            moment = known[x] = read(x)
        if moment is None and isinstance(x, str) and not x.strip():
            missing[i] = True
        parsed.append(moment)
    if rows and all(moment is None for moment in parsed) and not missing.all():
        example = next(x for i, x in enumerate(rows) if not missing[i])
        forms = "write ISO 8601 (2026-01-31), or say time_format="
        if time_format:
            forms = f"time_format={time_format!r} does not fit"
        raise ValueError(f"{argument}: none of the {len(rows)} times could be read, for example {example!r}; {forms}")
    return _from_moments(column, argument, parsed, missing, time_unit)


def _reader(time_format: str | None, time_unit: str | None) -> Callable[[Any], dt.datetime | int | None]:
    def read(x: Any) -> dt.datetime | int | None:
        if isinstance(x, dt.datetime):
            return x
        if isinstance(x, dt.date):
            return dt.datetime(x.year, x.month, x.day)
        if isinstance(x, np.datetime64):
            moment = x.astype("datetime64[us]").item()
            return moment if isinstance(moment, dt.datetime) else None
        if not isinstance(x, str):
            return None
        text = x.strip()
        try:
            if time_format is not None:
                return dt.datetime.strptime(text, time_format)
            if time_unit is not None:
                whole = int(text)
                return whole if abs(whole) < 2**62 else None
            return dt.datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            return None

    return read


def _zone(moment: dt.datetime) -> str | None:
    zone = moment.tzinfo
    if zone is None:
        return None
    return str(getattr(zone, "key", None) or getattr(zone, "zone", None) or zone)


def _from_moments(
    column: Values, argument: str, parsed: Sequence[dt.datetime | int | None], missing: Flags, time_unit: str | None
) -> Times:
    zones: dict[str | None, None] = {}
    for moment in parsed:
        if isinstance(moment, dt.datetime):
            zones.setdefault(_zone(moment), None)
    if len(zones) > 1:
        names = ["no zone" if zone is None else zone for zone in zones]
        raise ValueError(
            f"{argument}: column mixes zones ({', '.join(names[:4])}{', …' if len(names) > 4 else ''}); "
            "convert its times to one zone first"
        )
    aware = any(zone is not None for zone in zones)
    invalid = np.fromiter((moment is None for moment in parsed), np.bool_, len(parsed)) & ~missing
    wall = np.full(len(parsed), MISSING_TIME, dtype=np.int64)
    instants = np.full(len(parsed), MISSING_TIME, dtype=np.int64) if aware else None
    for i, moment in enumerate(parsed):
        if isinstance(moment, dt.datetime):
            wall[i] = (moment.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
            if instants is not None:
                instants[i] = wall[i] - (moment.utcoffset() or dt.timedelta()) // _MICROSECOND
        elif moment is not None:
            wall[i] = moment
    if time_unit is not None and not zones:
        unit = time_unit
    else:
        unit = "microsecond"
        there = wall[wall != MISSING_TIME]
        if instants is None and len(there) and not np.any(there % _DAY_IN_MICROSECONDS):
            unit = "day"
            wall = np.where(wall == MISSING_TIME, wall, wall // _DAY_IN_MICROSECONDS)
    order = None if instants is None else _spread(column, instants, MISSING_TIME)
    return Times(_spread(column, wall, MISSING_TIME), unit, order, _spread(column, invalid, False))
