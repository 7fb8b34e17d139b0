"""How results look in a notebook: tables of HTML whose numbers are those of the result, and whose names stay text."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest

import sojourn as sj

NAMES = ["<b>new</b>", "loyal", "churn"]
CHAIN = sj.Chain(NAMES, [[0.5, 0.3, 0.2], [0.05, 0.85, 0.1], [0.0, 0.0, 1.0]], period="month")
VALUE = sj.referral_value(CHAIN, {"loyal": 10.0}, referrals={"loyal": 0.05}, discount_factor=1)
RATES = sj.referral_rates(
    {"loyal": 1330}, {"<b>new</b>": 400, "loyal": 6000}, states=NAMES, exits=["churn"], period="month"
)
MARKET = sj.Market(CHAIN, people=10_000, rewards={"loyal": 10.0}, referrals={"loyal": 0.05}, advertising=0.01)
POLICIES = [
    sj.Policy("<i>reach</i>", advertising=0.02, cost_per_period=1.0),
    sj.Policy("dear", cost_once=1e9),
]
COMPARISON = sj.compare_policies(MARKET, POLICIES, horizon=12, paths=20)


def rows_of(html: str) -> dict[str, list[str]]:
    """The cells of each row, by what it is called."""
    body = html.split("<tbody>")[1]
    return {
        unescape(re.findall(r"<th>(.*?)</th>", row)[0]): re.findall(r"<td>(.*?)</td>", row)
        for row in re.findall(r"<tr>(.*?)</tr>", body)
    }


def shown(x: float) -> str:
    return f"{x:,.4g}" if abs(x) < 1 else f"{x:,.2f}"


@pytest.mark.parametrize("result", [VALUE, VALUE.sensitivity(start="loyal").levers(), RATES, COMPARISON])
def test_names_stay_text(result: object) -> None:
    html = result._repr_html_()  # type: ignore[attr-defined]
    assert "<b>" not in html
    assert "<i>" not in html


def test_a_referral_value_shows_total_own_and_referred_value() -> None:
    html = VALUE._repr_html_()
    parts = (VALUE.total, VALUE.own, VALUE.referred, VALUE.lifetime_referrals)
    assert rows_of(html) == {name: [shown(part[name]) for part in parts] for name in NAMES}
    assert f"R0 = {VALUE.R0:.4g}" in html


def test_levers_of_referrals_show_the_three_figures_side_by_side() -> None:
    levers = VALUE.sensitivity(start="loyal").levers()
    rows = rows_of(levers._repr_html_())
    assert len(rows) == len(levers)
    first = levers[0]
    assert rows[f"{first.from_state} → {first.to_state}"] == [
        shown(x)
        for x in (first.probability, first.own_value_of_a_point, first.total_value_of_a_point, first.R0_of_a_point)
    ]


def test_rates_show_their_counts_and_intervals() -> None:
    ends = RATES.interval(0.9)
    row = rows_of(RATES._repr_html_())["loyal"]
    assert row == ["1,330", "6,000", *(shown(x["loyal"]) for x in (RATES.mean, ends.lower, ends.upper))]


def test_a_comparison_shows_what_each_policy_changes() -> None:
    rows = rows_of(COMPARISON._repr_html_())
    assert list(rows) == ["<i>reach</i>", "dear"]
    for outcome in COMPARISON.outcomes:
        cost, profit, lower, upper, base, payback = rows[outcome.name]
        ends = outcome.profit_interval
        figures = (outcome.cost, outcome.profit, *ends, outcome.base)
        assert [cost, profit, lower, upper, base] == [shown(x) for x in figures]
        assert payback == ("never" if outcome.payback is None else str(outcome.payback))
    assert rows["dear"][-1] == "never"
    assert np.isfinite(COMPARISON["dear"].profit)
