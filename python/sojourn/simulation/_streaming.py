"""Whole journeys of any number of customers, part by part, in the memory of one part."""

from __future__ import annotations

import errno
import operator
import os
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn import _core
from sojourn._core import Chain, FitResult
from sojourn._support.progress import Progress, Report, check_progress

if TYPE_CHECKING:
    import pyarrow as pa

# Of a chain that lasts 60 periods at most a million rows: as many as a row group of a Parquet file holds at its best.
BATCH_SIZE = 16_384
_COMPRESSIONS = ("zstd", "snappy", "gzip", "brotli", "lz4", "none")
_MOST_CUSTOMERS = 2**59


class WrittenJourneys(NamedTuple):
    """What `write_journeys` wrote."""

    customers: int
    """How many customers."""
    rows: int
    """States of all their journeys together."""


def journey_batches(
    chain: Chain | FitResult,
    customers: int,
    *,
    batch_size: int = BATCH_SIZE,
    horizon: int | None = None,
    start: Any = None,
    rewards: Any = None,
    seed: int = 0,
    threads: int | None = None,
    first_customer: int = 0,
    progress: bool | Callable[[int, int], object] = False,
    **others: Any,
) -> Iterator[pa.RecordBatch]:
    """Simulate whole journeys, a batch of customers at a time, as Arrow record batches.

    The rows are those of `simulate(…, outputs="journeys").journeys()`, whatever the batch size; the memory is that of a
    batch or two, whatever the number of customers. The next batch is made when it is asked for. The discounts of
    `simulate` are taken too, but the values of a journey are not discounted.

    Parameters
    ----------
    chain : Chain or FitResult
    customers : int
        How many, at least 1.
    batch_size : int
        Customers per batch, at least 1.
    horizon, start, rewards, seed, threads, first_customer
        As in `simulate`.
    progress : bool or function of (done, total)
        Customers done so far, of all. True shows a bar if tqdm is installed. What the function raises stops the run and
        is passed on.

    Returns
    -------
    iterator of pyarrow.RecordBatch
        A row per state of a journey: `customer` (int64), `period` (int64, from 0), `state` (dictionary of strings),
        `value` (double, currency), in the order of customers and periods.

    Raises
    ------
    ImportError
        Without pyarrow.
    ValueError
        As `simulate`, at once, before the first batch.
    """
    pa = _pyarrow("journey_batches")
    parts = journey_parts(
        chain, customers, batch_size, horizon=horizon, start=start, rewards=rewards, seed=seed, threads=threads,
        first_customer=first_customer, progress=progress, **others,
    )  # fmt: skip
    names = _names(chain)
    return (_batch(pa, part, names) for part in parts)


