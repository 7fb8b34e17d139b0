"""The house as ARCHITECTURE.md draws it: every file stands in a wing of its table, and arrows run down that table.

The table is read from the page; it stands nowhere else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `(?P<wing>\w+)`(?P<where>[^|]*)\|(?P<about>[^|]*)\|(?P<holds>[^|]*)\|$", re.MULTILINE)
INCLUDE = re.compile(r'^#include ["<](?:sojourn/)?(?P<wing>\w+)/(?P<name>[\w/]+)\.hpp[">]', re.MULTILINE)

Arrow = tuple[str, str]  # from the file that includes or imports, to the one it takes from


def table() -> dict[str, dict[str, str]]:
    """The rows of the table, from the ground up."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return {row["wing"]: row.groupdict() for row in ROW.finditer(page)}


TABLE = table()
FLOOR = {wing: number for number, wing in enumerate(TABLE)}


def cpp_files(place: str) -> Iterator[tuple[str, Path]]:
    """Each C++ file in a wing of the folder, with its wing."""
    for path in sorted((ROOT / place).glob("*/*")):
        if path.suffix in (".hpp", ".cpp"):
            yield path.parent.name, path


def library_arrows() -> list[Arrow]:
    """From file to file, as "wing/name.hpp"."""
    return [
        (f"{wing}/{path.name}", f"{found['wing']}/{found['name']}.hpp")
        for place in ("include/sojourn", "src")
        for wing, path in cpp_files(place)
        for found in INCLUDE.finditer(path.read_text(encoding="utf-8"))
        if found["wing"] in FLOOR  # not of another library
    ]


def binding_arrows() -> list[Arrow]:
    """Between files of the bindings; the library stands below all of them."""
    own = {f"{wing}/{path.name}" for wing, path in cpp_files("python/bindings") if path.suffix == ".hpp"}
    return [
        (f"{wing}/{path.name}", f"{found['wing']}/{found['name']}.hpp")
        for wing, path in cpp_files("python/bindings")
        for found in re.finditer(INCLUDE.pattern.replace("(?:sojourn/)?", ""), path.read_text("utf-8"), re.MULTILINE)
        if f"{found['wing']}/{found['name']}.hpp" in own
    ]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "python").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def python_arrows() -> list[Arrow]:
    """From module to module, imports inside functions included; those for type checkers alone are no arrows."""
    sources = {module_of(path): path for path in sorted((ROOT / "python/sojourn").rglob("*.py"))}
    modules = {*sources, "sojourn._core"}
    arrows = []
    for name, path in sources.items():
        for node in imports_of(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                taken = [alias.name for alias in node.names]
            else:
                assert node.level == 0, f"{name}: imports are absolute"
                inside = [f"{node.module}.{alias.name}" for alias in node.names]
                taken = [module if module in modules else str(node.module) for module in inside]
            arrows += [(name, target) for target in taken if target in modules and target != name]
    return arrows


def imports_of(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        yield from imports_of(node)


def floor_of_module(name: str) -> float:
    """The floor of a module's wing; the package itself is the front door, right above the wings that C++ has too."""
    parts = name.split(".")
    if len(parts) == 1:
        return FLOOR["model"] + 0.5
    return {"_core": -1.0, "__main__": len(FLOOR)}.get(parts[1], FLOOR.get(parts[1].removeprefix("_"), -2.0))


def circle(arrows: Iterable[Arrow]) -> list[str]:
    """One circle of the arrows, or nothing."""
    leads: dict[str, set[str]] = {}
    for start, end in arrows:
        if start != end:
            leads.setdefault(start, set()).add(end)
    done: set[str] = set()
    path: list[str] = []

    def walk(at: str) -> list[str]:
        if at in path:
            return [*path[path.index(at) :], at]
        if at in done:
            return []
        path.append(at)
        for end in sorted(leads.get(at, ())):
            if found := walk(end):
                return found
        path.pop()
        done.add(at)
        return []

    for start in sorted(leads):
        if found := walk(start):
            return found
    return []


def upward(arrows: Iterable[Arrow]) -> list[Arrow]:
    """The arrows from a wing to a higher one."""
    return [(a, b) for a, b in arrows if FLOOR[a.split("/")[0]] < FLOOR[b.split("/")[0]]]


def test_the_table_is_read() -> None:
    assert next(iter(TABLE)) == "support"
    assert {"chain", "data", "value", "market", "model"} <= set(TABLE)


@pytest.mark.parametrize(
    "place", ["include/sojourn", "src", "python/bindings", "tests/cpp", "tests/python", "docs", "python/sojourn"]
)
def test_every_folder_is_a_wing_of_the_table(place: str) -> None:
    others = {"docs": {"decisions", "images", "reference"}, "tests/python": {"helpers"}}.get(place, set())
    found = {path.name.removeprefix("_") for path in (ROOT / place).iterdir() if path.is_dir()} - {"_pycache__"}
    assert found - others <= set(TABLE)


@pytest.mark.parametrize("place", ["include/sojourn", "src", "python/bindings", "python/sojourn"])
def test_no_file_stands_in_the_corridor(place: str) -> None:
    front = {
        "include/sojourn": {"sojourn.hpp", "fwd.hpp"},
        "python/bindings": {"module.cpp", "extract_docs.py"},
        "python/sojourn": {"__init__.py", "__main__.py", "_core.pyi", "py.typed"},
    }
    built = (".so", ".pyd")
    files = {path.name for path in (ROOT / place).iterdir() if path.is_file() and path.suffix not in built}
    assert files == front.get(place, set())


def test_the_table_names_every_public_header_in_its_wing() -> None:
    for wing, path in cpp_files("include/sojourn"):
        assert re.search(rf"\b{path.stem}\b", TABLE[wing]["holds"]), f"ARCHITECTURE.md: {wing} holds {path.stem} too"


def test_the_includes_of_the_library_run_down() -> None:
    arrows = library_arrows()
    assert len(arrows) > 300
    assert upward(arrows) == []
    assert circle(arrows) == []


def test_the_includes_of_the_bindings_run_down() -> None:
    arrows = binding_arrows()
    assert len(arrows) > 40
    assert upward(arrows) == []
    assert circle(arrows) == []


def test_the_imports_in_python_run_down() -> None:
    arrows = python_arrows()
    assert len(arrows) > 50
    assert [(a, b) for a, b in arrows if floor_of_module(a) < floor_of_module(b)] == []
    assert circle(arrows) == []


def test_an_arrow_that_runs_up_and_a_circle_are_seen() -> None:
    assert upward([("chain/chain", "value/payback"), ("value/payback", "chain/chain")]) == [
        ("chain/chain", "value/payback")
    ]
    assert circle([("a/x", "a/y"), ("a/y", "a/z"), ("a/z", "a/x")]) == ["a/x", "a/y", "a/z", "a/x"]
    assert circle([("a/x", "a/y"), ("a/x", "a/z"), ("a/y", "a/z")]) == []
