"""Columns of numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sojourn.data._columns import Column, Floats


def numbers(column: Column) -> Floats:
    """Numbers by row: NaN = missing, infinity = no number."""
    present = column.present
    kind = present.dtype.kind
    if kind in "fiub":
        found = present.astype(np.float64)
    elif kind in "mM":
        raise TypeError(f"{column.argument}: expected numbers, found times")
    else:
        found = np.fromiter((_to_number(x) for x in present.tolist()), dtype=np.float64, count=len(present))
        if len(found) and np.isinf(found).all():
            raise ValueError(
                f"{column.argument}: none of the {len(found)} values is a number, for example {present[0]!r}"
            )
    return column.spread(found, np.nan)


def _to_number(x: Any) -> float:
    """Read a number: NaN for blank text, infinity for anything else that is none."""
    try:
        number = float(x)
    except (TypeError, ValueError, OverflowError):
        return math.nan if isinstance(x, (str, bytes)) and not x.strip() else math.inf
    return math.inf if math.isnan(number) else number
