"""Makes Python functions of what the C++ library brings, so that `inspect`, `help` and notebooks see what they take.

Every function, method and constructor of `sojourn._core` is replaced, where it stands, by a Python function that hands
its arguments on. Its signature is read off the docstring when somebody asks for it. An error of pybind11 about the
arguments is told in one line; every other error passes as it is.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from inspect import Parameter, Signature
from typing import Any

from sojourn import _core
from sojourn._support.signatures import merged, signatures, without_signature

_MISMATCH = "(): incompatible "  # how pybind11 opens its refusal of all arguments

_OF_NOTHING = Signature([Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)])


class Bound:
    """A function of the C++ library with its overloads; what stands behind each Python function as `__wrapped__`."""

    __slots__ = ("_known", "function", "more", "name")

    def __init__(self, function: Callable[..., Any], name: str, more: str = "") -> None:
        self.function = function
        self.name = name
        self.more = more
        self._known: list[Signature] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.function(*args, **kwargs)

    @property
    def overloads(self) -> list[Signature]:
        """The signature of each overload."""
        if not self._known:
            self._known = signatures(self.function.__doc__ or "", self.more, vars(_core))
        return self._known

    @property
    def __signature__(self) -> Signature:
        one = merged(self.overloads)
        if one is not None:
            return one
        is_method = "self" in self.overloads[0].parameters
        free = [Parameter("args", Parameter.VAR_POSITIONAL), Parameter("kwargs", Parameter.VAR_KEYWORD)]
        own = [Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)] if is_method else []
        return Signature([*own, *free], return_annotation=self.overloads[0].return_annotation)


def complete(module: types.ModuleType) -> None:
    """Replace every function of the module, and of its classes, by a Python function."""
    for name, member in list(vars(module).items()):
        if isinstance(member, types.BuiltinFunctionType):
            setattr(module, name, _python_function(Bound(member, name), module.__name__))
        elif isinstance(member, type) and member.__module__ == module.__name__:
            for key, made in list(_completed(member)):
                setattr(member, key, made)
            if "__getstate__" in vars(member):
                member.__reduce_ex__ = _reduced  # type: ignore[method-assign, assignment]


def _completed(cls: type) -> Iterator[tuple[str, Any]]:
    for key, member in vars(cls).items():
        if key.startswith("_pybind11"):
            continue
        if key == "__init__" and isinstance(member, types.WrapperDescriptorType):
            yield key, _never_made(cls.__name__)
            continue
        is_static = isinstance(member, staticmethod)
        function = getattr(member, "__func__", None)
        if not isinstance(function, types.BuiltinFunctionType):
            continue
        bound = Bound(function, f"{cls.__qualname__}.{key}", (cls.__doc__ or "") if key == "__init__" else "")
        made = _python_function(bound, cls.__module__)
        yield key, staticmethod(made) if is_static else made


def _reduced(self: Any, protocol: Any) -> Any:
    """Pickle as the newer protocols do; the oldest two would make an object without a state."""
    return object.__reduce_ex__(self, max(protocol, 2))


_reduced.__name__ = _reduced.__qualname__ = "__reduce_ex__"


def _never_made(name: str) -> Callable[[Any], None]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        raise TypeError(f"{name}: the library makes these; call a function that returns one")

    __init__.__qualname__ = f"{name}.__init__"
    __init__.__signature__ = _OF_NOTHING  # type: ignore[attr-defined]
    return __init__


def _python_function(bound: Bound, module: str) -> types.FunctionType:
    function = bound.function
    name = bound.name.rpartition(".")[2]
    mismatch = name + _MISMATCH

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            if not str(error).startswith(mismatch):
                raise
        raise TypeError(refusal(bound, args, kwargs)) from None

    def construct(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if not str(error).startswith(mismatch):
                args = args[1:]  # an object half made must not be shown by a traceback
                raise
        told = refusal(bound, args, kwargs)
        args = args[1:]
        raise TypeError(told) from None

    made = construct if name in ("__init__", "__setstate__") else call
    assert isinstance(made, types.FunctionType)
    made.__name__, made.__qualname__, made.__module__ = name, bound.name, module
    made.__doc__ = without_signature(function.__doc__)
    made.__wrapped__ = bound  # type: ignore[attr-defined]
    return made


def refusal(bound: Bound, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Say in one line which argument does not fit."""
    from sojourn._support.refusals import refusal as told  # only when something is refused

    return told(bound.name, bound.overloads, args, kwargs)


complete(_core)
