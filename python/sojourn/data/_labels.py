"""Columns of labels, customers' ids among them, as codes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.data._columns import Column, Ints


def distinct(column: Column) -> tuple[Ints, NDArray[Any]]:
    """Give each row a code (-1 = missing); the labels stand by code."""
    present = column.present
    if present.dtype.kind in "iubmM":
        labels, codes = np.unique(present, return_inverse=True)
        return column.spread(codes.astype(np.int64), -1), labels
    known: dict[Any, int] = {}
    rows = present.tolist()
    try:
        codes = np.fromiter((known.setdefault(x, len(known)) for x in rows), dtype=np.int64, count=len(rows))
    except TypeError:
        position = next(i for i, x in enumerate(rows) if not _is_hashable(x))
        raise TypeError(
            f"{column.argument}: row {column.row(position)} holds a {type(rows[position]).__name__}, "
            "which cannot serve as a label; use text, numbers, dates or tuples"
        ) from None
    if present.dtype.kind == "O":
        labels = np.empty(len(known), dtype=object)
        labels[:] = list(known)
    else:
        labels = np.array(list(known), dtype=present.dtype)
    return column.spread(codes, -1), labels


def _is_hashable(x: Any) -> bool:
    try:
        hash(x)
    except TypeError:
        return False
    return True


def named(column: Column) -> tuple[Ints, list[str]]:
    """As `distinct`, the labels as text: whole numbers without a decimal point, bytes read as UTF-8."""
    codes, labels = distinct(column)
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
            raise TypeError(f"{column.argument}: expected text, found {type(label).__name__}")
    return codes, result
