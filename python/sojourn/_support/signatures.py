"""What the functions of `sojourn._core` take and give, read off the first lines of their docstrings."""

from __future__ import annotations

import ast
import math
import re
from inspect import Parameter, Signature
from typing import Any

_OVERLOADED = "Overloaded function."
_UNNAMED = re.compile(r"arg0")
_OPENING, _CLOSING = "([{", ")]}"
# What pybind11 writes, and what Python's users call it.
_WORDS = [
    (r"\b(?:sojourn\.)?_core\.", ""),
    (r"typing\.SupportsInt \| typing\.SupportsIndex", "int"),
    (r"typing\.SupportsFloat \| typing\.SupportsIndex", "float"),
    (r"\bnumpy\.ndarray\b(?!\[)", "NDArray[Any]"),
    (r"\b(?:collections\.abc|numpy\.typing|typing|datetime)\.", ""),
    (r"\bobject\b", "Any"),
    (r"\b(dict|Mapping)\b(?!\[)", r"\1[str, Any]"),
    (r"\b(list|Iterator|Iterable|Sequence)\b(?!\[)", r"\1[Any]"),
    (r"\btuple\b(?!\[)", "tuple[Any, ...]"),
    (r"\bPathLike\b(?!\[)", "PathLike[str]"),
    (r"\bnumpy\.bool\b", "numpy.bool_"),
]


class TypeText(str):
    """A type by its text; shown without quotes, as a type is."""

    __slots__ = ()
    __repr__ = str.__str__


def split(text: str, separator: str) -> list[str]:
    """Cut a text at a character, but not inside brackets or quotes."""
    parts, depth, quote, start, escaped = [], 0, "", 0, False
    for i, c in enumerate(text):
        if quote:
            escaped, closes = c == "\\" and not escaped, c == quote and not escaped
            quote = "" if closes else quote
        elif c in "\"'":
            quote = c
        elif c in _OPENING:
            depth += 1
        elif c in _CLOSING:
            depth -= 1
        elif c == separator and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    parts.append(text[start:].strip())
    return parts if any(parts) else []


def without_signature(doc: str | None) -> str | None:
    """Return a docstring of pybind11 without the lines that tell what the signature tells."""
    if not doc:
        return None
    if _OVERLOADED not in doc:
        return doc.partition("\n")[2].strip() or None
    found = _overloads(doc)
    texts = list(dict.fromkeys(text for _, text in found if text))
    if merged([_signature(line, "", {}) for line, _ in found]) is None:
        texts = ["One of\n\n" + "\n".join(f"    {_words(line)}" for line, _ in found), *texts]
    return "\n\n".join(texts) or None


def signatures(doc: str, more: str = "", names: dict[str, Any] | None = None) -> list[Signature]:
    """Read the signature of each overload.

    Parameters
    ----------
    doc : str
        The docstring as pybind11 made it.
    more : str
        Another text whose section "Parameters" tells of the words that an argument may be (of the class, for a
        constructor).
    names : dict, optional
        What the defaults are made of.
    """
    texts = _overloads(doc) if _OVERLOADED in doc else [(doc.partition("\n")[0], doc)]
    return [_signature(line, f"{text}\n\n{more}", names or {}) for line, text in texts]


def merged(overloads: list[Signature]) -> Signature | None:
    """One signature for overloads that differ in types alone; nothing for others."""
    first = overloads[0]
    columns = list(zip(*(one.parameters.values() for one in overloads), strict=False))
    shapes = {tuple((p.name, p.kind) for p in one.parameters.values()) for one in overloads}
    if len(shapes) > 1:
        return None
    parameters = [column[0].replace(annotation=_either([p.annotation for p in column])) for column in columns]
    returns = _either([one.return_annotation for one in overloads])
    return first.replace(parameters=parameters, return_annotation=returns)


def documented(doc: str) -> dict[str, str]:
    """Name -> type of each entry in the section "Parameters" of a docstring."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n---|\Z)", doc, re.MULTILINE | re.DOTALL)
    found: dict[str, str] = {}
    for entry in re.finditer(r"^(\*{0,2}\w[\w, *]*?)(?: : (.*))?$", section.group(1) if section else "", re.MULTILINE):
        found |= {name.strip().lstrip("*"): entry.group(2) or "" for name in entry.group(1).split(",")}
    return found


def _overloads(doc: str) -> list[tuple[str, str]]:
    """The first line of each overload with the text after it."""
    pieces = re.split(r"^\d+\. (?=\w+\()", doc.partition(_OVERLOADED)[2], flags=re.MULTILINE)[1:]
    return [(line, text.strip()) for line, _, text in (piece.partition("\n") for piece in pieces)]


def _words(text: str) -> str:
    for pattern, word in _WORDS:
        text = re.sub(pattern, word, text)
    return text


def _either(annotations: list[Any]) -> Any:
    if annotations[0] is Signature.empty:
        return Signature.empty
    return TypeText(" | ".join(dict.fromkeys(annotations)))


def _signature(line: str, text: str, names: dict[str, Any]) -> Signature:
    """Read `name(argument: type = default, *, …) -> type`; words that an argument may be are taken from the text."""
    head, _, returns = line.rpartition(" -> ")
    inside = head[head.index("(") + 1 : head.rindex(")")]
    words = {name: re.match(r"\{[^}]*\}", told) for name, told in documented(text).items()}
    parameters: list[Parameter] = []
    kind: Any = Parameter.POSITIONAL_OR_KEYWORD
    for part in split(inside, ","):
        if part == "/":
            parameters = [p.replace(kind=Parameter.POSITIONAL_ONLY) for p in parameters]
        elif part == "*":
            kind = Parameter.KEYWORD_ONLY
        elif part.startswith("*"):
            many = Parameter.VAR_KEYWORD if part.startswith("**") else Parameter.VAR_POSITIONAL
            parameters.append(Parameter(part.partition(":")[0].lstrip("*"), many))
        else:
            parameters.append(_parameter(part, kind, words, names))
    if any(_UNNAMED.fullmatch(p.name) for p in parameters):  # without a name nothing can be called by it
        word = "key" if head.startswith(("__getitem__", "__contains__")) else "other"
        parameters = [p.replace(name=_UNNAMED.sub(word, p.name), kind=Parameter.POSITIONAL_ONLY) for p in parameters]
    # Beside a discount, other keywords are taken to be refused with advice, and for nothing else.
    if any(p.name == "discount" for p in parameters):
        parameters = [p for p in parameters if p.kind is not Parameter.VAR_KEYWORD]
    if head.startswith(("__eq__", "__ne__")):  # anything can be asked for
        parameters[-1] = parameters[-1].replace(annotation=TypeText("object"))
    return Signature(parameters, return_annotation=TypeText(_words(returns)))


def _parameter(part: str, kind: Any, words: dict[str, re.Match[str] | None], names: dict[str, Any]) -> Parameter:
    head, *default = split(part, "=")
    name, *annotation = split(head, ":")
    if name == "self":
        return Parameter(name, kind)
    told = _words(annotation[0]) if annotation else "Any"
    choice = words.get(name)
    if choice and re.match(r"str\b", told):
        told = told.replace("str", f"Literal[{choice.group()[1:-1]}]", 1)
    if default == ["None"] and told != "Any" and "None" not in split(told, "|"):
        told += " | None"
    value = _value(default[0], names) if default else Parameter.empty
    return Parameter(name, kind, annotation=TypeText(told), default=value)


def _value(text: str, names: dict[str, Any]) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return eval(text, {"inf": math.inf, "nan": math.nan, **names})
