"""Word of mouth: what customers are worth with all whom they bring."""

from __future__ import annotations

import argparse
from typing import Any

from sojourn.plot.generations import generation
from sojourn.report.analysis import Analysis
from sojourn.report.section import Part, Question, Section, Table
from sojourn.report.sections.word_of_mouth.analysis import GENERATIONS, follow
from sojourn.report.sections.word_of_mouth.figures import quadrants, quarters, shared_levers
from sojourn.report.sections.word_of_mouth.notes import captions, cautions
from sojourn.report.sections.word_of_mouth.options import add_options, check, is_asked
from sojourn.report.sections.word_of_mouth.pictures import pictures
from sojourn.report.sections.word_of_mouth.referrals import Given, given, read_file, row_counts
from sojourn.report.sections.word_of_mouth.rows import (
    generation_rows,
    lever_rows,
    quarter_rows,
    shown_rates,
    value_rows,
)
from sojourn.report.sections.word_of_mouth.tables import tables
from sojourn.report.sections.word_of_mouth.words import lever_words, opening_words, summary_words

SHOWN = 10  # levers in the table of the page


class Mouth(Part):
    """Newcomers of newcomers, followed through the fitted chain."""

    template = "word_of_mouth/word_of_mouth.html.j2"

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        self.told = follow(analysis, question.given)
        self.levers = shared_levers(analysis, self.told)
        self.quadrants = quadrants(analysis, self.told)
        self.quarters = quarters(analysis, self.quadrants)

    def context(self) -> dict[str, Any]:
        """Sentences, and the rows of every table."""
        analysis, told, unit = self.analysis, self.told, self.unit
        return {
            "opening": opening_words(analysis, told, unit),
            "rows_of_states": value_rows(analysis, told, unit),
            "has_total": told.value is not None,
            "has_intervals": told.sureness is not None,
            "rates": shown_rates(analysis, told, unit),
            "from_file": told.rates is not None,
            "source": told.given.source,
            "per": "event" if unit.is_step else unit.period,
            "generations": generation_rows(analysis, told, unit),
            "generation_heads": [*(generation(k) for k in range(GENERATIONS + 1)), "later"],
            "lever_words": lever_words(self.levers, unit),
            "levers": lever_rows(self.levers[:SHOWN], unit),
            "n_levers": len(self.levers),
            "quarters": quarter_rows(self.quarters, unit),
            "rows": [{"what": what, "rows": n} for what, n in row_counts(told.given)] if told.rates else [],
            "captions": captions(told, unit),
            "cautions": cautions(analysis, told, unit),
        }

    def pictures(self) -> dict[str, str]:
        """Generations, loop and quadrants."""
        return pictures(self.analysis, self.told, self.quadrants)

    def tables(self) -> dict[str, Table]:
        """Everything behind the section."""
        return tables(self.analysis, self.told, self.levers, self.quarters)

    def summary(self) -> list[Any]:
        """What those who are brought add."""
        return [summary_words(self.told, self.unit)]


class WordOfMouthSection(Section):
    """Asked for by its options, which may name a file of its own."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Rates, or a file and its columns."""
        add_options(parser)

    def check(self, args: argparse.Namespace) -> None:
        """Which options go together."""
        check(args)

    def is_asked(self, args: argparse.Namespace) -> bool:
        """By rates or by a file."""
        return is_asked(args)

    def read(self, args: argparse.Namespace, text: Any) -> Any:
        """The file of referrals."""
        return read_file(args, text)

    def given(self, args: argparse.Namespace, files: Any, log: Any, journeys: Any) -> Given:
        """Rates by hand, or counted in the journeys."""
        return given(args, files, log, journeys)


WORD_OF_MOUTH = WordOfMouthSection("word_of_mouth", Mouth, step="following word of mouth")
