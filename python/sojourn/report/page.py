"""The page: what the sections tell → one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

import sojourn as sj
from sojourn.plot._style import percent
from sojourn.report.analysis import Analysis
from sojourn.report.errors import DataError
from sojourn.report.section import Part
from sojourn.report.sections import in_order
from sojourn.report.words import Words


def need_extras() -> None:
    """Matplotlib and jinja2, or one sentence."""
    try:
        import jinja2  # noqa: F401
        import matplotlib as mpl  # noqa: F401
    except ImportError as error:
        raise DataError(f"the page needs {error.name}; install it with: pip install 'sojourn[report]'") from error


def render(
    analysis: Analysis,
    parts: Mapping[str, Part],
    pictures: Mapping[str, Mapping[str, str]],
    tables: list[tuple[str, str]],
) -> str:
    """The HTML of the page: `pictures` by section and name, `tables` as (path beside the page, what it holds)."""
    from markupsafe import Markup

    templates = environment()
    style = resources.files("sojourn.report").joinpath("page.css").read_text(encoding="utf-8")
    sections = []
    for name, part in parts.items():
        if part.template:
            shown = {picture: Markup(svg) for picture, svg in pictures[name].items()}
            words = {"unit": part.unit, "level": part.unit.level, "pictures": shown, **part.context()}
            sections.append(Markup(templates.get_template(f"sections/{part.template}").render(words)))
    settings, unit = analysis.settings, Words(analysis)
    page: str = templates.get_template("page.html.j2").render(
        css=Markup(style),
        version=sj.__version__,
        title=settings.title,
        source=settings.source,
        made_on=settings.made_on,
        simulated_log=settings.simulated_log,
        span=unit.span(),
        sections=sections,
        tables=tables,
        **{kind: said(kind, parts) for kind in ("summary", "cards", "cautions", "notes", "definitions")},
    )
    return page


def said(kind: str, parts: Mapping[str, Part]) -> list[Any]:
    """What all sections say of one kind, in the order that was stated for it."""
    return [line for part in in_order(kind, parts) for line in getattr(part, kind)()]


def environment() -> Any:
    """How templates are found and filled in."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("sojourn.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["percent"] = percent
    made.filters["thousands"] = lambda x: f"{int(x):,}"
    return made
