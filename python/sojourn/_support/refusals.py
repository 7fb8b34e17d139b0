"""Why a function of `sojourn._core` does not take its arguments, in one line: `name: argument: rule, found what`."""

from __future__ import annotations

import datetime as dt
import difflib
import inspect
import itertools
import operator
import os
from collections.abc import Mapping
from inspect import Parameter, Signature
from typing import Any

import numpy as np

from sojourn import _core
from sojourn._support.signatures import split

_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
_NUMBERS = {"int": ("__index__", "__int__"), "float": ("__float__", "__index__"), "bool": ("__bool__",)}
_CLASSES = {
    "str": (str, bytes),
    "Literal": (str, bytes),
    "dict": dict,
    "Mapping": Mapping,
    "slice": slice,
    "date": dt.date,
    "os.PathLike": os.PathLike,
    "NDArray": np.ndarray,
    "None": type(None),
}
_MOST_LOOKED_AT = 1000  # elements of a sequence


def refusal(name: str, overloads: list[Signature], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Say which argument does not fit, by the overload that goes furthest.

    Parameters
    ----------
    name : str
        Of the function; of a constructor "Class.__init__".
    overloads : list of Signature
    args, kwargs
        As the function was called.
    """
    owner, _, own = name.rpartition(".")
    where = owner if own == "__init__" else name
    problems = [_problem(one, owner, args, kwargs) for one in overloads]
    furthest = max(fits for fits, _, _ in problems)
    _, argument, told = next(one for one in problems if one[0] == furthest)
    if argument:
        kinds = [kind for fits, which, kind in problems if fits == furthest and which == argument]
        value = _given(overloads[0], args, kwargs)[argument]
        wanted = _listed([one for kind in kinds for one in split(kind, "|")], "or")
        told = f"{argument}: expected {wanted}, found {found(value)}"
    return f"{where}: {told}"


def unexpected_keyword(name: str, keyword: str) -> str:
    """Say that a function of `_core` has no such keyword, and which one may be meant."""
    signature = inspect.signature(operator.attrgetter(name)(_core))
    return f"{name}: {_unexpected(keyword, _keywords(signature))}"


def _unexpected(keyword: str, known: list[str]) -> str:
    near = difflib.get_close_matches(keyword, known, 1)
    advice = f"; did you mean {near[0]!r}?" if near else ""
    return f"unexpected keyword {keyword!r}{advice}"


def found(value: Any) -> str:
    """What a value is, in a few words however large it is."""
    shape = getattr(value, "shape", None)
    name = type(value).__name__
    return "None" if value is None else f"{name} of shape {shape}" if isinstance(shape, tuple) else name


def _listed(words: list[str], last: str) -> str:
    words = list(dict.fromkeys(words))
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else words[0]


def _keywords(signature: Signature) -> list[str]:
    return [p.name for p in signature.parameters.values() if p.kind in _BY_NAME and p.name != "self"]


def _given(signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    places = [p.name for p in signature.parameters.values() if p.kind in _BY_POSITION]
    return kwargs | dict(zip(places, args, strict=False))


def _problem(signature: Signature, owner: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, str, str]:
    """How many arguments fit, the name of the first that does not with its type, or "" with what else is wrong."""
    parameters = list(signature.parameters.values())
    given = _given(signature, args, kwargs)
    kinds = {p.name: owner if p.name == "self" else p.annotation for p in parameters if p.name in given}
    fitting = list(itertools.takewhile(lambda name: _is(given[name], kinds[name]), kinds))
    fits = len(fitting)
    wrong = _wrong_in_number(parameters, args, kwargs)
    if wrong:
        return fits, "", wrong
    if fits < len(kinds):
        misfit = list(kinds)[fits]
        return fits, misfit, kinds[misfit]
    wanted = [p.name for p in parameters if p.default is Parameter.empty and p.kind in (*_BY_POSITION, *_BY_NAME)]
    missing = [repr(name) for name in wanted if name not in given]
    if missing:
        return fits, "", f"missing argument{'s' if len(missing) > 1 else ''} {_listed(missing, 'and')}"
    taken = ", ".join([found(x) for x in args] + [f"{key}={found(x)}" for key, x in kwargs.items()])
    return fits, "", f"expected {signature.replace(return_annotation=Signature.empty)}, found ({taken})"


def _wrong_in_number(parameters: list[Parameter], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Keywords that are unknown or given twice, and too many arguments without one."""
    places = [p.name for p in parameters if p.kind in _BY_POSITION]
    known = _keywords(Signature(parameters))
    kinds = {p.kind for p in parameters}
    for keyword in kwargs:
        if keyword in places[: len(args)]:
            return f"argument {keyword!r} is given twice"
        if keyword not in known and Parameter.VAR_KEYWORD not in kinds:
            return _unexpected(keyword, known)
    own = "self" in places
    most, n = len(places) - own, len(args) - own
    if n > most and Parameter.VAR_POSITIONAL not in kinds:
        advice = "; give the others by name" if Parameter.KEYWORD_ONLY in kinds else ""
        return f"expected at most {most} argument{'' if most == 1 else 's'} by position, found {n}{advice}"
    return ""


def _is(value: Any, kind: Any) -> bool:
    """True when a value may be of the type with this text; what is not known may be."""
    return kind is Parameter.empty or any(_is_one(value, part) for part in split(kind, "|"))


def _is_one(value: Any, kind: str) -> bool:
    name, _, inside = kind.partition("[")
    if name in _NUMBERS:
        return any(hasattr(type(value), one) for one in _NUMBERS[name]) and not (name == "int" and _is_float(value))
    if name == "Callable":
        return callable(value)
    if name in ("Sequence", "list"):
        if not hasattr(type(value), "__getitem__") or isinstance(value, (str, bytes, Mapping)):
            return False
        return not inside or all(_is(x, inside[:-1]) for x, _ in zip(value, range(_MOST_LOOKED_AT), strict=False))
    cls = _CLASSES.get(name) or vars(_core).get(name)
    return isinstance(value, cls) if isinstance(cls, (type, tuple)) else True


def _is_float(value: Any) -> bool:
    return isinstance(value, (float, np.floating))
