"""How results look in a notebook. Every name is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from sojourn import _core


def _cell(x: object) -> str:
    if isinstance(x, float):
        return f"{x:,.4g}" if abs(x) < 1 else f"{x:,.2f}"
    return escape(str(x))


def _table(caption: str, header: Sequence[str], rows: Iterable[tuple[str, Iterable[object]]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{_cell(x)}</td>' for x in cells)}</tr>" for name, cells in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


_MOST_ROWS = 100


def _shown(rows: Sequence[Any]) -> Sequence[Any]:
    """The rows, or both ends of very many; the caption tells how many there are."""
    return rows if len(rows) <= _MOST_ROWS else [*rows[: _MOST_ROWS // 2], *rows[-_MOST_ROWS // 2 :]]


def _chain_html(self: Any) -> str:
    """Show the chain as an HTML table; a large or sparse one in a sentence."""
    if self.is_sparse or self.n_states > _MOST_ROWS:
        moves = f"{self.n_moves:,} moves"
        return f"<p>Chain of {self.n_states:,} states, {moves}, period: {escape(self.period.name)}</p>"
    rows = zip(self.states.names, self.transition_matrix.tolist(), strict=True)
    return _table(f"Chain, period: {self.period.name}", ["from \\ to", *self.states.names], rows)


def _state_values_html(self: Any) -> str:
    """Show the values as an HTML table, the middle of a long one left out."""
    values = list(self.items())
    return _table(f"{len(self):,} states", ["state", "value"], ((name, [x]) for name, x in _shown(values)))


def _lifetime_value_html(self: Any) -> str:
    """Show the value per state as an HTML table, with its definition."""
    columns = [self.mean, self.residual, self.std]
    header = ["state", "mean", "residual", "std"]
    if self.is_fitted:
        columns.append(self.interval(0.9).standard_error)
        header.append("standard error")
    rows = ((name, [column[name] for column in columns]) for name in _shown(self.states.names))
    return _table(self.definition, header, rows)


_chain_html.__name__ = _state_values_html.__name__ = _lifetime_value_html.__name__ = "_repr_html_"
_core.Chain._repr_html_ = _chain_html  # type: ignore[method-assign]
_core.StateValues._repr_html_ = _state_values_html  # type: ignore[method-assign]
_core.LifetimeValue._repr_html_ = _lifetime_value_html  # type: ignore[method-assign]
