"""Events and a table of rules, in Python and from a TOML file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import Refusal, each_refusal, refused

import sojourn as sj
from sojourn.data import Rule, Rules

LIFE = sj.six_stages()
FIRST = Rule("engagement", first_event=True)
ORDER = {"event": "order"}


def log(*rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    """Rows of customer, day, event and, where given, category and rating."""
    names = ["customer", "time", "event", "category", "rating"][: len(rows[0])]
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def read(data: dict[str, list[Any]], rules: sj.Rules, **settings: Any) -> sj.Journeys:
    return sj.rule_journeys(data, customer="customer", time="time", rules=rules, **settings)


def states(data: dict[str, list[Any]], *rules: sj.Rule, **definitions: Any) -> list[str]:
    """States of the only customer."""
    found = read(data, Rules(LIFE, [*rules, FIRST], **definitions))
    assert len(found) == 1
    return found[0].states


# --- what each condition means ---------------------------------------------------------------------------------------


def test_an_event_that_matches_no_rule_leaves_the_customer_in_his_state() -> None:
    found = read(log(("a", "2024-01-01", "visit"), ("a", "2024-01-02", "visit")), Rules(LIFE, [FIRST]))
    assert found[0].states == ["engagement", "engagement"]
    assert found.report.kept_state == 1


def test_events_before_the_first_labelled_one_are_dropped_and_counted() -> None:
    rules = Rules(LIFE, [Rule("repurchase", is_in=ORDER)])
    found = read(log(("a", "2024-01-01", "visit"), ("a", "2024-01-02", "order")), rules)
    assert found[0].states == ["repurchase"]
    assert (found.report.unlabelled, found.report.rows_used) == (1, 1)


def test_the_first_rule_that_matches_wins() -> None:
    data = log(("a", "2024-01-01", "share"))
    share = Rule("recommendation", is_in={"event": ["share", "referral"]})
    assert states(data, share) == ["recommendation"]
    assert read(data, Rules(LIFE, [FIRST, share]))[0].states == ["engagement"]


def test_all_conditions_of_a_rule_must_hold() -> None:
    rule = Rule("satisfaction", is_in={"event": "review"}, at_least={"rating": 4})
    data = log(
        ("a", "2024-01-01", "order", "x", None),
        ("a", "2024-01-02", "visit", "x", 5),
        ("a", "2024-01-03", "review", "x", 3),
        ("a", "2024-01-04", "review", "x", 4),
    )
    assert states(data, rule) == ["engagement", "engagement", "engagement", "satisfaction"]


def test_bounds_include_themselves_and_a_missing_number_meets_none() -> None:
    data = log(*[("a", f"2024-01-0{i + 1}", "review", "x", rating) for i, rating in enumerate([None, 4, 3.9, 2, None])])
    found = states(data, Rule("satisfaction", at_least={"rating": 4}), Rule("dissatisfaction", at_most={"rating": 2}))
    assert found == ["engagement", "satisfaction", "satisfaction", "dissatisfaction", "dissatisfaction"]


@pytest.mark.parametrize("rating", ["good", float("inf"), "inf"])
def test_a_rating_that_is_no_finite_number_meets_no_bound(rating: Any) -> None:
    data = log(("a", "2024-01-01", "visit", "x", 1), ("a", "2024-01-02", "review", "x", rating))
    assert states(data, Rule("satisfaction", at_least={"rating": 4})) == ["engagement", "engagement"]


def test_only_orders_count_towards_the_nth_order() -> None:
    data = log(*[("a", f"2024-01-0{i + 1}", event) for i, event in enumerate(["order", "visit", "order", "order"])])
    found = states(data, Rule("loyalty", nth_order=3), Rule("repurchase", nth_order=2), order_if=ORDER)
    assert found == ["engagement", "engagement", "repurchase", "loyalty"]


def test_without_a_definition_every_event_is_an_order() -> None:
    data = log(*[("a", f"2024-01-0{i + 1}", "visit") for i in range(3)])
    assert states(data, Rule("repurchase", nth_order=2)) == ["engagement", "repurchase", "repurchase"]


def test_a_label_is_new_when_no_earlier_day_had_it_and_never_on_the_first_day() -> None:
    data = log(
        ("a", "2024-01-01", "order", "shoes", None),
        ("a", "2024-01-01", "order", "hats", None),
        ("a", "2024-01-05", "order", "shoes", None),
        ("a", "2024-01-06", "order", "coats", None),
        ("a", "2024-01-07", "order", "", None),
    )
    found = states(data, Rule("curiosity", is_new="category"), Rule("repurchase", nth_order=3))
    assert found == ["engagement", "engagement", "repurchase", "curiosity", "repurchase"]


def test_a_cadence_needs_every_gap_within_its_days() -> None:
    rule = Rule("loyalty", cadence={"orders": 3, "days": 31})
    steady = log(("a", "2024-01-01", "order"), ("a", "2024-02-01", "order"), ("a", "2024-03-03", "order"))
    assert states(steady, rule, order_if=ORDER) == ["engagement", "engagement", "loyalty"]
    broken = log(("a", "2024-01-01", "order"), ("a", "2024-02-02", "order"), ("a", "2024-03-03", "order"))
    assert states(broken, rule, order_if=ORDER) == ["engagement"] * 3


QUIET = Rules(
    LIFE,
    [Rule("satisfaction", quiet_days=14), Rule("dissatisfaction", is_in={"event": "complaint"}), FIRST],
    order_if=ORDER,
    complaint_if={"event": ["complaint"]},
)


def test_days_without_a_complaint_are_an_event_of_their_own() -> None:
    found = read(log(("a", "2024-01-01", "order"), ("a", "2024-03-01", "visit")), QUIET)
    assert found[0].states == ["engagement", "satisfaction", "satisfaction"]
    assert found[0].times.astype(str).tolist() == ["2024-01-01", "2024-01-15", "2024-03-01"]
    assert found.report.inferred_events == 1


def test_a_complaint_within_the_window_takes_it_back() -> None:
    found = read(
        log(("a", "2024-01-01", "order"), ("a", "2024-01-10", "complaint"), ("a", "2024-03-01", "visit")), QUIET
    )
    assert found[0].states == ["engagement", "dissatisfaction", "dissatisfaction"]
    assert found.report.inferred_events == 0


def test_a_window_that_the_log_does_not_cover_infers_nothing() -> None:
    found = read(log(("a", "2024-01-01", "order"), ("a", "2024-01-14", "visit")), QUIET)
    assert found[0].states == ["engagement", "engagement"]
    assert found.report.inferred_events == 0


STORY = {
    **log(
        ("a", "2024-01-01", "visit", "", None),
        ("a", "2024-01-10", "order", "x", None),
        ("a", "2024-01-20", "order", "x", None),
        ("a", "2024-02-01", "order", "y", None),
        ("a", "2024-02-02", "rate", "", 5),
        ("a", "2024-02-03", "complaint", "", None),
        ("a", "2024-02-04", "order", "x", 1),
        ("a", "2024-02-05", "order", "z", None),
        ("a", "2024-02-06", "share", "", None),
    ),
    "paid": [0, 10, 20, 30, 0, 0, 40, 50, 0],
}
STAGES = [
    "engagement",
    "curiosity",
    "repurchase",
    "curiosity",
    "satisfaction",
    "dissatisfaction",
    "repurchase",
    "loyalty",
    "recommendation",
]


def test_the_standard_rules_tell_a_whole_story() -> None:
    found = read(STORY, sj.standard_rules(), value="paid")
    assert found.lifecycle == sj.six_stages()
    assert found[0].states == STAGES
    assert found.values.tolist() == STORY["paid"]


def test_rules_on_a_grid_are_their_events_on_a_grid() -> None:
    at_once = read(STORY, sj.standard_rules(), value="paid", period="week", origin="calendar")
    later = sj.on_grid(read(STORY, sj.standard_rules(), value="paid"), period="week", origin="calendar")
    weeks = ["engagement", "curiosity", "repurchase", "repurchase", "repurchase"]
    assert at_once[0].states == later[0].states == weeks
    assert at_once.report == later.report
    assert at_once.values.sum() + at_once.report.value_in_incomplete_period == sum(STORY["paid"])


def test_columns_of_the_rules_may_stand_elsewhere() -> None:
    renamed = {("what" if name == "event" else name): column for name, column in STORY.items()}
    assert read(renamed, sj.standard_rules(), columns={"event": "what"})[0].states == STAGES
    columns = {name: STORY[name] for name in ("event", "category", "rating")}
    bare = sj.rule_journeys(customer=STORY["customer"], time=STORY["time"], rules=sj.standard_rules(), columns=columns)
    assert bare[0].states == STAGES


def test_numbers_and_truth_values_serve_as_labels() -> None:
    data = {"customer": ["a", "a"], "time": ["2024-01-01", "2024-01-02"], "event": [3, 7]}
    assert states(data, Rule("loyalty", is_in={"event": "7"})) == ["engagement", "loyalty"]


def test_rules_tell_what_they_need_and_read_as_a_table() -> None:
    rules = sj.standard_rules()
    assert (rules.label_columns, rules.number_columns) == (["event", "category"], ["rating"])
    assert len(rules) == len(rules.rules) == 8
    lines = rules.describe().splitlines()
    for rule, line in zip(rules.rules, lines[1:], strict=False):
        state, condition = rule.describe().split(": ", 1)
        assert state in line
        assert condition in line


def test_a_rule_gives_back_its_conditions() -> None:
    rule = Rule("loyalty", is_in={"event": "order"}, nth_order=5, cadence={"orders": 4, "days": 10}, is_new="brand")
    assert rule.is_in == {"event": ["order"]}
    assert (rule.nth_order, rule.cadence, rule.is_new) == (5, sj.data.Cadence(orders=4, days=10), ["brand"])
    assert (rule.quiet_days, rule.first_event, rule.at_least) == (None, False, {})
    assert rule == Rule(
        "loyalty", is_in={"event": ["order"]}, nth_order=5, cadence=sj.data.Cadence(orders=4, days=10), is_new=["brand"]
    )
    assert rule != Rule("loyalty", nth_order=5)


BAD: list[Refusal] = [
    ("unknown state", lambda: Rules(LIFE, [Rule("bliss", first_event=True)]), ["rule 1", "'bliss'", "'engagement'"]),
    ("no condition", lambda: Rules(LIFE, [FIRST, Rule("loyalty")]), ["rule 2", "'loyalty'", "no condition"]),
    ("no rule", lambda: Rules(LIFE, []), ["no rule", "at least one"]),
    ("quiet days, no complaint", lambda: Rules(LIFE, [Rule("satisfaction", quiet_days=9)]), ["complaint_if"]),
    (
        "negative quiet days",
        lambda: Rules(LIFE, [Rule("satisfaction", quiet_days=-9)], complaint_if=ORDER),
        ["quiet_days", "-9"],
    ),
    (
        "quiet days with another condition",
        lambda: Rules(LIFE, [Rule("satisfaction", quiet_days=9, nth_order=2)], complaint_if=ORDER),
        ["quiet_days", "rule of their own"],
    ),
    ("zeroth order", lambda: Rules(LIFE, [Rule("loyalty", nth_order=0)]), ["nth_order", "0", "at least 1"]),
    ("cadence of one", lambda: Rules(LIFE, [Rule("loyalty", cadence={"orders": 1})]), ["cadence", "1 orders"]),
    ("cadence misspelt", lambda: Rule("loyalty", cadence={"weeks": 2}), ["cadence", "'weeks'", "'days'"]),
    ("nan as a bound", lambda: Rules(LIFE, [Rule("loyalty", at_least={"r": float("nan")})]), ["at_least", "'r'"]),
    ("no label", lambda: Rules(LIFE, [Rule("loyalty", is_in={"event": []})]), ["is_in", "'event'"]),
    (
        "missing column",
        lambda: read({name: STORY[name] for name in ("customer", "time", "event", "category")}, sj.standard_rules()),
        ["'rating'", "the columns are 'customer', 'time', 'event' and 'category'"],
    ),
    (
        "missing column without data",
        lambda: sj.rule_journeys(customer=["a"], time=["2024-01-01"], rules=sj.standard_rules()),
        ["'event'", "columns="],
    ),
    (
        "column of another length",
        lambda: sj.rule_journeys(customer=["a"], time=[1], rules=Rules(LIFE, [FIRST, Rule("loyalty", is_in=ORDER)]),
                                 columns={"event": ["order", "order"]}),
        ["event", "2 rows", "1"],
    ),
    (
        "no rule matches",
        lambda: read(STORY, Rules(LIFE, [Rule("loyalty", is_in={"event": "never"})])),
        ["no rule matches", "9 usable rows", "labels"],
    ),
    (
        "days of times that are an order only",
        lambda: sj.rule_journeys(customer=["a"], time=[1], rules=QUIET, columns={"event": ["order"]}),
        ["time", "only an order", "day"],
    ),
]  # fmt: skip


@each_refusal(BAD)
def test_bad_input_is_refused_with_advice(call: Callable[[], object], words: list[str]) -> None:
    refused(ValueError, call, words)


WRONG_KIND: list[Refusal] = [
    ("rules by name", lambda: read(STORY, "standard"), ["rules", "str", "standard_rules()", "read_rules(path)"]),
    ("labels of no kind", lambda: Rule("loyalty", is_in={"event": 3}), ["is_in", "int"]),  # type: ignore[dict-item]
    ("condition without a column", lambda: Rule("loyalty", is_in=["order"]), ["is_in", "dict"]),  # type: ignore[arg-type]
    ("text as a bound", lambda: Rule("loyalty", at_least={"r": "4"}), ["at_least", "str"]),  # type: ignore[dict-item]
]


@each_refusal(WRONG_KIND)
def test_settings_of_another_kind_are_type_errors(call: Callable[[], object], words: list[str]) -> None:
    refused(TypeError, call, words)


# --- TOML files ------------------------------------------------------------------------------------------------------

GOOD = """
lifecycle = "six_stages"
exits = ["switched", "lapsed"]

