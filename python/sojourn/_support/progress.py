"""A progress bar where there is one to be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Report = Callable[[int, int], object]


class Bar:
    """Shows how many are done, if tqdm is installed."""

    def __init__(self, unit: str = "customers") -> None:
        self._bar: Any = None
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return
        self._bar = tqdm(unit=f" {unit}", unit_scale=True)

    def __call__(self, done: int, total: int) -> None:
        """Show how many are done."""
        if self._bar is None:
            return
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self, done: int | None = None) -> None:
        """Show the end; without a number the bar stays where it is."""
        if self._bar is None:
            return
        if done is not None:
            self(done, done)
        self._bar.close()


def check_progress(progress: object) -> None:
    """Refuse what is neither True, False nor a function."""
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise TypeError(
            f"progress: expected True, False or a function of (done, total), found {type(progress).__name__}"
        )


@contextmanager
def reported(progress: bool | Report | None, total: int, unit: str = "customers") -> Iterator[Report | None]:
    """What a run of the library is to call for a caller's `progress`; a bar is taken to its end if the run gets there.

    Raises
    ------
    TypeError
        For what is neither True, False nor a function.
    """
    check_progress(progress)
    if callable(progress):
        yield progress
        return
    if not progress:
        yield None
        return
    bar = Bar(unit)
    try:
        yield bar
    except BaseException:
        bar.close()
        raise
    bar.close(total)
