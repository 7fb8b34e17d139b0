"""Times of every type: days, moments, whole numbers, and the clocks of time zones."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from refusals import refused

import sojourn as sj

pd = pytest.importorskip("pandas", reason="tables of pandas are read here")
pl = pytest.importorskip("polars", reason="tables of Polars are read here")
pa = pytest.importorskip("pyarrow", reason="tables of PyArrow are read here")

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = [dt.date(2024, 1, 3), dt.date(2024, 1, 1), dt.date(2024, 2, 29)]
STATES = ["b", "a", "c"]  # in the order of time: a, b, c


def of_times(times: Any, **settings: Any) -> sj.Journeys:
    """One customer, whose states a, b, c are in order when the times were understood."""
    return sj.journeys(customer=["x"] * len(times), time=times, state=STATES[: len(times)], **settings)


# --- times -----------------------------------------------------------------------------------------------------------

MIDNIGHTS = [dt.datetime(day.year, day.month, day.day) for day in DAYS]
TEXTS = [str(day) for day in DAYS]
DAY_TIMES: list[tuple[str, Any, dict[str, Any]]] = [
    ("dates", DAYS, {}),
    ("naive midnights", MIDNIGHTS, {}),
    ("ISO text", TEXTS, {}),
    ("ISO text with blanks", [f" {text} " for text in TEXTS], {}),
    ("basic ISO text", [text.replace("-", "") for text in TEXTS], {}),
    ("ISO bytes", [text.encode() for text in TEXTS], {}),
    ("array of ISO text", np.array(TEXTS), {}),
    ("array of ISO bytes", np.array(TEXTS, dtype="S10"), {}),
    ("text by format", [day.strftime("%d.%m.%Y") for day in DAYS], {"time_format": "%d.%m.%Y"}),
    ("datetime64[D]", np.array(TEXTS, "M8[D]"), {}),
    ("datetime64 scalars", list(np.array(TEXTS, "M8[D]")), {}),
    ("days since 1970", [(day - dt.date(1970, 1, 1)).days for day in DAYS], {"time_unit": "day"}),
    ("days as text", [str((day - dt.date(1970, 1, 1)).days) for day in DAYS], {"time_unit": "day"}),
    ("dates and text", [DAYS[0], TEXTS[1], TEXTS[2]], {}),
    ("Polars dates", pl.Series(DAYS), {}),
    ("PyArrow dates", pa.chunked_array([DAYS]), {}),
    ("pandas text", pd.Series(TEXTS, dtype="string"), {}),
]


@pytest.mark.parametrize(("times", "how"), [case[1:] for case in DAY_TIMES], ids=[case[0] for case in DAY_TIMES])
def test_days_of_every_type_are_the_same_days(times: Any, how: dict[str, Any]) -> None:
    found = of_times(times, **how)
    assert found.time_unit == "day"
    assert found.times.tolist() == sorted(DAYS)
    assert found[0].states == ["a", "b", "c"]


MOMENTS = [dt.datetime(2024, 1, 1, 12, 0, 2), dt.datetime(2024, 1, 1, 12, 0, 1), dt.datetime(2024, 1, 31, 23, 59, 59)]
SECONDS = [int(x.replace(tzinfo=dt.UTC).timestamp()) for x in MOMENTS]
MOMENT_TIMES: list[tuple[str, Any, dict[str, Any]]] = [
    ("datetimes", MOMENTS, {}),
    ("ISO text", [x.isoformat() for x in MOMENTS], {}),
    ("ISO text with a space", [str(x) for x in MOMENTS], {}),
    ("ISO text in UTC", [x.isoformat() + "Z" for x in MOMENTS], {}),
    ("text by format", [x.strftime("%m/%d/%y %H:%M:%S") for x in MOMENTS], {"time_format": "%m/%d/%y %H:%M:%S"}),
    ("text by format with an offset", [f"{x} +0500" for x in MOMENTS], {"time_format": "%Y-%m-%d %H:%M:%S %z"}),
    ("aware datetimes", [x.replace(tzinfo=BERLIN) for x in MOMENTS], {}),
    ("pandas", pd.Series(MOMENTS), {}),
    ("pandas timestamps", [pd.Timestamp(x) for x in MOMENTS], {}),
    ("aware pandas", pd.Series(MOMENTS).dt.tz_localize("Europe/Berlin"), {}),
    ("Polars", pl.Series(MOMENTS), {}),
    ("Polars in milliseconds", pl.Series(MOMENTS, dtype=pl.Datetime("ms")), {}),
    ("aware Polars", pl.Series(MOMENTS).dt.replace_time_zone("Europe/Berlin"), {}),
    ("PyArrow in seconds", pa.chunked_array([pa.array(MOMENTS, pa.timestamp("s"))]), {}),
    ("PyArrow in nanoseconds", pa.chunked_array([pa.array(MOMENTS, pa.timestamp("ns"))]), {}),
    ("seconds", SECONDS, {"time_unit": "second"}),
    ("seconds as floats", np.array(SECONDS, dtype=float), {"time_unit": "second"}),
    ("milliseconds", [x * 10**3 for x in SECONDS], {"time_unit": "millisecond"}),
    ("microseconds", np.array(SECONDS) * 10**6, {"time_unit": "microsecond"}),
    ("nanoseconds", np.array(SECONDS) * 10**9, {"time_unit": "nanosecond"}),
]


@pytest.mark.parametrize(("times", "how"), [case[1:] for case in MOMENT_TIMES], ids=[case[0] for case in MOMENT_TIMES])
def test_moments_of_every_type_are_the_same_wall_clock(times: Any, how: dict[str, Any]) -> None:
    found = of_times(times, **how)
    assert found.times.astype("M8[us]").tolist() == sorted(MOMENTS)
    assert found[0].states == ["a", "b", "c"]
    # On the grid too, the local day counts: all is one January.
    grid = of_times(times, **how, period="month", origin="calendar")
    assert grid.times.tolist() == [dt.date(2024, 1, 1)]
    assert grid[0].states == ["c"]


@pytest.mark.parametrize("unit", ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "15m"])
def test_datetime64_of_every_unit_is_read(unit: str) -> None:
    times = np.array(["2022-03-04T05:06", "2020-02-03T04:05", "2024-05-06T07:08"], dtype=f"M8[{unit}]")
    found = of_times(times)
    assert found[0].states == ["a", "b", "c"]
    assert (found.times == np.sort(times)).all()


def test_times_before_1970_and_far_away_are_times() -> None:
    found = of_times(np.array(["1969-12-31", "1815-12-10", "2400-02-29"], "M8[D]"))
    assert found.times.astype(str).tolist() == ["1815-12-10", "1969-12-31", "2400-02-29"]
    early = of_times([dt.datetime(1969, 12, 31, 23, 59), dt.datetime(1900, 1, 1)])
    assert early.times.astype("M8[m]").astype(str).tolist() == ["1900-01-01T00:00", "1969-12-31T23:59"]


@pytest.mark.parametrize(
    "times",
    [
        [30, 10, 90],
        np.array([30, 10, 90], np.uint64),
        np.array([30, 10, 90], np.int8),
        [30.0, 10.0, 90.0],
        pl.Series([30, 10, 90]),
    ],
    ids=["list", "unsigned", "bytes wide", "floats", "Polars"],
)
def test_whole_numbers_without_a_unit_are_an_order_only(times: Any) -> None:
    found = of_times(times)
    assert found.time_unit == "step"
    assert found.times.tolist() == [10, 30, 90]
    assert found[0].states == ["a", "b", "c"]


def test_fractions_without_a_unit_are_an_order_too() -> None:
    found = of_times([0.5, 0.25, 0.75])
    assert (found.time_unit, found[0].states) == ("step", ["a", "b", "c"])
    assert found.report.tied == 0


def test_fractions_of_a_second_count() -> None:
    found = of_times([0.5, 0.25, 0.75], time_unit="second")
    assert found.times.astype("M8[ms]").astype(np.int64).tolist() == [250, 500, 750]


INVALID_TIMES: list[tuple[str, Any, dict[str, Any]]] = [
    ("text", ["2024-01-01", "soon"], {}),
    ("a day that does not exist", ["2024-01-01", "2024-02-30"], {}),
    ("text in another format", ["01.01.2024", "2024-01-02"], {"time_format": "%d.%m.%Y"}),
    ("a number among dates", [dt.date(2024, 1, 1), 5], {}),
    ("an object", [dt.date(2024, 1, 1), object()], {}),
    ("something unhashable", [dt.date(2024, 1, 1), ["2024"]], {}),
    ("infinity", np.array([1.0, math.inf]), {"time_unit": "day"}),
    ("a number too large", [1, 2**70], {"time_unit": "day"}),
]


@pytest.mark.parametrize(("times", "how"), [case[1:] for case in INVALID_TIMES], ids=[c[0] for c in INVALID_TIMES])
def test_a_time_that_cannot_be_read_is_counted(times: Any, how: dict[str, Any]) -> None:
    report = of_times(times, **how).report
    assert (report.rows_used, report.invalid_time, report.missing_time) == (1, 1, 0)


MISSING_TIMES: list[tuple[str, Any, dict[str, Any]]] = [
    ("None", ["2024-01-01", None], {}),
    ("empty text", ["2024-01-01", ""], {}),
    ("blank text", ["2024-01-01", "  "], {}),
    ("NaT", np.array(["2024-01-01", "NaT"], "M8[ns]"), {}),
    ("NaN", np.array([1.0, math.nan]), {"time_unit": "day"}),
    ("None among numbers", [1, None], {"time_unit": "day"}),
    ("pandas NaT", pd.Series([pd.Timestamp("2024-01-01"), pd.NaT]), {}),
    ("NaT among datetimes", [dt.datetime(2024, 1, 1), pd.NaT], {}),
    ("nullable aware pandas", pd.Series([pd.Timestamp("2024-01-01", tz="UTC"), pd.NaT]), {}),
    ("nullable Polars", pl.Series([dt.date(2024, 1, 1), None]), {}),
    ("nullable PyArrow", pa.chunked_array([[dt.datetime(2024, 1, 1, 5), None]]), {}),
    ("nullable numbers", pd.Series([1, None], dtype="Int64"), {"time_unit": "day"}),
]


@pytest.mark.parametrize(("times", "how"), [case[1:] for case in MISSING_TIMES], ids=[c[0] for c in MISSING_TIMES])
def test_a_missing_time_is_counted_apart(times: Any, how: dict[str, Any]) -> None:
    report = of_times(times, **how).report
    assert (report.rows_used, report.invalid_time, report.missing_time) == (1, 0, 1)


# --- time zones ------------------------------------------------------------------------------------------------------


def utc(*clock: int) -> dt.datetime:
    return dt.datetime(2024, *clock, tzinfo=dt.UTC)


# 02:00–03:00 of 27 October 2024 comes twice in Berlin: 00:15 UTC is 02:15, 00:45 is 02:45, 01:15 is 02:15 again.
SET_BACK = [utc(10, 27, 0, 45), utc(10, 27, 0, 15), utc(10, 27, 1, 15)]
ZONED: list[tuple[str, Callable[[list[dt.datetime]], Any]]] = [
    ("datetimes", lambda times: [x.astimezone(BERLIN) for x in times]),
    ("pandas", lambda times: pd.Series(times).dt.tz_convert("Europe/Berlin")),
    ("Polars", lambda times: pl.Series(times).dt.convert_time_zone("Europe/Berlin")),
    ("PyArrow", lambda times: pa.chunked_array([pa.array(times, pa.timestamp("us", "Europe/Berlin"))])),
    ("pandas timestamps", lambda times: [pd.Timestamp(x).tz_convert("Europe/Berlin") for x in times]),
]
zoned = pytest.mark.parametrize("local", [case[1] for case in ZONED], ids=[case[0] for case in ZONED])


@zoned
def test_when_the_clock_is_set_back_events_keep_their_true_order(local: Callable[..., Any]) -> None:
    found = of_times(local(SET_BACK))
    assert found[0].states == ["a", "b", "c"]
    assert found.times.astype("M8[m]").astype(str).tolist() == [f"2024-10-27T02:{m}" for m in (15, 45, 15)]


@zoned
def test_the_same_wall_clock_an_hour_later_is_another_event(local: Callable[..., Any]) -> None:
    times = local([utc(10, 27, 1, 30), utc(10, 27, 0, 30)])
    same_state = sj.journeys(customer=["x", "x"], time=times, state=["a", "a"])
    assert (same_state.n_entries, same_state.report.duplicates, same_state.report.tied) == (2, 0, 0)
    assert of_times(times, ties="refuse")[0].states == ["a", "b"]


@zoned
def test_the_grid_goes_by_the_local_day(local: Callable[..., Any]) -> None:
    # 23:30 UTC on 31 January is 00:30 on 1 February in Berlin; 21:30 UTC on 30 June is 23:30 on that day.
    found = of_times(local([utc(3, 1, 12, 0), utc(1, 31, 23, 30), utc(6, 30, 21, 30)]), period="month")
    assert found.times.tolist() == [dt.date(2024, month, 1) for month in range(2, 7)]
    assert found[0].states == ["a", "b", "b", "b", "c"]


@zoned
def test_a_day_of_23_or_25_hours_is_one_day(local: Callable[..., Any]) -> None:
    spring = of_times(local([utc(3, 31, 21, 59), utc(3, 30, 23, 0), utc(4, 1, 21, 59)]), period="day")
    assert spring.times.tolist() == [dt.date(2024, 3, 31), dt.date(2024, 4, 1)]
    assert spring[0].states == ["b", "c"]
    autumn = of_times(local([utc(10, 27, 22, 59), utc(10, 26, 22, 0), utc(10, 28, 22, 59)]), period="day")
    assert autumn.times.tolist() == [dt.date(2024, 10, 27), dt.date(2024, 10, 28)]
    assert autumn[0].states == ["b", "c"]


NEW_YORK = ZoneInfo("America/New_York")
MIXED: list[tuple[str, Any, list[str]]] = [
    (
        "aware and naive",
        [dt.datetime(2024, 1, 1, tzinfo=BERLIN), dt.datetime(2024, 1, 2)],
        ["Europe/Berlin", "no zone"],
    ),
    (
        "two zones",
        [dt.datetime(2024, 1, 1, tzinfo=BERLIN), dt.datetime(2024, 1, 2, tzinfo=NEW_YORK)],
        ["Europe/Berlin", "America/New_York"],
    ),
    ("two offsets in text", ["2024-03-01T00:00+01:00", "2024-04-01T00:00+02:00"], ["UTC+01:00", "UTC+02:00"]),
    ("text with and without", ["2024-03-01T00:00Z", "2024-04-01T00:00"], ["UTC", "no zone"]),
    ("an aware datetime and a date", [dt.datetime(2024, 1, 1, tzinfo=BERLIN), dt.date(2024, 1, 2)], ["no zone"]),
]


@pytest.mark.parametrize(("times", "words"), [case[1:] for case in MIXED], ids=[case[0] for case in MIXED])
def test_mixed_zones_are_refused_by_name(times: Any, words: list[str]) -> None:
    for column in (times, pd.Series(times, dtype=object)):
        with pytest.raises(ValueError, match="time: column mixes zones") as caught:
            of_times(column)
        for word in [*words, "one zone first"]:
            assert word in str(caught.value)


BAD: list[tuple[str, type[Exception], Callable[[], object], list[str]]] = [
    ("unit misspelt", ValueError, lambda: of_times([1, 2], time_unit="week"), ["time_unit", "'day'", "'week'"]),
    ("unit for dates", ValueError, lambda: of_times(DAYS, time_unit="day"), ["time_unit", "dates already"]),
    (
        "format for datetime64",
        ValueError,
        lambda: of_times(np.array(TEXTS, "M8[D]"), time_format="%Y"),
        ["time_format", "dates already"],
    ),
    ("format for numbers", ValueError, lambda: of_times([1, 2], time_format="%Y"), ["time_format", "time_unit="]),
    (
        "format that fits no row",
        ValueError,
        lambda: of_times(TEXTS, time_format="%d.%m.%Y"),
        ["none of the 3", "'2024-01-03'", "time_format='%d.%m.%Y' does not fit"],
    ),
    (
        "whole numbers as text",
        ValueError,
        lambda: of_times(["20", "10"]),
        ["none of the 2", "'20'"],
    ),
    ("time spans", TypeError, lambda: of_times(np.array([1, 2], "m8[D]")), ["time", "timedelta64"]),
    ("picoseconds", TypeError, lambda: of_times(np.array([1, 2], "M8[ps]")), ["time", "datetime64[ns]"]),
]


@pytest.mark.parametrize(("error", "call", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_times_that_cannot_be_read_are_refused_with_advice(
    error: type[Exception], call: Callable[[], object], words: list[str]
) -> None:
    refused(error, call, words)