def write_journeys(
    path: str | os.PathLike[str],
    chain: Chain | FitResult,
    customers: int,
    *,
    batch_size: int = BATCH_SIZE,
    horizon: int | None = None,
    start: Any = None,
    rewards: Any = None,
    seed: int = 0,
    threads: int | None = None,
    first_customer: int = 0,
    compression: str = "zstd",
    progress: bool | Callable[[int, int], object] = False,
    **others: Any,
) -> WrittenJourneys:
    """Simulate whole journeys into a Parquet file, in the memory of a batch.

    The file holds the rows of `journey_batches`, a row group per batch. It gets its name when it is whole: until then,
    and after an error or Ctrl-C, what stood under that name stays.

    Parameters
    ----------
    path : str or path
        An older file of this name is replaced.
    chain, customers, batch_size, horizon, start, rewards, seed, threads, first_customer, progress
        As in `journey_batches`.
    compression : {"zstd", "snappy", "gzip", "brotli", "lz4", "none"}
        Of the file.

    Returns
    -------
    WrittenJourneys
        `customers` and `rows`.

    Raises
    ------
    ImportError
        Without pyarrow.
    OSError
        When the file cannot be written.
    ValueError
        As `simulate`.
    """
    pa = _pyarrow("write_journeys")
    from pyarrow import parquet

    if compression not in _COMPRESSIONS:
        raise ValueError(f"compression: expected one of {', '.join(map(repr, _COMPRESSIONS))}, found {compression!r}")
    place = Path(path)
    if not place.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "write_journeys: there is no such folder", str(place.parent))
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, "write_journeys: is a folder; name a file", str(place))
    parts = journey_parts(
        chain, customers, batch_size, horizon=horizon, start=start, rewards=rewards, seed=seed, threads=threads,
        first_customer=first_customer, progress=progress, **others,
    )  # fmt: skip
    beside = place.with_name(f"{place.name}.{secrets.token_hex(4)}.part")
    rows, names = 0, _names(chain)
    try:
        with (
            closing(parts) as running,
            beside.open("xb") as stream,
            parquet.ParquetWriter(
                stream,
                _schema(pa),
                compression=compression,
                # Customers are ascending numbers: differences are small, and a dictionary would be as long as they are.
                use_dictionary=["period", "state", "value"],
                column_encoding={"customer": "DELTA_BINARY_PACKED"},
            ) as writer,
        ):
            for part in running:
                batch = _batch(pa, part, names)
                del part
                writer.write_batch(batch)
                rows += batch.num_rows
                del batch
        beside.replace(place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return WrittenJourneys(customers=operator.index(customers), rows=rows)


def journey_parts(
    chain: Chain | FitResult,
    customers: int,
    batch_size: int = BATCH_SIZE,
    *,
    first_customer: int = 0,
    progress: bool | Callable[[int, int], object] = False,
    **options: Any,
) -> Generator[dict[str, NDArray[Any]], None, None]:
    """Simulate journeys part by part, as columns, states as positions; arguments are looked at at once."""
    for taken in ("outputs", "targets"):
        if taken in options:
            raise TypeError(f"{taken}: these are journeys and nothing else; ask simulate for {taken}")
    customers, batch_size, first = (
        _whole(customers, "customers", 1),
        _whole(batch_size, "batch_size", 1),
        _whole(first_customer, "first_customer", 0),
    )
    if first > _MOST_CUSTOMERS - customers:
        raise ValueError(
            "customers: their numbers end above 2^59; simulate fewer, or begin at a smaller first_customer"
        )

    def part(begin: int, size: int, progress: bool | Report) -> dict[str, NDArray[Any]]:
        columns = _core.simulate(
            chain, customers=size, first_customer=begin, outputs="journeys", progress=progress, **options
        ).journey_columns()
        return {
            "customer": np.repeat(columns["customer"], np.diff(columns["offset"])),
            "period": columns["time"],
            "state": columns["state"],
            "value": columns["value"],
        }

    check_progress(progress)
    part(first, 1, False)  # refuses wrong options now, not in the first batch

    def parts() -> Generator[dict[str, NDArray[Any]], None, None]:
        with Progress(progress, customers) as report:
            for done in range(0, customers, batch_size):
                size = min(batch_size, customers - done)
                yield part(first + done, size, False if report is None else _shifted(report, done, customers))
                if report is not None:
                    report(done + size, customers)

    return parts()


def _names(chain: Chain | FitResult) -> list[str]:
    return list((chain.chain if isinstance(chain, FitResult) else chain).states.names)


def _shifted(report: Report, before: int, total: int) -> Report:
    return lambda done, _: report(before + done, total)


def _schema(pa: Any) -> Any:
    return pa.schema(
        {
            "customer": pa.int64(),
            "period": pa.int64(),
            "state": pa.dictionary(pa.int32(), pa.string()),
            "value": pa.float64(),
        }
    )


def _batch(pa: Any, part: dict[str, NDArray[Any]], names: list[str]) -> Any:
    """Rows as Arrow sees them where they are."""
    columns = {name: pa.array(column) for name, column in part.items()}
    columns["state"] = pa.DictionaryArray.from_arrays(columns["state"], pa.array(names, pa.string()), safe=False)
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=_schema(pa))


def _whole(number: Any, argument: str, least: int) -> int:
    try:
        if isinstance(number, bool | np.bool_):
            raise TypeError
        found = operator.index(number)
    except TypeError:
        raise TypeError(f"{argument}: expected a whole number, found {number!r}") from None
    if found < least:
        raise ValueError(f"{argument}: must be at least {least}, found {found}")
    return found


def _pyarrow(where: str) -> Any:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise ImportError(f"{where}: needs pyarrow; install it with: pip install 'sojourn[arrow]'") from error
    return pa
