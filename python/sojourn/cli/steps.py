"""Progress on stderr."""

from __future__ import annotations

import sys
from typing import Any


class Steps:
    """Tells on stderr what is being done, where a person is looking."""

    def __init__(self, quiet: bool, total: int) -> None:
        self.bar: Any = None
        self.begun = -1  # steps before this one
        if quiet or not sys.stderr.isatty():
            return
        try:
            from tqdm import tqdm
        except ImportError:
            return
        self.bar = tqdm(total=total, bar_format="{desc:<28}{bar:24} {elapsed}", leave=False, file=sys.stderr)

    def step(self, words: str) -> None:
        """The step that now begins."""
        if self.bar is not None:
            self.bar.set_description_str(words, refresh=False)
            self.begun += 1
            self.bar.n = self.begun
            self.bar.refresh()

    def progress(self) -> Any:
        """For the simulation: a callable, or nothing when nobody looks."""
        if self.bar is None:
            return False
        begun = self.begun

        def tell(done: int, total: int) -> None:
            self.bar.n = begun + 0.99 * done / max(1, total)
            self.bar.refresh()

        return tell

    def close(self) -> None:
        """Takes the bar away."""
        if self.bar is not None:
            self.bar.close()
