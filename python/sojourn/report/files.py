"""Folders and files that a report writes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sojourn.report.errors import DataError


def check_folder(path: str) -> Path:
    """
    Makes the folder of a report and proves that it can be written to, before the long work.

    Raises
    ------
    DataError
        When it cannot.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".sojourn"):
            pass
    except OSError as error:
        raise DataError(f"--out: cannot write to {path} ({error.strerror}); name another folder") from error
    return folder


def write_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    try:
        part = path.with_name(path.name + ".part")
        part.write_text(text, encoding="utf-8", errors="replace")
        part.replace(path)
    except OSError as error:
        raise DataError(f"cannot write {path} ({error.strerror})") from error
