"""Writes `python/sojourn/_core.pyi`, what type checkers know of the C++ library, from the module that was built.

    python scripts/write_stub.py            writes it
    python scripts/write_stub.py --check    fails, with the difference, when the one checked in is another

Run it where `sojourn` can be imported, with pybind11-stubgen and ruff. The classes are taken as `import sojourn` leaves
them, so what Python adds to them is there; what the functions take is what `inspect.signature` says.
"""

from __future__ import annotations

import difflib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from pybind11_stubgen import CLIArgs, arg_parser, stub_parser_from_args
from pybind11_stubgen.printer import Printer
from pybind11_stubgen.structs import Argument, Decorator, Function, Identifier, QualifiedName, Value

import sojourn  # noqa: F401  (it completes the module)
from sojourn import _core
from sojourn._support.functions import Bound
from sojourn._support.signatures import signatures

STUB = Path(__file__).resolve().parents[1] / "python/sojourn/_core.pyi"
FIRST_LINE = "# Written by scripts/write_stub.py from the module; change the bindings."

# The short words of the signatures, as a stub has to import them.
FULL = {
    **{name: f"collections.abc.{name}" for name in ("Callable", "Iterable", "Iterator", "Mapping", "Sequence")},
    **{name: f"numpy.typing.{name}" for name in ("ArrayLike", "NDArray")},
    **{name: f"typing.{name}" for name in ("Annotated", "Any", "Literal")},
    "date": "datetime.date",
}
WORD = re.compile(r"""(?P<text>"[^"]*"|'[^']*')|(?<![\w.])(?P<name>[A-Za-z]\w*)(?![\w.])""")
WORDS = re.compile(r'"\w+"(, "\w+")* or "\w+"')
NOT_SHOWN = re.compile(r"_pybind11_|__(getstate|setstate|reduce|copy|deepcopy|str|repr|doc|module|annotations)")


def full(text: str) -> str:
    """Write the types of a signature with the modules that they come from; words in quotes stay as they are."""
    text = re.sub(r"\b_core\.", "", text)
    return WORD.sub(lambda found: found["text"] or FULL.get(found["name"], found["name"]), text)


class OfSignatures:
    """Takes the functions from their signatures and leaves the texts to the module."""

    def handle_value(self, value: Any) -> Value:
        """Write a value as Python does."""
        made = super().handle_value(value)  # type: ignore[misc]
        return Value(repr(value), is_print_safe=True) if made.is_print_safe else made

    def handle_docstring(self, path: QualifiedName, value: Any) -> None:
        """Leave the docstring out."""

    def parse_annotation_str(self, annotation_str: str) -> Any:
        """Read a type by its full name."""
        return super().parse_annotation_str(full(annotation_str))  # type: ignore[misc]

    def handle_class_member(self, path: QualifiedName, class_: type, member: Any) -> Any:
        """Leave out what every class has."""
        if NOT_SHOWN.match(path[-1]) or (path[-1] == "__init__" and not hasattr(member, "__wrapped__")):
            return None
        return super().handle_class_member(path, class_, member)  # type: ignore[misc]

    def handle_property(self, path: QualifiedName, prop: Any) -> Any:
        """Leave the text of a property out, but for the words that it may be where it opens with them."""
        made = super().handle_property(path, prop)  # type: ignore[misc]
        if made is not None:
            made.doc = None
            made.getter.args = [Argument(name=Identifier("self"))]
            words = WORDS.match(prop.__doc__ or "")
            if words and str(made.getter.returns) == "str":
                made.getter.returns = self.parse_annotation_str(f"Literal[{words.group().replace(' or ', ', ')}]")
        return made

    def handle_function(self, path: QualifiedName, func: Any) -> list[Function]:
        """Write every overload of a function of the library, and a Python function as it is."""
        bound = getattr(func, "__wrapped__", None)
        if isinstance(bound, Bound):
            overloads = bound.overloads
        elif inspect.isfunction(func):
            overloads = [inspect.signature(func)]
        else:  # what a property calls
            overloads = signatures(func.__doc__)
        return [self._function(path[-1], one, len(overloads) > 1) for one in overloads]

    def _function(self, name: str, signature: inspect.Signature, is_overload: bool) -> Function:
        returns = signature.return_annotation
        return Function(
            name=Identifier(name),
            args=[self._argument(p) for p in signature.parameters.values()],
            returns=None if returns is inspect.Signature.empty else self.parse_annotation_str(str(returns)),
            decorators=[Decorator(str(self.parse_annotation_str("typing.overload")))] if is_overload else [],
        )

    def _argument(self, p: inspect.Parameter) -> Argument:
        annotation = (
            None if p.annotation is p.empty or p.name == "self" else self.parse_annotation_str(str(p.annotation))
        )
        if annotation is None and p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            annotation = self.parse_annotation_str("Any")
        return Argument(
            name=Identifier(p.name),
            pos_only=p.kind is p.POSITIONAL_ONLY,
            kw_only=p.kind is p.KEYWORD_ONLY,
            variadic=p.kind is p.VAR_POSITIONAL,
            kw_variadic=p.kind is p.VAR_KEYWORD,
            default=None if p.default is p.empty else self.handle_value(p.default),
            annotation=annotation,
        )


class PositionsToo(Printer):
    """Marks the arguments that have no names when none has one."""

    def print_function(self, func: Function) -> list[str]:
        """Write a function."""
        lines = super().print_function(func)
        if func.args and all(one.pos_only for one in func.args):
            at = next(i for i, line in enumerate(lines) if line.startswith("def "))
            head, _, tail = lines[at].rpartition(")")
            lines[at] = f"{head}, /){tail}"
        return lines


def stub() -> str:
    """Return the text of the stub."""
    args = arg_parser().parse_args([_core.__name__], namespace=CLIArgs())
    base = type(stub_parser_from_args(args))
    parser = type("Parser", (OfSignatures, base), {})()
    module = parser.handle_module(QualifiedName.from_str(_core.__name__), _core)
    parser.finalize()
    module.attributes = [one for one in module.attributes if one.name != "__all__"]
    lines = PositionsToo(invalid_expr_as_ellipses=True).print_module(module)
    text = "\n".join([FIRST_LINE, *lines, ""])
    text = re.sub(r"(__hash__): .* = None", r"\1 = None  # type: ignore[assignment]", text)
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(STUB), "-"]
    return subprocess.run(ruff, input=text, capture_output=True, text=True, check=True, cwd=STUB.parents[2]).stdout


def main(arguments: list[str]) -> int:
    """Write the stub, or compare it; see the top of this file."""
    made = stub()
    if arguments != ["--check"]:
        STUB.write_text(made, encoding="utf-8")
        return 0
    found = STUB.read_text(encoding="utf-8")
    difference = difflib.unified_diff(
        found.splitlines(), made.splitlines(), "checked in", "of the module", lineterm="", n=1
    )
    for line in difference:
        print(line)
    if found != made:
        print(f"{STUB.name} is not what the module has; run: python scripts/write_stub.py", file=sys.stderr)
    return int(found != made)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
