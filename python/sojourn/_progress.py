"""A progress bar where there is one to be had."""

from __future__ import annotations

from typing import Any


class Bar:
    """Shows customers done, if tqdm is installed."""

    def __init__(self) -> None:
        self._bar: Any = None
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return
        self._bar = tqdm(unit=" customers", unit_scale=True)

    def __call__(self, done: int, total: int) -> None:
        """Show how many are done."""
        if self._bar is None:
            return
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self, done: int) -> None:
        """Show the end."""
        if self._bar is None:
            return
        self._bar.update(done - self._bar.n)
        self._bar.close()
