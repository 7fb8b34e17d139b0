"""Whether a chain fits: what it assumes, and what the tests of the log say to that."""

from __future__ import annotations

from typing import Any

import sojourn as sj
from sojourn.report.analysis import Analysis
from sojourn.report.section import Part, Question, Section, Table

NUMBERS = ("no", "one", "two", "three", "four", "five")


class Fit(Part):
    """All tests that the journeys allow; none without a move."""

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        self.tests = ask_tests(analysis)
        self.template = "fit.html.j2" if self.tests is not None else ""

    def context(self) -> dict[str, Any]:
        """Warnings first, every figure behind them."""
        warnings = [self.renamed(line) for line in self.tests.warnings()]
        currency = self.analysis.settings.currency
        amounts = f" Amounts are in {currency}." if currency else ""
        return {
            "opening": opening_words(len(warnings)),
            "warnings": warnings,
            "meaning": (
                "The values on this page are averages over such customers: right for all of a state together, too "
                "high for some of them and too low for others. Do not rank single customers of one state by them. "
                f"Whether customers remember or differ from each other, the log cannot tell: both look like this."
                f"{amounts}"
            ),
            "tests": self.rows(),
            "criteria": criteria_words(self.tests.criteria),
        }

    def renamed(self, line: str) -> str:
        """A sentence of the library with the state names of the page."""
        for name, shown in zip(self.analysis.names, self.unit.names, strict=True):
            line = line.replace(f"'{name}'", f"“{shown}”")
        return line

    def rows(self) -> list[dict[str, Any]]:
        """The tests that had anything to compare."""
        table = self.tests.to_dict()
        return [
            {
                "question": str(table["question"][k]).capitalize(),
                "statistic": f"{table['statistic'][k]:,.1f}",
                "degrees": int(table["degrees_of_freedom"][k]),
                "p_value": sj.trust.p_value_text(float(table["p_value"][k])),
                "shift": f"{100 * table['effect'][k]:.1f}",
                "chance": f"{100 * table['effect_by_chance'][k]:.1f}",
                "moves": int(table["moves"][k]),
            }
            for k in range(len(table["question"]))
            if table["degrees_of_freedom"][k] > 0
        ]

    def tables(self) -> dict[str, Table]:
        """All tests."""
        if self.tests is None:
            return {}
        tests = self.tests.to_dict()
        rows = [list(row) for row in zip(*tests.values(), strict=True)]
        return {"tests.csv": Table("tests of whether a chain fits", list(tests), rows)}

    def cautions(self) -> list[str]:
        """What a chain assumes."""
        tested = ", and “Does a chain fit?” tests it." if self.tests is not None else "."
        return [
            "First order is an assumption: the chain knows where a customer is, not how he came there, and it "
            f"treats all customers of a state alike. The survival picture shows how far that holds{tested}",
            "The moves of one customer depend on each other, so the intervals are, if anything, too narrow.",
        ]


def ask_tests(analysis: Analysis) -> Any:
    """All tests that the journeys allow; nothing without a move. Departures are in money when the value is for life."""
    if analysis.fit.report.moves_used == 0:
        return None
    worth = analysis.value if analysis.value.horizon is None else None
    return sj.fit_tests(analysis.journeys, forbidden=analysis.settings.forbidden, value=worth)


def opening_words(n: int) -> str:
    """Whether the log says that a state is too little, in how many ways."""
    known = (
        "A chain knows where a customer stands and nothing else: not how they came there, since when, or who they are. "
    )
    if not n:
        return f"{known}For this log that is enough: no test finds a shift of probabilities that matters."
    ways = f"{NUMBERS[n] if n < len(NUMBERS) else n} way{'s' * (n != 1)}"
    return f"{known}The log says that this is too little in {ways}."


def criteria_words(criteria: Any) -> str:
    """Which order of the chain the two criteria choose."""
    chosen = (
        f"AIC and BIC both choose order {criteria.best_by_bic}"
        if criteria.best_by_aic == criteria.best_by_bic
        else f"AIC chooses order {criteria.best_by_aic}, BIC order {criteria.best_by_bic}"
    )
    return f"{chosen} of 0 to {criteria.orders[-1].order}."


FIT = Section("fit", Fit, step="testing whether a chain fits")
