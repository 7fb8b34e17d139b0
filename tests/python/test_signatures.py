"""What `inspect.signature`, `help` and a notebook show of a function, and what a wrong call is told."""

from __future__ import annotations

import copy
import inspect
import pickle
import pydoc
import subprocess
import sys
import types
from typing import Any

import numpy as np
import pytest

import sojourn as sj
from sojourn import _core
from sojourn._support.functions import Bound
from sojourn._support.signatures import documented

CHAIN = sj.Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
WINGS = [sj, sj.chain, sj.data, sj.value, sj.path, sj.trust, sj.simulation, sj.market, sj.model]


def public() -> dict[str, Any]:
    """Every public function and class, by the name that a user writes."""
    found = {f"{wing.__name__}.{name}": getattr(wing, name) for wing in WINGS for name in wing.__all__}
    return {name: item for name, item in found.items() if callable(item)}


def bound_functions() -> dict[str, types.FunctionType]:
    """Every function, method and constructor that the C++ library brings."""
    owners = [_core, *(item for item in vars(_core).values() if isinstance(item, type))]
    members = [
        (owner, name, getattr(member, "__func__", member)) for owner in owners for name, member in vars(owner).items()
    ]
    return {
        f"{owner.__name__}.{name}": member
        for owner, name, member in members
        if isinstance(getattr(member, "__wrapped__", None), Bound)
    }


PUBLIC, BOUND = public(), bound_functions()


@pytest.mark.parametrize("name", PUBLIC)
def test_has_a_signature_and_a_summary(name: str) -> None:
    item = PUBLIC[name]
    assert isinstance(inspect.signature(item), inspect.Signature)
    summary = (inspect.getdoc(item) or "").partition("\n")[0]
    assert summary
    assert "->" not in summary


@pytest.mark.parametrize("name", [name for name, item in PUBLIC.items() if documented(inspect.getdoc(item) or "")])
def test_the_documented_parameters_are_those_of_the_signature(name: str) -> None:
    item = PUBLIC[name]
    told = documented(inspect.getdoc(item) or "")
    parameters = inspect.signature(item).parameters
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):  # overloads that take different arguments
        overloads = (item.__init__ if isinstance(item, type) else item).__wrapped__.overloads
        parameters = {key: p for one in overloads for key, p in one.parameters.items() if key != "self"}
    others = {key for key, p in parameters.items() if p.kind is p.VAR_KEYWORD}  # passed on, or refused with advice
    assert set(told) | others == set(parameters)


@pytest.mark.parametrize("name", BOUND)
def test_a_bound_function_is_a_python_function(name: str) -> None:
    function = BOUND[name]
    assert isinstance(function, types.FunctionType)
    assert function.__module__ == "sojourn._core"
    assert function.__qualname__ == name.removeprefix("sojourn._core.")
    assert "->" not in (function.__doc__ or "").partition("\n")[0]
    assert "Overloaded function." not in (function.__doc__ or "")
    for p in inspect.signature(function).parameters.values():
        assert "SupportsInt" not in str(p.annotation)
        assert p.default is not ...


def test_no_function_of_the_library_was_left_as_it_came() -> None:
    left = [name for name, item in vars(_core).items() if isinstance(item, types.BuiltinFunctionType)]
    for cls in (item for item in vars(_core).values() if isinstance(item, type)):
        members = ((name, getattr(member, "__func__", None)) for name, member in vars(cls).items())
        left += [
            f"{cls.__name__}.{name}"
            for name, function in members
            if isinstance(function, types.BuiltinFunctionType) and not name.startswith("_pybind11")
        ]
    assert left == []


def test_a_signature_says_names_types_and_defaults() -> None:
    assert str(inspect.signature(sj.fit_chain)) == (
        "(counts: Counts | Journeys, *, period: Period | str | None = None, smoothing: float = 0.0, "
        'prior: ArrayLike | None = None, estimate: Literal["mean", "mode"] = \'mean\', '
        'rows_without_data: Literal["refuse", "prior", "absorb", "parent"] = \'refuse\', '
        'forbidden: Literal["refuse", "drop"] = \'refuse\', parent: Chain | FitResult | None = None) -> FitResult'
    )
    assert inspect.signature(sj.on_grid).parameters["churn_after"].default == 0
    assert inspect.signature(_core.on_grid).parameters["period"].default == sj.Period("month")


def test_a_signature_of_a_method_leaves_self_out_when_bound() -> None:
    assert list(inspect.signature(sj.Chain.after).parameters) == ["self", "n_periods"]
    assert list(inspect.signature(CHAIN.after).parameters) == ["n_periods"]
    assert list(inspect.signature(sj.Chain).parameters) == ["states", "transition_matrix", "period"]
    assert list(inspect.signature(sj.Period.days).parameters) == ["n"]


def test_overloads_are_one_signature_or_are_listed() -> None:
    one = inspect.signature(_core.Levers.__getitem__)
    assert str(next(reversed(one.parameters.values())).annotation) == "int | slice"
    assert list(inspect.signature(sj.Lifecycle).parameters) == ["args", "kwargs"]
    assert "exits: Sequence[str] = ()" in (sj.Lifecycle.__init__.__doc__ or "")


