"""Tables of bad input: a name, a call, and words that its refusal must hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Refusal = tuple[str, Callable[[], object], list[str]]


def each_refusal(table: list[Refusal]) -> pytest.MarkDecorator:
    """Asks the test of every row, by its name."""
    return pytest.mark.parametrize(("call", "words"), [row[1:] for row in table], ids=[row[0] for row in table])


def refused(error: type[Exception], call: Callable[[], object], words: list[str]) -> None:
    """The call raises that error, and says all the words."""
    with pytest.raises(error) as caught:
        call()
    for word in words:
        assert word in str(caught.value)
