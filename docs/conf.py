"""The documentation site: `sphinx-build -W -b html docs build/docs`, with sojourn[docs] installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.ext.napoleon import Config, NumpyDocstring
from sphinx.util import logging

ROOT = Path(__file__).resolve().parents[1]

project = "sojourn"
author = "The sojourn developers"
version = release = re.findall(
    r'#define SOJOURN_VERSION "([^"]+)"', (ROOT / "include/sojourn/chain/version.hpp").read_text(encoding="utf-8")
)[0]

extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["README.md", "decisions/README.md"]
default_role = "literal"  # docstrings put code between single backticks
nitpicky = False
html_theme = "furo"
html_title = f"sojourn {version}"
html_copy_source = False
html_math_renderer = "mathml"
suppress_warnings = ["ref.python"]  # the words of a shape, "(n_states,)", look like names of attributes

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # tests/python/test_docs.py runs the pages and compares what they print

autodoc_member_order = "bysource"
autodoc_typehints = "none"


class Headers(Directive):
    """Every public header, as it stands: the headers are the manual."""

    def run(self) -> list[nodes.Node]:
        """One section per header."""
        sections: list[nodes.Node] = []
        for path in sorted((ROOT / "include/sojourn").rglob("*.hpp")):
            section = nodes.section(ids=[f"header-{path.stem}"])
            section += nodes.title(text=path.relative_to(ROOT / "include").as_posix())
            code = path.read_text(encoding="utf-8")
            section += nodes.literal_block(code, code, language="cpp")
            sections.append(section)
            self.state.document.settings.env.note_dependency(str(path))
        return sections


def sections_of(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Reads the sections of a docstring; a property has none, and a colon in its sentence is a colon."""
    if what not in ("attribute", "data", "property"):
        lines[:] = NumpyDocstring(lines, Config(), app, what, name, obj, options).lines()


def mathml(node: nodes.Element, as_block: bool) -> str:
    """A formula as MathML, which browsers draw without a script."""
    try:
        return str(tex2mathml(node.astext(), as_block=as_block))
    except MathError as error:
        logging.getLogger(__name__).warning("formula %s: %s", node.astext(), error, location=node)
        return ""


def inline_math(self: Any, node: nodes.Element) -> None:
    """A formula in a line."""
    self.body.append(mathml(node, as_block=False))
    raise nodes.SkipNode


def block_math(self: Any, node: nodes.Element) -> None:
    """A formula on a line of its own."""
    self.body.append(f'<div class="formula">{mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Adds the directive of the C++ reference, the reader of docstrings and formulas without a script."""
    app.add_html_math_renderer("mathml", (inline_math, None), (block_math, None))
    app.add_directive("headers", Headers)
    app.connect("autodoc-process-docstring", sections_of)
