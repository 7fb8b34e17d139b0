"""The pages of the documentation print what they show, and their C++ is compiled by the tests.

A page is Markdown. Blocks of ``python`` run in order, with one set of names per page; a block of ``text`` right after
one is what it prints. Run as a program, this file writes what the blocks print into the pages.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
CPP = DOCS.parent / "tests" / "cpp" / "test_docs.cpp"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "decisions" not in path.parts)
QUESTIONS = [page for page in PAGES if page.parent != DOCS and page.parent.name != "reference"]
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```$)?", re.MULTILINE | re.DOTALL)


def printed(code: str, names: dict[str, object], where: str) -> str:
    """What a block prints, without blanks at the ends of lines."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, where, "exec"), names)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def with_outputs(page: Path) -> str:
    """The page with what its blocks print in place."""
    names: dict[str, object] = {"__name__": page.stem}
    text = page.read_text(encoding="utf-8")

    def run(block: re.Match[str]) -> str:
        told = printed(block["code"], names, page.name)
        below = f"\n```text\n{told}```" if block["output"] is not None or told else ""
        return f"```python\n{block['code']}```\n{below}"

    with np.printoptions():  # what a page says of printing holds for that page
        return BLOCK.sub(run, text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_a_page_prints_what_it_shows(page: Path) -> None:
    assert with_outputs(page) == page.read_text(encoding="utf-8")


def test_there_are_pages_and_they_hold_code() -> None:
    assert sum(len(BLOCK.findall(page.read_text(encoding="utf-8"))) for page in PAGES) > 10


@pytest.mark.parametrize("page", QUESTIONS, ids=lambda page: page.stem)
def test_the_cpp_of_a_question_is_compiled_by_the_tests(page: Path) -> None:
    compiled = textwrap.dedent(CPP.read_text(encoding="utf-8").replace("\n  ", "\n"))
    blocks = re.findall(r"^```cpp\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        assert block in compiled, f"put this into {CPP.name}:\n{block}"


def test_every_question_says_its_conventions_and_how_it_is_computed() -> None:
    for page in QUESTIONS:
        headings = re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert {"Conventions", "How it is computed"} <= set(headings), page.name


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)#]+)\)", prose):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page.name}: {target}"


if __name__ == "__main__":
    for path in [Path(name).resolve() for name in sys.argv[1:]] or PAGES:
        path.write_text(with_outputs(path), encoding="utf-8")