[order_if]
event = ["order", "purchase"]

[complaint_if]
event = "complaint"

[[rule]]
state = "recommendation"
is_in = {event = ["share", "referral"]}

[[rule]]
state = "loyalty"
cadence = {orders = 4, days = 45}

[[rule]]
state = "loyalty"
nth_order = 5
at_least = {rating = 3}

[[rule]]
state = "dissatisfaction"
at_most = {rating = 2.5}

[[rule]]
state = "curiosity"
is_new = ["category", "brand"]

[[rule]]
state = "satisfaction"
quiet_days = 14

[[rule]]
state = "engagement"
first_event = true
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "rules.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_toml_file_says_the_same_as_the_rules_in_python(tmp_path: Path) -> None:
    expected = Rules(
        sj.six_stages(exits=["switched", "lapsed"]),
        [
            Rule("recommendation", is_in={"event": ["share", "referral"]}),
            Rule("loyalty", cadence=sj.data.Cadence(orders=4, days=45)),
            Rule("loyalty", nth_order=5, at_least={"rating": 3}),
            Rule("dissatisfaction", at_most={"rating": 2.5}),
            Rule("curiosity", is_new=["category", "brand"]),
            Rule("satisfaction", quiet_days=14),
            FIRST,
        ],
        order_if={"event": ["order", "purchase"]},
        complaint_if={"event": "complaint"},
    )
    path = write(tmp_path, GOOD)
    assert sj.read_rules(path) == expected
    assert sj.read_rules(str(path)) == expected


