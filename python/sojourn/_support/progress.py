"""What a caller's `progress` means, for runs of the library and for loops over them."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

Report = Callable[[int, int], object]


def check_progress(progress: object) -> None:
    """Refuse what is neither True, False nor a function."""
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise TypeError(
            f"progress: expected True, False or a function of (done, total), found {type(progress).__name__}"
        )


class Progress:
    """True shows a bar, if tqdm is installed; a function is called. `report` is what to call, None where it is nobody.

    Raises
    ------
    TypeError
        For what is neither True, False nor a function.
    """

    def __init__(self, progress: bool | Report | None, total: int, unit: str = "customers") -> None:
        check_progress(progress)
        self.report: Report | None = progress if callable(progress) else None
        self._bar: Any = None
        self._total = total
        if progress is not True:
            return
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return
        self._bar = tqdm(unit=f" {unit}", unit_scale=True)
        self.report = self._show

    def __enter__(self) -> Report | None:
        return self.report

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(kind is None)

    def close(self, is_complete: bool) -> None:
        """Take a bar to its end, or leave it where it is."""
        if self._bar is None:
            return
        if is_complete:
            self._show(self._total, self._total)
        self._bar.close()

    def _show(self, done: int, total: int) -> None:
        self._bar.total = total
        self._bar.update(done - self._bar.n)