def test_help_shows_the_signature_once() -> None:
    text = pydoc.plain(pydoc.render_doc(sj.lifetime_value))
    assert "lifetime_value(chain: Chain | FitResult" in text
    assert text.count("lifetime_value(chain:") == 1


def test_functions_are_pickled_and_copied_by_name() -> None:
    for function in (sj.lifetime_value, sj.Chain.after, sj.Period.days):
        assert pickle.loads(pickle.dumps(function)) is function
        assert copy.deepcopy(function) is function


def test_classes_can_be_derived_from() -> None:
    class Named(sj.Chain):
        def __init__(self, name: str) -> None:
            super().__init__(["active", "churn"], [[0.5, 0.5], [0.0, 1.0]])
            self.name = name

    chain = Named("mine")
    assert isinstance(chain, sj.Chain)
    assert chain.after(1)[0, 1] == 0.5
    assert chain.name == "mine"


LEVERS = sj.sensitivity(sj.lifetime_value(CHAIN, {"active": 1.0}, discount_factor=0.9)).levers
LARGE = np.zeros((1000, 1000))
WRONG_CALLS: list[tuple[str, Any, str]] = [
    ("an argument is missing", lambda: sj.lifetime_value(), "lifetime_value: missing argument 'chain'"),
    ("several are", lambda: sj.Chain(), "Chain: missing arguments 'states' and 'transition_matrix'"),
    ("of a method", lambda: CHAIN.after(), "Chain.after: missing argument 'n_periods'"),
    (
        "a keyword is misspelt",
        lambda: sj.fit_chain(None, smoothin=1),
        "fit_chain: unexpected keyword 'smoothin'; did you mean 'smoothing'?",
    ),
    (
        "a keyword is misspelt where discounts are advised on",
        lambda: sj.lifetime_value(CHAIN, {"active": 1.0}, discount_factor=1, horizn=3),
        "lifetime_value: unexpected keyword 'horizn'; did you mean 'horizon'?",
    ),
    ("a keyword is like no other", lambda: sj.fit_chain(None, xyz=1), "fit_chain: unexpected keyword 'xyz'"),
    ("given twice", lambda: CHAIN.after(1, n_periods=2), "Chain.after: argument 'n_periods' is given twice"),
    (
        "too many, and the others have names",
        lambda: sj.lifetime_value(CHAIN, {"active": 1.0}, 3),
        "lifetime_value: expected at most 2 arguments by position, found 3; give the others by name",
    ),
    ("too many", lambda: CHAIN.after(1, 2), "Chain.after: expected at most 1 argument by position, found 2"),
    ("of another class", lambda: sj.value_moments(CHAIN), "value_moments: value: expected LifetimeValue, found Chain"),
    ("text is wanted", lambda: sj.Rewards(["a"], label=3), "Rewards: label: expected str or None, found int"),
    (
        "a large array is not shown",
        lambda: sj.trust.order_test(LARGE),
        "order_test: journeys: expected Journeys, found ndarray of shape (1000, 1000)",
    ),
    (
        "nor where a number is wanted",
        lambda: sj.simulate(CHAIN, customers=LARGE, horizon=2),
        "customers: expected a whole number, found ndarray",
    ),
    (
        "one of two types",
        lambda: _core.Levers.__getitem__("a", 1),
        "Levers.__getitem__: self: expected Levers, found str",
    ),
    ("nothing", lambda: sj.to_dot(CHAIN, None), "to_dot: min_probability: expected float, found None"),
    (
        "nobody makes one by hand",
        lambda: sj.LifetimeValue(),
        "LifetimeValue: the library makes these; call a function that returns one",
    ),
]


@pytest.mark.parametrize(("reason", "call", "told"), WRONG_CALLS, ids=[row[0] for row in WRONG_CALLS])
def test_a_wrong_call_is_told_in_one_line(reason: str, call: Any, told: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == told
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_errors_of_the_library_pass_as_they_are() -> None:
    with pytest.raises(ValueError, match="row 'a' sums to"):
        sj.Chain(["a", "b"], [[0.5, 0.4], [0.0, 1.0]])
    with pytest.raises(TypeError, match=r"^horizon: expected a whole number, found 1\.5") as caught:
        sj.lifetime_value(CHAIN, {"active": 1.0}, discount_factor=1, horizon=1.5)
    assert caught.value.__context__ is None


def test_a_traceback_does_not_show_an_object_half_made() -> None:
    with pytest.raises(ValueError, match=r"^period: 3 has no unit") as caught:
        sj.Period(3)
    assert caught.traceback[-1].frame.f_locals["args"] == (3,)


def test_errors_of_a_callers_function_pass_with_their_traceback() -> None:
    def answer(chain: sj.Chain) -> float:
        raise TypeError("answer(): incompatible taste")

    counts = sj.Counts(sj.Lifecycle(["active", "churn"], exits=["churn"]), "year")
    fit = sj.fit_chain(counts, smoothing=1.0, rows_without_data="prior")
    with pytest.raises(TypeError, match=r"^answer\(\): incompatible taste$") as caught:
        sj.delta_method(fit, answer)
    assert "answer" in [frame.name for frame in caught.traceback]


def test_the_library_can_be_imported_without_a_refusal_being_prepared() -> None:
    code = "import sys, sojourn; sys.exit('sojourn._support.refusals' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
