"""Models on disk and in pickles: every part comes back the same, and no file can do harm."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sojourn as sj

NAMES = ["trial", "active", "churn"]
CHAIN = sj.Chain(NAMES, [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]], period="month")
REWARDS = sj.Rewards(NAMES, {"active": 10.0, ("trial", "active"): 1 / 3}, label="EUR")
FIT = sj.fit_chain(
    sj.simulate(CHAIN, customers=300, rewards=REWARDS, outputs="journeys", seed=4).journeys(), smoothing=0.1
)
FULL = sj.model.Model(FIT, rewards=REWARDS, start="trial", provenance={"log": "orders.csv"}, annual_discount_rate=0.1)
HOSTILE = [
    "<script>alert(1)</script>",
    "😀 ünïcode",
    'a"b\\c',
    "tab\tand\nline",
    "'; DROP TABLE x; --",
    "%s{0}",
    "../x",
]


def test_a_model_holds_what_it_was_given() -> None:
    assert FULL.chain == FIT.chain
    assert FULL.fit == FIT
    assert FULL.rewards == REWARDS
    assert FULL.discount == sj.Discount.annual_rate(0.1)
    assert FULL.start is not None
    assert FULL.start.to_dict() == {"trial": 1.0, "active": 0.0, "churn": 0.0}
    assert FULL.provenance == {"log": "orders.csv"}
    bare = sj.model.Model(CHAIN)
    assert (bare.fit, bare.rewards, bare.discount, bare.start, bare.provenance) == (None, None, None, None, {})
    assert sj.model.Model(FIT.chain, fit=FIT).fit == FIT


@pytest.mark.parametrize("model", [FULL, sj.model.Model(CHAIN), sj.model.Model(CHAIN, rewards={"active": 1e-300})])
@pytest.mark.parametrize("as_text", [True, False])
def test_a_model_comes_back_from_its_file_the_same(tmp_path: Path, model: sj.model.Model, as_text: bool) -> None:
    path = tmp_path / "mödel 😀.json"
    sj.save_model(model, str(path) if as_text else path)
    again = sj.load_model(str(path) if as_text else path)
    assert again == model
    assert again.chain.transition_matrix.tobytes() == model.chain.transition_matrix.tobytes()
    json.loads(path.read_text(encoding="utf-8"))


def test_saving_over_a_file_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    sj.save_model(FULL, path)
    sj.save_model(sj.model.Model(CHAIN), path)
    assert sj.load_model(path) == sj.model.Model(CHAIN)
    assert [p.name for p in tmp_path.iterdir()] == ["model.json"]


@pytest.mark.parametrize(
    "part",
    [
        CHAIN,
        CHAIN.states,
        CHAIN.period,
        REWARDS,
        REWARDS.per_state,
        FIT.counts,
        FIT,
        sj.six_stages(),
        sj.chain.recency(3),
        FULL,
        FULL.discount,
    ],
    ids=lambda part: type(part).__name__,
)
def test_every_part_is_pickled_and_copied(part: Any) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(part, protocol))
        assert type(again) is type(part)
        assert again == part
    assert copy.copy(part) == part
    assert copy.deepcopy(part) == part
    assert copy.deepcopy({"x": [part]})["x"][0] == part


def test_an_answer_from_a_loaded_fit_has_the_same_bits() -> None:
    again = sj.model.model_from_json(sj.model.to_json(FULL)).fit
    assert again is not None
    a = sj.lifetime_value(FIT, annual_discount_rate=0.1)
    b = sj.lifetime_value(again, annual_discount_rate=0.1)
    assert np.asarray(a.mean).tobytes() == np.asarray(b.mean).tobytes()
    assert a.interval(0.9).lower.to_dict() == b.interval(0.9).lower.to_dict()


def test_hostile_names_survive_every_door(tmp_path: Path) -> None:
    n = len(HOSTILE)
    chain = sj.Chain(HOSTILE, np.full((n, n), 1.0 / n))
    model = sj.model.Model(chain, rewards=dict.fromkeys(HOSTILE, 1.0), provenance={name: name for name in HOSTILE})
    path = tmp_path / "model.json"
    sj.save_model(model, path)
    again = sj.load_model(path)
    assert again == model
    assert list(again.chain.states) == HOSTILE
    assert again.provenance == {name: name for name in HOSTILE}
    assert list(pickle.loads(pickle.dumps(chain)).states) == HOSTILE
    value = sj.lifetime_value(again.chain, again.rewards, discount_factor=0.5)
    for html in (chain._repr_html_(), value._repr_html_(), value.mean._repr_html_()):
        assert "<script>" not in html
    for text in (sj.to_dot(chain), sj.to_mermaid(chain), str(chain), repr(value.mean)):
        assert text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), min_size=1, max_size=4, unique=True
    )
)
def test_names_of_any_text_come_back(names: list[str]) -> None:
    try:
        chain = sj.Chain(names, np.eye(len(names)))
    except ValueError as refused:
        sentence = str(refused)
    else:
        sentence = ""
    if sentence:
        assert sentence.startswith("states: ")
        return
    assert list(sj.model.model_from_json(sj.model.to_json(sj.model.Model(chain))).chain.states) == names
    assert pickle.loads(pickle.dumps(chain)) == chain


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3))
def test_numbers_come_back_to_the_last_bit(amounts: list[float]) -> None:
    again = sj.model.model_from_json(sj.model.to_json(sj.model.Model(CHAIN, rewards=amounts))).rewards
    assert again is not None
    assert list(again.per_state) == amounts


TEXT = sj.model.to_json(FULL)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(TEXT.rstrip()) - 1))
def test_a_truncated_file_is_refused_with_the_place(length: int) -> None:
    with pytest.raises(ValueError, match=r"model: is not JSON: .* byte \d+ of"):
        sj.model.model_from_json(TEXT[:length])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(TEXT) - 1), st.characters(min_codepoint=32, max_codepoint=126))
def test_a_file_with_one_wrong_letter_is_read_or_refused(place: int, letter: str) -> None:
    sentence, matrix = "", np.eye(1)
    try:
        matrix = sj.model.model_from_json(TEXT[:place] + letter + TEXT[place + 1 :]).chain.transition_matrix
    except ValueError as refused:
        sentence = str(refused)
    assert sentence == "" or "model" in sentence
    assert np.allclose(matrix.sum(axis=1), 1.0, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("customer,date\n1,2026-01-01\n", "not JSON.*byte"),
        ("[]", "expected an object, found array"),
        ("null", "expected an object, found null"),
        ("{}", "'format' is missing"),
        ('{"format": 1}', r"\.format: expected text"),
        ('{"format": "something else", "version": 1}', "format"),
        ('{"format": "sojourn model"}', "'version' is missing"),
        ('{"format": "sojourn model", "version": 999}', "version.*999"),
        ('{"format": "sojourn model", "version": 1e400}', "too large"),
        ("[" * 100_000, "nested more than"),
        ('{"a":' * 100_000, "nested more than"),
        ("\0", "not JSON"),
    ],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(text, encoding="utf-8")
    for read in (lambda: sj.model.model_from_json(text), lambda: sj.load_model(path)):
        with pytest.raises(ValueError, match=f"model.*{says}"):
            read()


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "NaN", "Infinity", '"0.5"', "null", "[]", "0.6", "-0.5", "9" * 400]
)
def test_a_wrong_number_in_a_matrix_is_refused(number: str) -> None:
    text = sj.model.to_json(sj.model.Model(CHAIN))
    assert text.count("0.5") == 1
    with pytest.raises(ValueError, match="model"):
        sj.model.model_from_json(text.replace("0.5", number))


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (["fit", "counts", "moves", 0, 0], -1),
        (["fit", "counts", "moves", 0, 0], 2**63),
        (["fit", "counts", "moves", 0, 0], 1.5),
        (["fit", "counts", "moves"], [[1]]),
        (["fit", "counts", "customers"], -1),
        (["fit", "counts", "lifecycle", "allowed_moves", 0, 0], 99),
        (["fit", "counts", "lifecycle", "allowed_moves", 0, 0], -1),
        (["fit", "counts", "lifecycle", "states", 0, "role"], "boss"),
        (["fit", "posterior"], [[1.0]]),
        (["fit", "posterior", 0, 0], -1.0),
        (["fit", "chain", "period"], "30"),
        (["fit", "chain", "states"], ["a", "a", "b"]),
        (["fit", "chain", "states"], []),
        (["rewards", "per_state"], [1.0]),
        (["discount"], {"factor": 7.0}),
        (["discount"], {}),
        (["start"], [0.5, 0.4, 0.0]),
        (["provenance"], {"log": 3}),
        (["version"], 2**70),
        (["version"], -1),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(path: list[Any], wrong: Any) -> None:
    tree = json.loads(TEXT)
    place = tree
    for key in path[:-1]:
        place = place[key]
    assert path[-1] in place or isinstance(path[-1], int)
    place[path[-1]] = wrong
    with pytest.raises(ValueError, match="model"):
        sj.model.model_from_json(json.dumps(tree))


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(b'{"format": "\xff\xfe"}')
    with pytest.raises(ValueError, match="model"):
        sj.load_model(path)


def test_a_file_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    sj.save_model(FULL, path)
    with pytest.raises(ValueError, match="more than max_bytes = 10"):
        sj.load_model(path, max_bytes=10)


def test_a_place_that_cannot_be_read_or_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="load_model: cannot read"):
        sj.load_model(tmp_path / "absent.json")
    with pytest.raises(OSError, match="load_model: cannot read"):
        sj.load_model(tmp_path)
    with pytest.raises(OSError, match="save_model: cannot write"):
        sj.save_model(FULL, tmp_path / "no" / "folder.json")


@pytest.mark.parametrize("kind", [sj.Chain, sj.Counts, sj.FitResult, sj.Lifecycle, sj.Rewards, sj.model.Model])
@pytest.mark.parametrize("state", ["", "{}", "[", '{"states": ["a"]}', "null"])
def test_a_pickle_of_nonsense_is_refused(kind: type, state: str) -> None:
    empty = kind.__new__(kind)
    with pytest.raises((ValueError, TypeError)):
        empty.__setstate__(state)


def test_parts_of_a_model_must_fit_together() -> None:
    with pytest.raises(ValueError, match="fit: its chain is not the chain of the model"):
        sj.model.Model(CHAIN, fit=FIT)
    with pytest.raises(ValueError, match="rewards"):
        sj.model.Model(CHAIN, rewards=sj.Rewards(["a"], [1.0]))
    with pytest.raises(ValueError, match="start: sums to 0"):
        sj.model.Model(CHAIN, start={"trial": 0.0})
    with pytest.raises(TypeError, match="provenance"):
        sj.model.Model(CHAIN, provenance={"rows": 3})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        sj.save_model(CHAIN, "model.json")  # type: ignore[arg-type]
