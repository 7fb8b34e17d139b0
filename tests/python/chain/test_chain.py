"""The chain and its parts, and the questions about its shape."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sojourn as sj

NAMES = ["trial", "active", "churn"]
MATRIX = [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]]


@pytest.fixture
def chain() -> sj.Chain:
    return sj.Chain(NAMES, MATRIX, period="month")


@st.composite
def chains(draw: st.DrawFn) -> sj.Chain:
    """A chain of 1 to 5 states, with zeros in its rows."""
    n = draw(st.integers(1, 5))
    rows = []
    for _ in range(n):
        weights = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)
        if not weights.any():
            weights[draw(st.integers(0, n - 1))] = 1.0
        rows.append(weights / weights.sum())
    return sj.Chain([f"s{i}" for i in range(n)], rows)


def test_a_state_space_is_a_sequence_of_names() -> None:
    states = sj.StateSpace(NAMES)
    assert len(states) == states.n_states == 3
    assert list(states) == NAMES
    assert states.names == tuple(NAMES)
    assert states[0] == states[-3] == states["trial"] == states.name(0) == "trial"
    assert states.index("churn") == states.find("churn") == 2
    assert states.find("loyal") is None
    assert "active" in states
    assert "loyal" not in states
    assert 7 not in states


def test_state_spaces_are_equal_when_names_and_order_are() -> None:
    assert sj.StateSpace(NAMES) == sj.StateSpace(tuple(NAMES))
    assert hash(sj.StateSpace(NAMES)) == hash(sj.StateSpace(NAMES))
    assert sj.StateSpace(NAMES) != sj.StateSpace(NAMES[::-1])
    assert sj.StateSpace(NAMES) != NAMES


@pytest.mark.parametrize("ask", [lambda s: s["loyal"], lambda s: s.index("loyal")])
def test_an_unknown_state_is_an_index_error_that_lists_the_states(ask: Callable[[sj.StateSpace], Any]) -> None:
    with pytest.raises(IndexError, match=r"'loyal'.*'trial', 'active' and 'churn'"):
        ask(sj.StateSpace(NAMES))


@pytest.mark.parametrize("position", [3, -4, 10**9])
def test_a_position_outside_is_an_index_error(position: int) -> None:
    with pytest.raises(IndexError, match=str(position)):
        sj.StateSpace(NAMES)[position]


@pytest.mark.parametrize("states", [NAMES, tuple(NAMES), sj.StateSpace(NAMES), sj.Lifecycle(NAMES, exits=["churn"])])
def test_a_chain_takes_states_of_every_kind(states: Any) -> None:
    assert sj.Chain(states, MATRIX).states.names == tuple(NAMES)


def test_a_chain_says_what_it_is(chain: sj.Chain) -> None:
    assert chain.n_states == 3
    assert chain.period == sj.Period("month")
    assert chain.probability("trial", "active") == chain.probability(0, 1) == chain.probability(0, -2) == 0.4
    assert chain.absorbing_states == ["churn"]
    assert chain.is_absorbing("churn")
    assert not chain.is_absorbing("active")
    assert chain.transition_matrix.tolist() == MATRIX
    assert sj.Chain(NAMES, MATRIX).period.is_step


def test_matrices_are_read_only_views(chain: sj.Chain) -> None:
    matrix = chain.transition_matrix
    assert not matrix.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1.0
    with pytest.raises(ValueError, match="WRITEABLE"):
        matrix.setflags(write=True)
    for other in (sj.structure(chain).reachable, sj.six_stages().allowed):
        assert not other.flags.writeable


def test_a_view_outlives_its_chain() -> None:
    matrix = sj.Chain(NAMES, MATRIX).transition_matrix
    assert [sj.Chain(NAMES, MATRIX) for _ in range(50)]
    assert matrix.tolist() == MATRIX


def test_the_chain_keeps_its_own_copy_of_the_matrix() -> None:
    given_matrix = np.array(MATRIX)
    chain = sj.Chain(NAMES, given_matrix)
    given_matrix[0] = [1.0, 0.0, 0.0]
    assert chain.transition_matrix.tolist() == MATRIX


@pytest.mark.parametrize(
    "layout",
    [
        lambda a: np.asfortranarray(a),
        lambda a: np.repeat(a, 2, axis=1)[:, ::2],
        lambda a: a[::-1][::-1],
        lambda a: a.astype(">f8"),
    ],
)
def test_the_layout_of_an_array_does_not_matter(layout: Callable[[Any], Any]) -> None:
    assert sj.Chain(NAMES, layout(np.array(MATRIX))) == sj.Chain(NAMES, MATRIX)


def test_whole_numbers_and_flags_are_probabilities() -> None:
    swap = sj.Chain(["a", "b"], [[0.0, 1.0], [1.0, 0.0]])
    assert sj.Chain(["a", "b"], np.array([[0, 1], [1, 0]])) == swap
    assert sj.Chain(["a", "b"], np.array([[False, True], [True, False]])) == swap


@given(chains(), st.integers(0, 12))
def test_after_n_periods_is_the_matrix_to_the_power_n(chain: sj.Chain, n: int) -> None:
    after = chain.after(n)
    assert np.allclose(after, np.linalg.matrix_power(chain.transition_matrix, n), atol=1e-12)
    assert np.allclose(after.sum(axis=1), 1.0, atol=1e-12)


def test_with_row_makes_a_changed_copy(chain: sj.Chain) -> None:
    changed = chain.with_row("trial", {"active": 0.9, "churn": 0.1})
    assert changed.transition_matrix[0].tolist() == [0.0, 0.9, 0.1]
    assert changed == chain.with_row(0, [0.0, 0.9, 0.1])
    assert chain.transition_matrix.tolist() == MATRIX
    assert changed.period == chain.period
    with pytest.raises(ValueError, match=r"'trial' sums to 1\.1"):
        chain.with_row("trial", [0.5, 0.4, 0.2])


def test_chains_are_equal_when_states_matrix_and_period_are(chain: sj.Chain) -> None:
    assert chain == sj.Chain(NAMES, MATRIX, period=sj.Period.months(1))
    assert chain != sj.Chain(NAMES, MATRIX, period="year")
    assert chain != chain.with_row("trial", [1.0, 0.0, 0.0])
    assert chain != "chain"
    with pytest.raises(TypeError, match="unhashable"):
        hash(chain)


def test_a_printed_chain_shows_states_and_period(chain: sj.Chain) -> None:
    text = str(chain)
    assert "period month" in text
    assert all(name in text for name in NAMES)
    assert repr(chain) == "Chain(3 states, period='month')"


def test_names_are_escaped_in_a_notebook() -> None:
    html = sj.Chain(["<script>alert(1)</script>", "a&b"], np.eye(2))._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "a&amp;b" in html


@pytest.mark.parametrize(
    ("text", "unit", "length"),
    [
        ("step", "step", 1),
        ("month", "month", 1),
        ("2 weeks", "week", 2),
        ("91 days", "day", 91),
        ("year", "year", 1),
        ("quarter", "quarter", 1),
    ],
)
def test_a_period_is_read_from_text(text: str, unit: str, length: int) -> None:
    period = sj.Period(text)
    assert (period.unit, period.length, period.name) == (unit, length, text)
    assert period == sj.Period.parse(text) == sj.Period(period)
    assert period.is_step == (unit == "step")


def test_periods_know_their_part_of_a_year() -> None:
    assert sj.Period("month").in_years == pytest.approx(1 / 12, rel=1e-15)
    assert sj.Period("quarter").in_years == pytest.approx(3 * sj.Period("month").in_years, rel=1e-15)
    assert sj.Period("year").in_years == 1.0
    assert sj.Period.weeks(2).in_years == pytest.approx(sj.Period.days(14).in_years, rel=1e-15)
    with pytest.raises(ValueError, match="no length in time"):
        _ = sj.Period.step().in_years


@pytest.mark.parametrize("number", [30, 30.5, np.int64(30), "30"])
def test_a_bare_number_is_no_period(number: Any) -> None:
    with pytest.raises(ValueError, match=r"period: .*30.*no unit; say '30"):
        sj.Chain(NAMES, MATRIX, period=number)


@pytest.mark.parametrize("text", ["", "-1 day", "1.5 days", "30 parsecs", "0 days", "9" * 40 + " days", "month\0"])
def test_a_period_of_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^period: "):
        sj.Period(text)


def test_rewards_are_made_from_dict_array_and_moves() -> None:
    states = sj.StateSpace(NAMES)
    rewards = sj.Rewards(states, {"active": 10.0, ("trial", "active"): 5.0}, label="EUR")
    assert rewards.per_state.to_dict() == {"trial": 0.0, "active": 10.0, "churn": 0.0}
    assert rewards.has_move_rewards
    assert rewards.per_move is not None
    assert rewards.per_move[0, 1] == 5.0
    assert not rewards.per_move.flags.writeable
    assert rewards.label == "EUR"
    plain = sj.Rewards(states, [0.0, 10.0, 0.0])
    assert plain.per_move is None
    assert not plain.has_move_rewards
    assert plain.with_move("trial", "active", 5.0).with_label("EUR") == rewards
    assert plain.with_state("active", 3.0).per_state["active"] == 3.0
    assert plain.per_state["active"] == 10.0


@pytest.mark.parametrize(
    ("amounts", "error", "says"),
    [
        ({"loyal": 1.0}, IndexError, "'loyal'"),
        ({("trial", "loyal"): 1.0}, IndexError, "'loyal'"),
        ({("trial", "active", "churn"): 1.0}, ValueError, "pair"),
        ({3: 1.0}, TypeError, "state names as keys, found int"),
        ({"active": "ten"}, TypeError, "'active'.*number, found str"),
        ({"active": None}, TypeError, "'active'.*number, found NoneType"),
        ({"active": float("inf")}, ValueError, "'active'.*inf"),
        ([1.0, 2.0], ValueError, r"\(3,\), found \(2,\)"),
    ],
)
def test_rewards_that_make_no_sense_are_refused(amounts: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        sj.Rewards(NAMES, amounts)


PRESETS = [sj.six_stages(), sj.chain.moments_of_truth(), sj.full_journey(), sj.subscription()]


@pytest.mark.parametrize("life", [*PRESETS, sj.chain.recency(6)])
def test_a_preset_is_a_lifecycle_with_an_exit(life: sj.Lifecycle) -> None:
    assert life.exits == ["churn"]
    assert life.is_exit("churn")
    assert life.role("churn") == "exit"
    assert life.n_states == len(life.details) == len(life.states)
    assert [state.name for state in life.details] == list(life.states)
    assert life.allowed.shape == (life.n_states, life.n_states)
    assert life.allowed.any(axis=1).all()


@pytest.mark.parametrize("life", PRESETS)
def test_an_illustrative_chain_keeps_to_the_allowed_moves(life: sj.Lifecycle) -> None:
    chain = life.illustrative_chain()
    assert chain.absorbing_states == ["churn"]
    assert not chain.transition_matrix[~life.allowed].any()
    assert sj.structure(chain).is_absorbing_chain


def test_other_lifecycles_have_no_illustrative_chain() -> None:
    with pytest.raises(ValueError, match="illustrative_chain: only the presets"):
        sj.chain.recency(6).illustrative_chain()


def test_presets_have_the_states_of_their_names() -> None:
    assert {"engagement", "loyalty", "recommendation"} < set(sj.six_stages().states)
    assert {"stimulus", "zmot", "fmot", "smot", "umot"} < set(sj.chain.moments_of_truth().states)
    assert set(sj.six_stages().states) < set(sj.full_journey().states)
    assert "renewal" in sj.subscription().states
    assert sj.chain.recency(2).states.names == ("active", "silent_1", "silent_2", "churn")
    assert sj.six_stages(exits=["churn", "deceased"]).exits == ["churn", "deceased"]
    assert sj.chain.moments_of_truth().moments("zmot") == ("zmot",)


def test_recency_allows_silence_to_grow_by_one_period_only() -> None:
    life = sj.chain.recency(2)
    assert life.allows("active", "silent_1")
    assert life.allows("silent_2", "churn")
    assert not life.allows("active", "silent_2")
    assert not life.allows("silent_1", "churn")
    assert not life.allows("churn", "active")


def test_a_lifecycle_of_ones_own() -> None:
    states = [sj.LifecycleState("visit", "prospect", ["zmot"]), sj.LifecycleState("gone", "exit")]
    life = sj.Lifecycle("mine", states, [("visit", "visit"), ("visit", "gone")])
    assert life.name == "mine"
    assert life.exits == ["gone"]
    assert life.role("visit") == "prospect"
    assert life.moments("visit") == ("zmot",)
    assert not life.allows("gone", "visit")
    every = sj.Lifecycle(["visit", "gone"], exits=["gone"])
    assert every.allowed.tolist() == [[True, True], [False, True]]


def test_a_lifecycle_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="'c' is not a state; the states are 'a' and 'b'"):
        sj.Lifecycle(["a", "b"], exits=["c"])
    with pytest.raises(ValueError, match="a move names 'c'"):
        sj.Lifecycle("mine", ["a", "b"], [("a", "c"), ("b", "a")])
    with pytest.raises(ValueError, match="'b' allows no move"):
        sj.Lifecycle("mine", ["a", "b"], [("a", "b")])
    with pytest.raises(ValueError, match=r"role: expected one of .* found 'boss'"):
        sj.LifecycleState("a", "boss")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="put it into a list"):
        sj.six_stages(exits="churn")


def test_structure_tells_who_reaches_whom(chain: sj.Chain) -> None:
    shape = sj.structure(chain)
    assert shape.absorbing_states == shape.recurrent_states == ["churn"]
    assert shape.transient_states == ["trial", "active"]
    assert shape.is_absorbing_chain
    assert not shape.is_irreducible
    assert shape.reaches("trial", "churn")
    assert not shape.reaches("active", "trial")
    assert shape.is_transient("trial")
    assert shape.is_recurrent("churn")
    assert shape.is_absorbing("churn")
    assert set(shape.class_of) == set(NAMES)
    assert sorted(shape.canonical_order) == sorted(NAMES)


def test_a_circle_has_the_period_of_its_length() -> None:
    shape = sj.structure(sj.Chain(["a", "b", "c"], [[0, 1, 0], [0, 0, 1], [1, 0, 0]]))
    assert shape.is_irreducible
    assert [(c.states, c.is_recurrent, c.period) for c in shape.classes] == [(["a", "b", "c"], True, 3)]


@given(chains())
def test_reaching_is_a_walk_along_positive_probabilities(chain: sj.Chain) -> None:
    n = chain.n_states
    walk = np.linalg.matrix_power(np.eye(n, dtype=int) + (chain.transition_matrix > 0), n) > 0
    shape = sj.structure(chain)
    assert (shape.reachable == walk).all()
    for i, name in enumerate(chain.states):
        assert shape.is_recurrent(name) == bool((walk[:, i] >= walk[i]).all())
    assert sorted(shape.transient_states + shape.recurrent_states) == sorted(chain.states)


@given(chains())
def test_no_path_is_more_probable_than_the_most_probable_one(chain: sj.Chain) -> None:
    n = chain.n_states
    best = np.eye(n)
    for _ in range(n):
        best = np.maximum(best, (best[:, :, None] * chain.transition_matrix[None, :, :]).max(axis=1))
    for j in range(n):
        if best[0, j] == 0.0:
            with pytest.raises(ValueError, match="cannot be reached"):
                sj.chain.most_probable_path(chain, 0, j)
            continue
        path = sj.chain.most_probable_path(chain, 0, j)
        assert path.states[0] == chain.states[0]
        assert path.states[-1] == chain.states[j]
        steps = [chain.probability(a, b) for a, b in zip(path.states, path.states[1:], strict=False)]
        assert path.probability == pytest.approx(float(np.prod(steps)), rel=1e-12)
        assert path.probability == pytest.approx(best[0, j], rel=1e-9)


def test_a_forecast_moves_the_stock_and_adds_arrivals(chain: sj.Chain) -> None:
    plain = sj.forecast(chain, {"trial": 100.0}, periods=2)
    assert plain.shape == (3, 3)
    assert np.allclose(plain, [[100, 0, 0], [50, 40, 10], [25, 52, 23]])
    grown = sj.forecast(chain, [100.0, 0.0, 0.0], periods=2, arrivals={"trial": 10.0})
    assert np.allclose(grown.sum(axis=1), [100, 110, 120])
    assert np.allclose(grown[1], [60, 40, 10])


@given(chains(), st.integers(1, 10))
def test_a_forecast_without_arrivals_keeps_everybody(chain: sj.Chain, periods: int) -> None:
    stock = np.arange(1.0, chain.n_states + 1)
    stocks = sj.forecast(chain, stock, periods=periods)
    assert np.allclose(stocks.sum(axis=1), stock.sum())
    assert np.allclose(stocks[-1], stock @ chain.after(periods))


PUBLIC_FUNCTIONS = [
    name
    for name in sj.__all__
    if name != "plot" and callable(getattr(sj, name)) and not inspect.isclass(getattr(sj, name))
]


@pytest.mark.parametrize(
    "name", ["fit_chain", "lifetime_value", "simulate", "journeys", "order_journeys", "rule_journeys", "count"]
)
def test_the_help_of_a_question_has_parameters_and_raises(name: str) -> None:
    text = inspect.getdoc(getattr(sj, name)) or ""
    assert "Parameters\n----------" in text
    assert "Returns\n-------" in text
    assert "Raises\n------" in text


@pytest.mark.parametrize("name", PUBLIC_FUNCTIONS)
def test_every_public_function_is_described(name: str) -> None:
    text = inspect.getdoc(getattr(sj, name)) or ""
    assert len(text) > 20
    assert "std::" not in text
    assert "nullptr" not in text


@pytest.mark.parametrize("kind", [sj.Chain, sj.Rewards, sj.Lifecycle, sj.StateSpace, sj.chain.StateValues, sj.Period])
def test_every_public_class_is_described(kind: type) -> None:
    assert len(inspect.getdoc(kind) or "") > 20
