"""Files → tables: only the columns that are needed, CSV as text so that an id like 00001 keeps its zeros."""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn.report.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = 1 << 16  # bytes looked at before a file is believed to be a CSV


@dataclass(frozen=True)
class TextFormat:
    """How a CSV is written."""

    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."


@dataclass
class Log:
    """The columns that were asked for, and what was seen on the way."""

    table: Any
    rows: int
    malformed: int = 0
    notes: list[str] = field(default_factory=list)


def need_pyarrow() -> Any:
    """pyarrow, or one sentence."""
    try:
        import pyarrow as pa
    except ImportError as error:
        raise DataError("reading a file needs pyarrow; install it with: pip install 'sojourn[report]'") from error
    return pa


def read_log(path: str, columns: Sequence[str], text: TextFormat) -> Log:
    """
    Reads the named columns of a .csv, a compressed .csv or a .parquet.

    Raises
    ------
    DataError
        When the file is not there, is no table, or lacks a column.
    """
    need_pyarrow()
    wanted = list(dict.fromkeys(columns))
    place = Path(path)
    if not place.exists():
        near = difflib.get_close_matches(place.name, siblings(place), 1)
        raise DataError(f"{path}: no such file{f'; is it {near[0]}?' if near else ''}")
    if place.is_dir():
        raise DataError(f"{path}: is a folder; name the .csv, .csv.gz or .parquet file in it")
    try:
        with place.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    if not start:
        raise DataError(f"{path}: is empty; a log has a header line and one line per event")
    if start[:4] == b"PAR1":
        return read_parquet(path, wanted)
    if place.suffix.lower() in (".parquet", ".pq"):
        raise DataError(f"{path}: is named like a Parquet file but is not one; is it a CSV? then rename it")
    if start[:4] == b"PK\x03\x04" or start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise DataError(f"{path}: looks like a spreadsheet or a zip archive; save the sheet as CSV and give that")
    return read_csv(path, wanted, text, "gzip" if start[:2] == b"\x1f\x8b" else "detect")


def siblings(place: Path) -> list[str]:
    """Names beside a file, to guess a slip of the pen."""
    try:
        return [other.name for other in place.parent.iterdir()]
    except OSError:
        return []


