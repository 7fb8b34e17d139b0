"""Expected customers per period and state, as an array that knows its states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from sojourn import _core
from sojourn._core import Chain, FitResult, Period, StateSpace

Floats = NDArray[np.float64]


class Forecast(NDArrayOperatorsMixin):
    """Expected customers per period and state; row 0 is today.

    An array of shape (periods + 1, n_states) in all that is asked of it: indexing, arithmetic, NumPy's functions and
    the methods of arrays give plain arrays.
    """

    __array_priority__ = 1.0

    def __init__(self, values: Floats, states: StateSpace, period: Period) -> None:
        if values.ndim != 2 or values.shape[1] != len(states):
            raise ValueError(f"values: expected shape (n, {len(states)}), found {values.shape}")
        self._values, self._states, self._period = values, states, period

    @property
    def values(self) -> Floats:
        """Shape (periods + 1, n_states)."""
        return self._values

    @property
    def states(self) -> StateSpace:
        """The states, in order."""
        return self._states

    @property
    def period(self) -> Period:
        """The length of one step."""
        return self._period

    def __repr__(self) -> str:
        n, period = len(self) - 1, self._period.name
        return f"Forecast({n} {'period' if n == 1 else 'periods'}, {len(self._states)} states, period='{period}')"

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Floats]:
        return iter(self._values)

    def __getitem__(self, key: Any) -> Any:
        return self._values[key]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self._values, dtype=dtype) if copy else np.asarray(self._values, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [x._values if isinstance(x, Forecast) else x for x in inputs]
        if "out" in kwargs:
            kwargs["out"] = tuple(x._values if isinstance(x, Forecast) else x for x in kwargs["out"])
        return getattr(ufunc, method)(*plain, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # nothing of an array, and no answer while it is being copied
            raise AttributeError(f"'Forecast' object has no attribute {name!r}")
        return getattr(self._values, name)


def forecast(chain: Chain | FitResult, stock: Any, *, periods: int = 12, arrivals: Any = None) -> Forecast:
    return Forecast(_core.forecast(chain, stock, periods=periods, arrivals=arrivals), chain.states, chain.period)


forecast.__doc__ = _core.forecast.__doc__
