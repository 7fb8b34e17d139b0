"""Sections: whoever has the interface is asked, drawn and told, and nobody has to know them by name."""

from __future__ import annotations

from typing import Any

import pytest
from pages import rows_of, visible

import sojourn as sj

pytest.importorskip("matplotlib", reason="the report needs matplotlib")
pytest.importorskip("jinja2", reason="the report needs jinja2")

from sojourn.report.analysis import Analysis, Settings
from sojourn.report.section import Card, Part, Question, Section, Table
from sojourn.report.sections import ORDERS, SECTIONS, in_order
from sojourn.report.words import sentence
from sojourn.report.write import n_steps, write_report


class Weather(Part):
    """A section that the report has never heard of."""

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        self.sky = question.given
        self.earlier = list(question.earlier)

    def tables(self) -> dict[str, Table]:
        return {"weather.csv": Table("the sky", ["sky"], [[self.sky]])}

    def summary(self) -> list[Any]:
        return [sentence("The sky was {}.", self.sky)]

    def cards(self) -> list[Card]:
        return [Card("Sky", self.sky, "seen from here")]

    def cautions(self) -> list[str]:
        return ["Skies change."]

    def notes(self) -> list[str]:
        return ["One sky was read."]

    def definitions(self) -> list[tuple[str, str]]:
        return [("Sky", "What is above.")]


WEATHER = Section("weather", Weather, step="looking up")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weather")
    log = {"c": [1, 1, 2, 2, 3, 3], "t": [0, 40, 0, 70, 10, 100], "v": [5.0, 6.0, 7.0, 8.0, 9.0, 1.0]}
    log["t"] = [f"2024-{1 + t // 30:02d}-{1 + t % 30 % 28:02d}" for t in log["t"]]
    journeys = sj.order_journeys(log, customer="c", time="t", value="v", period="month", churn_after=2)
    steps: list[str] = []
    asked = {section: None for section in SECTIONS if section.name != "word_of_mouth"} | {WEATHER: "a <b>clear</b> one"}
    settings = Settings({"discount_factor": 0.9}, clock="orders", churn_after=2, customers=100)
    write_report(journeys, settings, asked, folder, steps.append)
    assert len(steps) == n_steps(asked)
    assert "looking up" in steps
    return folder / "index.html"


def test_a_new_section_speaks_wherever_sections_do(page):
    text = visible(page)
    for words in (
        "The sky was a <b>clear</b> one.",
        "Sky a <b>clear</b> one seen from here",
        "Skies change.",
        "One sky was read.",
        "Sky What is above.",
        "tables/weather.csv (the sky)",
    ):
        assert words in text
    assert "<b>clear</b>" not in page.read_text(encoding="utf-8")


def test_a_new_section_has_its_table(page):
    assert rows_of(page, "weather.csv") == [{"sky": "a <b>clear</b> one"}]


def test_sections_have_names_of_their_own_and_orders_name_no_others():
    names = [section.name for section in SECTIONS]
    assert len(names) == len(set(names))
    for order in ORDERS.values():
        assert set(order) <= set(names)
        assert len(order) == len(set(order))


def test_sections_that_no_order_names_follow_in_the_order_of_the_page():
    named = {name: name for name in ("forecast", "weather", "levers", "worth", "journey")}
    assert in_order("summary", named) == ["journey", "worth", "levers", "forecast", "weather"]
    assert in_order("notes", named) == list(named)
