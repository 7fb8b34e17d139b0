"""Whether a chain fits, in words for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NUMBERS = ("no", "one", "two", "three", "four", "five")


@dataclass
class FitWords:
    """What the section on the fit of the chain prints."""

    opening: str
    warnings: list[str]
    meaning: str
    tests: list[dict[str, Any]]
    criteria: str


def ask_tests(journeys: Any, fit: Any, value: Any, forbidden: Any) -> Any:
    """All tests that the journeys allow; nothing without a move. Departures are in money when the value is for life."""
    import sojourn as sj

    if fit.report.moves_used == 0:
        return None
    worth = value if value.horizon is None else None
    return sj.fit_tests(journeys, forbidden=forbidden, value=worth)


def pretty(line: str, raw: list[str], names: list[str]) -> str:
    """A sentence of the library with the state names of the page."""
    for name, shown in zip(raw, names, strict=True):
        line = line.replace(f"'{name}'", f"“{shown}”")
    return line


def fit_words(tests: Any, raw: list[str], names: list[str], currency: str) -> FitWords:
    """The tests for the page: warnings first, every figure behind them."""
    import sojourn as sj

    warnings = [pretty(line, raw, names) for line in tests.warnings()]
    if warnings:
        n = len(warnings)
        opening = (
            "A chain knows where a customer stands and nothing else: not how they came there, since when, or who they "
            f"are. The log says that this is too little in {NUMBERS[n] if n < len(NUMBERS) else n} "
            f"way{'s' * (n != 1)}."
        )
    else:
        opening = (
            "A chain knows where a customer stands and nothing else: not how they came there, since when, or who they "
            "are. For this log that is enough: no test finds a shift of probabilities that matters."
        )
    amounts = f" Amounts are in {currency}." if currency else ""
    meaning = (
        "The values on this page are averages over such customers: right for all of a state together, too high for "
        "some of them and too low for others. Do not rank single customers of one state by them. "
        "Whether customers remember or differ from each other, the log cannot tell: both look like this." + amounts
    )
    table = tests.to_dict()
    rows = [
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
    criteria = tests.criteria
    chosen = (
        f"AIC and BIC both choose order {criteria.best_by_bic}"
        if criteria.best_by_aic == criteria.best_by_bic
        else f"AIC chooses order {criteria.best_by_aic}, BIC order {criteria.best_by_bic}"
    )
    return FitWords(opening, warnings, meaning, rows, f"{chosen} of 0 to {criteria.orders[-1].order}.")
