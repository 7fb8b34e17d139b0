"""The tables beside the page, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from sojourn.report.files import write_text
from sojourn.report.section import Part


def cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers keep all their digits."""
    if isinstance(value, str):
        return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
    if isinstance(value, (float, np.floating)):
        return repr(float(value)) if np.isfinite(value) else ""
    return int(value) if isinstance(value, np.integer) else value


def to_csv(columns: list[str], rows: list[list[Any]]) -> str:
    """One table as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(x) for x in row] for row in rows)
    return out.getvalue()


def write_tables(parts: Iterable[Part], folder: Path) -> list[tuple[str, str]]:
    """Writes the tables into `folder`/tables and returns (path beside the page, what it holds)."""
    place = folder / "tables"
    place.mkdir(exist_ok=True)
    written = []
    for part in parts:
        for name, table in part.tables().items():
            write_text(place / name, to_csv(table.columns, table.rows))
            written.append((f"tables/{name}", table.what))
    return written
