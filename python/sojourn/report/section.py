"""
What a section of the report is: one question, from its options on the command line to its place on the page.

A `Section` asks and a `Part` tells. The command line, the page and the tables go through the sections that
`sojourn.report.sections` lists, and know none of them by name.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sojourn.report.analysis import Analysis
from sojourn.report.words import Words


class Table(NamedTuple):
    """One file beside the page; numbers that do not exist are None."""

    what: str
    columns: list[str]
    rows: list[list[Any]]


class Card(NamedTuple):
    """One key figure at the top of the page."""

    what: str
    figure: str
    under: str


@dataclass
class Question:
    """What a section is asked with: what its options said, what was found before, and how to show progress."""

    given: Any = None
    earlier: Mapping[str, Part] = field(default_factory=dict)
    progress: Callable[[], Any] = lambda: False


class Part:
    """
    What one section found, and how it is told; whatever it has nothing to say on stays as it is here.

    Sentences are text, or markup made by `sentence`. `template` stands beside the module, relative to `sections`; it
    sees what `context` gives, the pictures, `unit` and `level`. Without one the part has no place of its own on the
    page, but may still speak in what all sections share.
    """

    template = ""

    def __init__(self, analysis: Analysis, question: Question) -> None:
        self.analysis = analysis
        self.unit = Words(analysis)

    def context(self) -> dict[str, Any]:
        """What the template prints."""
        return {}

    def pictures(self) -> dict[str, str]:
        """Pictures as SVG, by names that are unique on the page; empty where there is none."""
        return {}

    def tables(self) -> dict[str, Table]:
        """Tables beside the page, by the name of the file."""
        return {}

    def summary(self) -> list[Any]:
        """Sentences for the paragraph at the top."""
        return []

    def cards(self) -> list[Card]:
        """Key figures at the top."""
        return []

    def cautions(self) -> list[str]:
        """What a careful reader should keep in mind."""
        return []

    def notes(self) -> list[str]:
        """What became of the data."""
        return []

    def definitions(self) -> list[tuple[str, str]]:
        """Word and meaning."""
        return []


@dataclass(frozen=True)
class Section:
    """
    One question that a report may answer; one without options is always asked.

    `step` is what is told while it is answered; a quick one has none.
    """

    name: str
    answer: type[Part]
    step: str = ""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds the options of the section to those of ``sojourn report``."""

    def check(self, args: argparse.Namespace) -> None:
        """Refuses, before any work, options that do not go together."""

    def is_asked(self, args: argparse.Namespace) -> bool:
        """Whether the options ask for the section."""
        return True

    def read(self, args: argparse.Namespace, text: Any) -> Any:
        """Files of the section's own; `text` is how a CSV is written."""

    def given(self, args: argparse.Namespace, files: Any, log: Any, journeys: Any) -> Any:
        """What the options and the files that were read say, for `Question.given`."""