@pytest.mark.parametrize("preset", ["six_stages", "moments_of_truth", "full_journey", "subscription"])
def test_a_toml_file_names_its_lifecycle(tmp_path: Path, preset: str) -> None:
    lifecycle = getattr(sj.chain, preset)()
    text = f'lifecycle = "{preset}"\n[[rule]]\nstate = "{lifecycle.states.names[0]}"\nfirst_event = true\n'
    assert sj.read_rules(write(tmp_path, text)).lifecycle == lifecycle


def test_without_a_lifecycle_a_toml_file_speaks_of_six_stages(tmp_path: Path) -> None:
    rules = sj.read_rules(write(tmp_path, '[[rule]]\nstate = "engagement"\nfirst_event = true\n'))
    assert rules == Rules(LIFE, [FIRST])


def test_names_in_a_toml_file_may_be_in_any_script(tmp_path: Path) -> None:
    rules = sj.read_rules(write(tmp_path, '[[rule]]\nstate = "loyalty"\nis_in = {"Ereignis" = ["Kauf", "購入"]}\n'))
    assert rules.rules[0].is_in == {"Ereignis": ["Kauf", "購入"]}


RULE = '[[rule]]\nstate = "loyalty"\n'
BAD_FILES: list[tuple[str, str | bytes, list[str]]] = [
    ("not TOML", "state: loyalty", ["not a TOML file"]),
    ("not text", b"\xff\xfe\x00", ["not a TOML file"]),
    ("empty", "", ["no rule"]),
    ("unknown key", "rules = []\n", ["unknown key 'rules'", "'rule'"]),
    ("unknown lifecycle", f'lifecycle = "nine_lives"\n{RULE}nth_order = 5\n', ["'nine_lives'", "'six_stages'"]),
    ("one pair of brackets", '[rule]\nstate = "loyalty"\n', ["[[rule]]", "double brackets"]),
    ("rule as text", 'rule = ["loyalty"]\n', ["rule"]),
    ("no state", "[[rule]]\nnth_order = 5\n", ["rule 1", "no state"]),
    ("unknown state", '[[rule]]\nstate = "bliss"\nnth_order = 5\n', ["rule 1", "'bliss'", "'engagement'"]),
    ("unknown key in a rule", f"{RULE}nth = 5\n", ["rule 1", "unknown key 'nth'", "'nth_order'"]),
    ("no condition", f"{RULE}nth_order = 5\n{RULE}", ["rule 2", "no condition"]),
    ("text for a number", f'{RULE}nth_order = "five"\n', ["rule 1"]),
    ("number for a label", f"{RULE}is_in = {{event = 3}}\n", ["rule 1", "is_in"]),
    ("cadence misspelt", f"{RULE}cadence = {{every = 31}}\n", ["rule 1", "cadence", "'every'"]),
    ("quiet days, no complaint", f"{RULE}quiet_days = 14\n", ["quiet_days", "complaint_if"]),
    ("orders without a column", f'order_if = ["order"]\n{RULE}nth_order = 5\n', ["order_if"]),
    ("exits of another kind", f"exits = 3\n{RULE}nth_order = 5\n", ["exits"]),
    ("lifecycle of another kind", f"lifecycle = 3\n{RULE}nth_order = 5\n", ["lifecycle"]),
    ("lifecycle as a list", f"lifecycle = []\n{RULE}nth_order = 5\n", ["lifecycle"]),
]


@pytest.mark.parametrize(("text", "words"), [case[1:] for case in BAD_FILES], ids=[case[0] for case in BAD_FILES])
def test_a_bad_file_is_refused_by_name_and_rule(tmp_path: Path, text: str | bytes, words: list[str]) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ValueError) as caught:
        sj.read_rules(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message.removeprefix(f"{path}: ")


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sj.read_rules(tmp_path / "absent.toml")
