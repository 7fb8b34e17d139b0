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


def _referral_value_html(self: Any) -> str:
    """Show total, own and referred value per state as an HTML table, with R0 and growth factor."""
    columns = [self.total, self.own, self.referred, self.lifetime_referrals]
    header = ["state", "total", "own", "referred", "lifetime referrals"]
    rows = ((name, [column[name] for column in columns]) for name in _shown(self.states.names))
    told = f"{self.definition}; R0 = {self.R0:.4g}, growth factor {self.growth_factor:.6g} per period"
    return _table(told, header, rows)


def _referral_levers_html(self: Any) -> str:
    """Show the levers as an HTML table: own value, total value and R0 side by side."""
    header = ["move", "probability", "own value of a point", "total value of a point", "R0 of a point"]
    rows = (
        (
            f"{lever.from_state} → {lever.to_state}",
            [lever.probability, lever.own_value_of_a_point, lever.total_value_of_a_point, lever.R0_of_a_point],
        )
        for lever in _shown(list(self))
    )
    return _table(f"{len(self):,} levers, currency per customer", header, rows)


def _state_rates_html(self: Any) -> str:
    """Show the rates as an HTML table, with their intervals of 90 %."""
    ends, mean = self.interval(0.9), self.mean
    counted = zip(self.states.names, self.events.tolist(), self.periods.tolist(), strict=True)
    rows = (
        (name, [f"{events:,}", f"{periods:,}", mean[name], ends.lower[name], ends.upper[name]])
        for name, events, periods in _shown(list(counted))
    )
    told = f"{self.definition}; interval of 90 %"
    return _table(told, ["state", "events", "customer-periods", "rate", "lower", "upper"], rows)


def _policy_comparison_html(self: Any) -> str:
    """Show what each policy changes as an HTML table, in the order in which they were given."""
    header = ["policy", "cost", "profit", "lower", "upper", "people at the end", "paid back after"]
    rows = (
        (
            outcome.name,
            [
                outcome.cost,
                outcome.profit,
                *outcome.profit_interval,
                outcome.base,
                "never" if outcome.payback is None else outcome.payback,
            ],
        )
        for outcome in _shown(self.outcomes)
    )
    return _table(self.definition, header, rows)


for _class, _html in {
    _core.Chain: _chain_html,
    _core.StateValues: _state_values_html,
    _core.LifetimeValue: _lifetime_value_html,
    _core.ReferralValue: _referral_value_html,
    _core.ReferralLevers: _referral_levers_html,
    _core.StateRates: _state_rates_html,
    _core.PolicyComparison: _policy_comparison_html,
}.items():
    _html.__name__ = "_repr_html_"
    _class._repr_html_ = _html  # type: ignore[attr-defined]
