"""Journeys in; page, tables and model out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import sojourn as sj
from sojourn.report.analysis import Analysis, Settings, analyse
from sojourn.report.files import write_text
from sojourn.report.page import render
from sojourn.report.section import Part, Question, Section
from sojourn.report.sections import in_order
from sojourn.report.tables import write_tables


def n_steps(asked: Iterable[Section]) -> int:
    """Of how many steps `write_report` tells: fitting, valuing, drawing, writing, and those of the sections."""
    return 4 + sum(bool(section.step) for section in asked)


def write_report(
    journeys: Any,
    settings: Settings,
    asked: Mapping[Section, Any],
    folder: Path,
    step: Callable[[str], None],
    progress: Callable[[], Any] = lambda: False,
) -> None:
    """Analyses the journeys and writes page, model and tables; `asked` has what the options gave each section."""
    analysis = analyse(journeys, settings, step)
    parts = answer(analysis, asked, step, progress)
    step("drawing")
    pictures = {name: part.pictures() for name, part in parts.items()}
    step("writing the page")
    tables = write_tables(in_order("tables", parts), folder)
    provenance = {"source": settings.source, "made_on": settings.made_on, "made_by": f"sojourn {sj.__version__}"}
    model = sj.model.Model(
        analysis.fit.chain,
        fit=analysis.fit,
        rewards=analysis.value.rewards,
        start=analysis.start,
        provenance=provenance,
        **settings.discount,
    )
    sj.save_model(model, str(folder / "model.json"))
    write_text(folder / "index.html", render(analysis, parts, pictures, tables))


def answer(
    analysis: Analysis, asked: Mapping[Section, Any], step: Callable[[str], None], progress: Callable[[], Any]
) -> dict[str, Part]:
    """Asks each section, and returns what they found in the order of the page."""
    found: dict[str, Part] = {}
    for section in in_order("answers", {section.name: section for section in asked}):
        if section.step:
            step(section.step)
        found[section.name] = section.answer(analysis, Question(asked[section], found, progress))
    return {section.name: found[section.name] for section in asked}
