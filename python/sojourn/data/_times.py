"""Columns of times, as whole numbers in one unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.data._columns import Column, Flags, Ints, listed

MISSING_TIME = np.iinfo(np.int64).min
_DAY_IN_MICROSECONDS = 86_400_000_000
_IN_MICROSECONDS = {"day": 86_400e6, "second": 1e6, "millisecond": 1e3, "microsecond": 1.0, "nanosecond": 1e-3}
_MICROSECOND = dt.timedelta(microseconds=1)
_EPOCH = dt.datetime(1970, 1, 1)
_UNITS = {"D": "day", "s": "second", "ms": "millisecond", "us": "microsecond", "ns": "nanosecond"}
_COARSER = {"Y": "D", "M": "D", "W": "D", "h": "s", "m": "s"}


@dataclass(frozen=True)
class Times:
    """`MISSING_TIME` where there is none; `invalid` where a time stands that cannot be read."""

    time: Ints
    unit: str
    order: Ints | None
    invalid: Flags

    def n_invalid(self, *known: Ints) -> int:
        """Count the times that cannot be read in rows whose codes are all known."""
        rows = self.invalid.copy()
        for codes in known:
            rows &= codes >= 0
        return int(np.count_nonzero(rows))


def times(column: Column, time_format: str | None, time_unit: str | None) -> Times:
    """Whole-number times in one unit; the wall clock counts, and UTC where there is a zone gives the order."""
    present = column.present
    kind = present.dtype.kind
    if time_unit is not None and time_unit not in _UNITS.values():
        raise ValueError(f"time_unit: expected one of {listed(_UNITS.values())}, found {time_unit!r}")
    if kind == "M":
        _refuse_settings(column, time_format, time_unit)
        return _from_datetime64(column)
    if kind in "iuf":
        if time_format is not None:
            raise ValueError("time_format: the time column holds numbers, not text; say time_unit= instead")
        return _from_numbers(column, time_unit)
    if kind in "bm":
        raise TypeError(f"{column.argument}: expected dates, times or whole numbers, found {present.dtype.name}")
    return _from_objects(column, time_format, time_unit)


def _refuse_settings(column: Column, time_format: str | None, time_unit: str | None) -> None:
    for name, setting in (("time_format", time_format), ("time_unit", time_unit)):
        if setting is not None:
            raise ValueError(f"{name}: the {column.argument} column holds dates already; leave {name} out")


def _from_datetime64(column: Column) -> Times:
    def whole(array: NDArray[Any], unit: str) -> Ints:
        converted: Ints = array.astype(f"datetime64[{unit}]").view(np.int64)
        return converted

    unit, step = np.datetime_data(column.present.dtype)
    if unit == "generic":
        raise TypeError(f"{column.argument}: datetime64 without a unit")
    target = _COARSER.get(unit, unit) if step == 1 else ("D" if unit in "YMW" else "us")
    if target not in _UNITS:
        raise TypeError(
            f"{column.argument}: datetime64[{unit}] is finer than a nanosecond; convert it to datetime64[ns]"
        )
    order = None
    if column.instants is not None:
        order = column.spread(whole(column.instants, target), MISSING_TIME)
    wall = column.spread(whole(column.present, target), MISSING_TIME)
    return Times(wall, _UNITS[target], order, np.zeros(len(column), np.bool_))


def _from_numbers(column: Column, time_unit: str | None) -> Times:
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
    return Times(column.spread(whole, MISSING_TIME), unit, None, column.spread(invalid, False))


def _from_objects(column: Column, time_format: str | None, time_unit: str | None) -> Times:
    rows = [x.decode("utf-8", "replace") if isinstance(x, bytes) else x for x in column.present.tolist()]
    kinds = {type(x) for x in rows}
    if kinds and all(issubclass(kind, (int, float)) and kind is not bool for kind in kinds):
        if time_format is not None:
            raise ValueError("time_format: the time column holds numbers, not text; say time_unit= instead")
        exact = all(isinstance(x, int) and abs(x) < 2**62 for x in rows)
        array = np.array(rows, dtype=np.int64 if exact else np.float64)
        return _from_numbers(replace(column, present=array), time_unit)
    if kinds and all(issubclass(kind, np.datetime64) for kind in kinds):
        _refuse_settings(column, time_format, time_unit)
        return _from_datetime64(replace(column, present=np.array(rows, dtype="datetime64")))
    if not any(issubclass(kind, str) for kind in kinds):
        _refuse_settings(column, time_format, time_unit)
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
        raise ValueError(
            f"{column.argument}: none of the {len(rows)} times could be read, for example {example!r}; {forms}"
        )
    return _from_moments(column, parsed, missing, time_unit)


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
    column: Column, parsed: Sequence[dt.datetime | int | None], missing: Flags, time_unit: str | None
) -> Times:
    zones: dict[str | None, None] = {}
    for moment in parsed:
        if isinstance(moment, dt.datetime):
            zones.setdefault(_zone(moment), None)
    if len(zones) > 1:
        names = ["no zone" if zone is None else zone for zone in zones]
        raise ValueError(
            f"{column.argument}: column mixes zones ({', '.join(names[:4])}{', …' if len(names) > 4 else ''}); "
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
    order = None if instants is None else column.spread(instants, MISSING_TIME)
    return Times(column.spread(wall, MISSING_TIME), unit, order, column.spread(invalid, False))
