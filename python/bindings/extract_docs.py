"""Carries the contracts of the public headers into the docstrings of the extension module.

Reads the ``///`` comments of each header given and writes a C++ header with a constant per documented name:
``doc::lifetime_value`` for a free function, ``doc::Chain`` for a class, ``doc::Chain_after`` for a member,
``doc::file_chain`` for the text at the top of ``chain.hpp``. Texts of overloads are joined. C++ words for errors become
the Python ones.

Usage: ``extract_docs.py INCLUDE OUTPUT WING/STEM...`` reads ``INCLUDE/WING/STEM.hpp``, writes ``OUTPUT/WING/STEM.hpp``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PYTHON_WORDS = [
    (r"`invalid_argument`|`domain_error`", "`ValueError`"),
    (r"`out_of_range`", "`IndexError`"),
    (r"`runtime_error`", "`OSError`"),
    (r"\bThrows\b", "Raises"),
    (r"\bthrows\b", "raises"),
    (r"\bThrown\b", "Raised"),
    (r"(\w)::(\w)", r"\1.\2"),
]

SCOPE = re.compile(r"^(?:template\s*<[^>]*>\s*)?(?:class|struct)\s+(\w+)[^;]*\{?$")
ENUM = re.compile(r"^enum class (\w+)")
NAME = re.compile(r"(~?\w+|operator\S+?)\s*(?:\(|=|\{|;|$)")


def in_python_words(text: str) -> str:
    """Write C++ errors and scopes the Python way."""
    for pattern, replacement in PYTHON_WORDS:
        text = re.sub(pattern, replacement, text)
    return text


def declared_name(line: str) -> str | None:
    """Find the name that a declaration introduces, or nothing."""
    line = re.sub(r"\[\[\w+\]\]\s*", "", line.strip())
    line = re.sub(r"///<.*$", "", line).rstrip()
    if "operator" in line:
        return None
    head = re.split(r"\s=\s", line, maxsplit=1)[0]
    if "(" in head:
        match = re.search(r"(\w+)\s*\(", re.sub(r"std::function<[^>]*>", "function", head))
        return match.group(1) if match else None
    match = re.search(r"(\w+)\s*(?:;|\{.*)?$", head)
    return match.group(1) if match else None


def documents(header: str, stem: str) -> dict[str, list[str]]:
    """Collect name -> its texts, in order of appearance."""
    found: dict[str, list[str]] = {}
    pending: list[str] = []
    scopes: list[tuple[str, int]] = []
    depth = 0

    def keep(name: str, lines: list[str]) -> None:
        text = in_python_words("\n".join(lines).strip())
        if text:
            found.setdefault("_".join([scope for scope, _ in scopes] + [name]), []).append(text)

    for raw in header.splitlines():
        line = raw.strip()
        if line.startswith("///") and not line.startswith("///<"):
            pending.append(line[3:].removeprefix(" "))
            continue
        if pending and pending[0].startswith("\\file"):
            found[f"file_{stem}"] = [in_python_words("\n".join(pending[1:]).strip())]
            pending = []
        scope = SCOPE.match(line) or ENUM.match(line)
        if scope and not line.endswith(";"):
            if pending:
                keep(scope.group(1), pending)
            scopes.append((scope.group(1), depth))
        elif line and not line.startswith(("#", "//", "requires", "template", "namespace", "}")):
            name = declared_name(line)
            trailing = line.split("///<", 1)[1].strip() if "///<" in line else ""
            if name and pending:
                keep(name, pending)
            elif name and trailing:
                keep(name, [trailing])
        if not line.startswith(("template", "requires")):
            pending = []
        depth += line.count("{") - line.count("}")
        while scopes and depth <= scopes[-1][1] and "}" in line:
            scopes.pop()
    return found


def header_of_docs(found: dict[str, list[str]]) -> str:
    """Write one constant per documented name."""
    lines = [
        "// Written by extract_docs.py from the public header of this name; change the comments there.",
        "#pragma once",
        "",
        "namespace sojourn::python::doc {",
        "",
    ]
    for name in sorted(found):
        text = "\n\n".join(found[name])
        lines.append(f'inline constexpr const char* {name} = R"doc({text})doc";')
    lines += ["", "}  // namespace sojourn::python::doc", ""]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write a header of docstrings for each public header; see the top of this file."""
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    include, output = Path(arguments[0]), Path(arguments[1])
    for stem in arguments[2:]:
        header = include / f"{stem}.hpp"
        text = header_of_docs(documents(header.read_text(encoding="utf-8"), header.stem))
        # What is unchanged keeps its time, so that the bindings that include it are not compiled again.
        written = output / f"{stem}.hpp"
        if not written.exists() or written.read_text(encoding="utf-8") != text:
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
