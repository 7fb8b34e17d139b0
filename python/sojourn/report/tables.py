"""The tables beside the page, as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from sojourn.report.analysis import Analysis, base_today, forecast, leaks, levers
from sojourn.report.page import write_text
from sojourn.report.sections.word_of_mouth import analysis as word_of_mouth

SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


def cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers keep all their digits."""
    if isinstance(value, str):
        return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
    if isinstance(value, (float, np.floating)):
        return repr(float(value)) if np.isfinite(value) else ""
    return int(value) if isinstance(value, np.integer) else value


def to_csv(columns: list[str], rows: list[list[Any]]) -> str:
    """One table as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(x) for x in row] for row in rows)
    return out.getvalue()


def write_tables(analysis: Analysis, folder: Path) -> list[tuple[str, str]]:
    """Writes the tables into `folder`/tables and returns (path beside the page, what it holds)."""
    place = folder / "tables"
    place.mkdir(exist_ok=True)
    fit, value, names = analysis.fit, analysis.value, analysis.names
    moves, errors, matrix = np.asarray(fit.counts.moves), np.asarray(fit.standard_errors), analysis.matrix
    n = len(names)
    interval = value.interval(analysis.settings.level)
    base = base_today(analysis)
    columns = [
        np.asarray(x, dtype=float)
        for x in (value.mean, interval.lower, interval.upper, value.residual, value.std, value.rewards.per_state)
    ]
    made: dict[str, tuple[str, list[str], list[list[Any]]]] = {
        "moves.csv": (
            "moves, probabilities and their standard errors",
            ["from", "to", "moves", "probability", "standard_error"],
            [
                [names[i], names[j], moves[i, j], matrix[i, j], errors[i, j]]
                for i in range(n)
                for j in range(n)
                if matrix[i, j] > 0 or moves[i, j] > 0
            ],
        ),
        "value.csv": (
            f"value per state, with {100 * analysis.settings.level:g} % intervals",
            [
                "state",
                "value",
                "lower",
                "upper",
                "still_to_come",
                "standard_deviation",
                "revenue_per_period",
                "customers_today",
            ],
            [[names[i], *(column[i] for column in columns), base[i]] for i in range(n)],
        ),
        "stays.csv": (
            "lengths of stays",
            ["state", "length", "completed", "open"],
            [
                [names[i], k + 1, number(done, k), number(still, k)]
                for i in range(n)
                for done, still in [(fit.counts.dwell[names[i]].completed, fit.counts.dwell[names[i]].open)]
                for k in range(max(len(done), len(still)))
            ],
        ),
        "survival.csv": (
            "the survival curve",
            ["period", "chain", "seen_in_the_log", "at_risk"],
            survival_rows(analysis),
        ),
        "levers.csv": (
            "what a point of each move is worth",
            ["from", "to", "probability", "point_per_customer", "point_for_base", "may_cost_at_most"],
            [
                [
                    lever.from_state,
                    lever.to_state,
                    lever.probability,
                    lever.value_of_a_point,
                    lever.value_for_base,
                    lever.break_even_cost,
                ]
                for lever in levers(analysis)
            ],
        ),
        "leaks.csv": (
            "what a new customer loses by leaving",
            ["from", "exit", "lost_per_new_customer"],
            [[leak.from_state, leak.exit, leak.amount] for leak in leaks(analysis)[0]],
        ),
        "forecast.csv": (
            "today's customers in the next periods",
            ["period", "state", "customers"],
            [[t, names[i], customers] for t, row in enumerate(forecast(analysis)) for i, customers in enumerate(row)],
        ),
        "simulated_value.csv": (
            "quantiles of the simulated values",
            ["share_of_customers", "value"],
            [
                [p, float(q)]
                for p, q in zip(SHARES, np.atleast_1d(analysis.simulation.value.quantile(list(SHARES))), strict=True)
            ],
        ),
    }
    if analysis.tests is not None:
        tests = analysis.tests.to_dict()
        made["tests.csv"] = (
            "tests of whether a chain fits",
            list(tests),
            [list(row) for row in zip(*tests.values(), strict=True)],
        )
    if analysis.word_of_mouth is not None:
        made |= word_of_mouth.tables(analysis, analysis.word_of_mouth)
    for name, (_, heads, rows) in made.items():
        write_text(place / name, to_csv(heads, rows))
    return [(f"tables/{name}", what) for name, (what, _, _) in made.items()]


def number(column: Any, k: int) -> int:
    """An entry, 0 beyond the end."""
    return int(column[k]) if k < len(column) else 0


def survival_rows(analysis: Analysis) -> list[list[Any]]:
    """Period, the chain's share, the observed share and the journeys at risk."""
    curve = analysis.still_there[: analysis.survival_periods + 1]
    rows: list[list[Any]] = []
    for t, share in enumerate(curve):
        seen: list[Any] = ["", ""]
        if analysis.observed is not None and t < len(analysis.observed[0]):
            seen = [analysis.observed[1][t], int(analysis.observed[2][t])]
        rows.append([t, share, *seen])
    return rows