def read_parquet(path: str, columns: list[str]) -> Log:
    """The named columns with the types they have."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        check_columns(path, columns, list(file.schema_arrow.names))
        table = file.read(columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: cannot be read as Parquet ({first_line(error)})") from error
    for i, column in enumerate(table.column_names):
        if pa.types.is_dictionary(table.schema.field(i).type):
            table = table.set_column(i, column, table.column(i).cast(table.schema.field(i).type.value_type))
    if table.num_rows == 0:
        raise DataError(f"{path}: has columns but no rows")
    return Log(table, table.num_rows)


def read_csv(path: str, columns: list[str], text: TextFormat, compression: str) -> Log:
    """The named columns as text; lines that do not have the columns of the header are counted and left out."""
    import pyarrow as pa
    from pyarrow import csv as pacsv

    try:
        with pa.input_stream(path, compression=compression) as stream:
            head = stream.read(HEAD)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: cannot be unpacked ({first_line(error)}); is the download complete?") from error
    names = header(path, head, text)
    check_columns(path, columns, names)
    bad: list[int] = []

    def skip(_: Any) -> str:
        bad.append(1)
        return "skip"

    try:
        with pa.input_stream(path, compression=compression) as stream:
            table = pacsv.read_csv(
                stream,
                read_options=pacsv.ReadOptions(encoding=text.encoding, block_size=1 << 23),
                parse_options=pacsv.ParseOptions(
                    delimiter=text.delimiter, newlines_in_values=True, invalid_row_handler=skip
                ),
                convert_options=pacsv.ConvertOptions(
                    include_columns=columns,
                    column_types={name: pa.string() for name in columns},
                    strings_can_be_null=True,
                    null_values=["", "NA", "NaN", "nan", "NULL", "null", "None"],
                ),
            )
    except (pa.ArrowException, UnicodeError, OSError, LookupError) as error:
        if not is_text(path, text.encoding, compression):
            raise DataError(
                f"{path}: is not {text.encoding} text; try --encoding latin-1 or --encoding cp1252"
            ) from error
        raise DataError(f"{path}: cannot be read as CSV ({first_line(error)})") from error
    if table.num_rows == 0:
        if bad:
            raise DataError(f"{path}: none of its {len(bad):,} lines has the {len(names)} columns of the header")
        raise DataError(f"{path}: has a header line but no rows")
    return Log(table, table.num_rows + len(bad), len(bad))


def is_text(path: str, encoding: str, compression: str) -> bool:
    """Whether a file is text in this encoding, from its start to its end."""
    import pyarrow as pa

    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with pa.input_stream(path, compression=compression) as stream:
            while part := stream.read(1 << 20):
                decoder.decode(part)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def header(path: str, head: bytes, text: TextFormat) -> list[str]:
    """The column names, once the start of the file looks like a table of text."""
    if b"\x00" in head:
        hint = "; if it is UTF-16 text, save it as UTF-8" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise DataError(f"{path}: is not a CSV but binary data{hint}")
    try:
        words = head.decode(
            "utf-8-sig" if text.encoding.lower().replace("-", "") == "utf8" else text.encoding, "replace"
        )
    except LookupError as error:
        raise DataError(f"--encoding: no encoding {text.encoding!r}; try utf-8, latin-1 or cp1252") from error
    opening = words.lstrip()[:200].lower()
    if opening.startswith(("<!doctype", "<html", "<?xml")):
        raise DataError(f"{path}: is a web page or XML, not a CSV; download the file itself")
    if opening.startswith(("{", "[")):
        raise DataError(f"{path}: looks like JSON, not a CSV")
    try:
        names = next(csv.reader(io.StringIO(words.lstrip("\r\n")), delimiter=text.delimiter), [])
    except csv.Error as error:
        raise DataError(f"{path}: its first line is not a header ({error})") from error
    if len(names) == 1:
        line = names[0]
        other = next((c for c in (",", ";", "\t", "|") if c != text.delimiter and line.count(c) >= 1), None)
        if other is not None:
            shown = "tab" if other == "\t" else other
            raise DataError(
                f"{path}: has one column, {line[:60]!r}; add --delimiter {shown!r} if that is what splits its lines"
            )
        raise DataError(f"{path}: is not a CSV of events: its first line, {line[:60]!r}, has one column only")
    return names


def check_columns(path: str, wanted: Sequence[str], there: Sequence[str]) -> None:
    """Refuses a column that the file lacks, with the ones it has and the nearest of them."""
    for name in wanted:
        if there.count(name) > 1:
            raise DataError(f"{path}: has {there.count(name)} columns named {name!r}; rename all but one")
        if name not in there:
            lower = {other.lower().strip(): other for other in there}
            near = difflib.get_close_matches(name.lower(), list(lower), 1, 0.5)
            guess = f" Did you mean {lower[near[0]]!r}?" if near else ""
            shown = ", ".join(repr(other) for other in there[:30]) + (", …" if len(there) > 30 else "")
            raise DataError(f"{path}: has no column {name!r}; its columns are {shown}.{guess}")


def numbers(table: pa.Table, column: str, option: str, decimal: str = ".") -> Any:
    """
    A column as floats, shape (rows,): missing = NaN; text that is no number = infinite, so that the report counts it.

    Raises
    ------
    DataError
        When not one entry is a number.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    data = table.column(column)
    if pa.types.is_integer(data.type) or pa.types.is_floating(data.type) or pa.types.is_decimal(data.type):
        return data.cast(pa.float64()).to_numpy().astype(float)
    if not (pa.types.is_string(data.type) or pa.types.is_large_string(data.type)):
        raise DataError(f"{option}: column {column!r} holds {data.type}, not numbers")
    text = pc.utf8_trim_whitespace(data)
    if decimal != ".":
        text = pc.replace_substring(pc.replace_substring(text, ".", ""), decimal, ".")
    is_number = pc.match_substring_regex(text, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    plain = pc.replace_substring_regex(text, r"^\+", "")
    cast = pc.cast(pc.if_else(is_number, plain, None), pa.float64())
    result = np.array(cast.to_numpy(), dtype=float)
    said = np.array(pc.fill_null(pc.invert(is_number), False).to_numpy(zero_copy_only=False), dtype=bool)
    if not np.isfinite(result).any():
        example = next((str(x) for x in text.to_pylist() if x), "")
        if not example:
            raise DataError(f"{option}: column {column!r} is empty")
        hint = " and --decimal , if that is the decimal comma" if "," in example and decimal == "." else ""
        raise DataError(
            f"{option}: no entry of {column!r} is a number, the first is {example!r}; give plain numbers{hint}"
        )
    result[said] = np.inf
    return result


def whole_times(column: Any, name: str, notes: list[str]) -> Any:
    """Times that are whole numbers, from text where they come as text; what is no number counts as missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(column.type):
        return column
    if not pa.types.is_string(column.type):
        raise DataError(f"--time-unit: column {name!r} holds {column.type}, not whole numbers; leave --time-unit out")
    text = pc.utf8_trim_whitespace(column)
    good = pc.match_substring_regex(text, r"^-?\d{1,18}$")
    bad = (pc.sum(pc.invert(good)).as_py() or 0) if len(text) else 0
    if bad == len(text) - text.null_count:
        raise DataError(f"--time-unit: no entry of {name!r} is a whole number; leave --time-unit out for dates")
    if bad:
        notes.append(f"{bad:,} times were not whole numbers and count as missing.")
    return pc.cast(pc.if_else(good, text, None), pa.int64())


def first_line(error: BaseException) -> str:
    """The start of a library's message, short enough for one sentence."""
    words = str(error).strip().split("\n")[0]
    return words if len(words) <= 160 else words[:159] + "…"
