"""The page: facts → sentences and tables → one self-contained HTML file."""

from __future__ import annotations

import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from sojourn.plot._style import percent
from sojourn.report import analysis as facts
from sojourn.report.analysis import Analysis
from sojourn.report.errors import DataError
from sojourn.report.notes import cautions, definitions
from sojourn.report.sections.fit import fit_words
from sojourn.report.sections.levers import lever_words, why
from sojourn.report.sections.word_of_mouth.words import section as word_of_mouth_section
from sojourn.report.sections.word_of_mouth.words import summary_words
from sojourn.report.words import Words, sentence, strong

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def need_extras() -> None:
    """Matplotlib and jinja2, or one sentence."""
    try:
        import jinja2  # noqa: F401
        import matplotlib as mpl  # noqa: F401
    except ImportError as error:
        raise DataError(f"the page needs {error.name}; install it with: pip install 'sojourn[report]'") from error


def render(analysis: Analysis, pictures: dict[str, str], tables: list[tuple[str, str]]) -> str:
    """The HTML of the page. `tables` are (path beside the page, what it holds)."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sojourn.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    environment.filters["thousands"] = lambda x: f"{int(x):,}"
    template = environment.get_template("page.html.j2")
    style = resources.files("sojourn.report").joinpath("page.css").read_text(encoding="utf-8")
    page: str = template.render(
        css=Markup(style),
        pictures={name: Markup(svg) for name, svg in pictures.items()},
        tables=tables,
        **context(analysis),
    )
    return page


def context(analysis: Analysis) -> dict[str, Any]:
    """Everything the template prints."""
    import sojourn as sj

    settings = analysis.settings
    fit, value = analysis.fit, analysis.value
    unit = Words(analysis)
    interval = value.interval(settings.level)
    mean, residual, std = (np.asarray(x, dtype=float) for x in (value.mean, value.residual, value.std))
    low, high = np.asarray(interval.lower, dtype=float), np.asarray(interval.upper, dtype=float)
    rewards = np.asarray(value.rewards.per_state, dtype=float)
    moves = np.asarray(fit.counts.moves)
    errors = np.asarray(fit.standard_errors, dtype=float)
    visits = np.asarray(fit.counts.visits)
    names = unit.names
    matrix, absorbing = analysis.matrix, analysis.absorbing
    base = facts.base_today(analysis)
    shown = [i for i in range(len(names)) if not absorbing[i]] or list(range(len(names)))
    return {
        "title": settings.title,
        "source": settings.source,
        "made_on": settings.made_on,
        "version": sj.__version__,
        "simulated_log": settings.simulated_log,
        "span": unit.span(),
        "unit": unit,
        "summary": summary(analysis, unit, base),
        "cards": cards(analysis, unit, base),
        "captions": captions(analysis, unit),
        "level": f"{100 * settings.level:g} %",
        "values": [
            {
                "state": names[i],
                "mean": unit.money(mean[i]),
                "low": unit.money(low[i]),
                "high": unit.money(high[i]),
                "residual": unit.money(residual[i]),
                "std": unit.money(std[i]),
                "reward": unit.money(rewards[i]),
                "base": int(base[i]),
            }
            for i in shown
        ],
        "moves": [
            {
                "start": names[i],
                "end": names[j],
                "n": int(moves[i, j]),
                "p": percent(float(matrix[i, j])),
                "error": f"± {100 * errors[i, j]:.1f}",
                "opens": first,
            }
            for i in shown
            for first, j in opening([j for j in range(len(names)) if matrix[i, j] > 0 or moves[i, j] > 0])
        ],
        "stays": stays(analysis, names, visits, shown),
        **why(analysis, unit),
        "mouth": word_of_mouth_section(analysis, unit),
        "data_notes": [*settings.notes, *analysis.journeys.report.notes()],
        "fit_words": fit_words(analysis.tests, analysis.names, names, settings.currency) if analysis.tests else None,
        "cautions": cautions(analysis, unit, moves, shown),
        "definitions": definitions(analysis, unit),
        "quantiles": [
            (
                "median"
                if p == 0.5
                else f"lowest {percent(p)}, at most"
                if p < 0.5
                else f"highest {percent(1 - p)}, at least",
                unit.money(float(q)),
            )
            for p, q in zip(QUANTILES, np.atleast_1d(analysis.simulation.value.quantile(list(QUANTILES))), strict=True)
        ],
        "simulated": f"{settings.customers:,}",
        "simulated_mean": unit.money(float(analysis.simulation.value.mean)),
        "simulated_error": unit.money(float(analysis.simulation.value.standard_error)),
        "exact_mean": unit.money(float(analysis.newcomer.mean)),
    }


def opening(items: list[int]) -> list[tuple[bool, int]]:
    """Each item with whether it is the first: a table row that opens a group."""
    return [(k == 0, item) for k, item in enumerate(items)]


def summary(analysis: Analysis, unit: Words, base: Any) -> list[Any]:
    """The paragraph at the top: who, what one is worth, where they are lost."""
    settings, fit = analysis.settings, analysis.fit
    said: list[Any] = []
    where = f" between {unit.span().replace(' to ', ' and ')}" if unit.span() else ""
    said.append(
        sentence(
            "This page follows {} customers{}, {}.",
            strong(f"{fit.counts.n_customers:,}"),
            where,
            "event by event" if unit.is_step else f"in steps of {unit.one}",
        )
    )
    interval = facts.newcomer_interval(analysis)
    sure = (
        f" ({100 * settings.level:g} % interval {unit.money(interval[0])} to {unit.money(interval[1])})"
        if interval
        else ""
    )
    said.append(
        sentence(
            "A new customer is worth {} in {} {}{}.",
            strong(unit.money(analysis.newcomer.mean)),
            unit.money_word,
            unit.life(),
            sure,
        )
    )
    at_once = analysis.newcomer.mean - analysis.newcomer.residual
    if analysis.newcomer.mean > 0 and 0 <= at_once <= analysis.newcomer.mean:
        first = "with the first event" if unit.is_step else f"in the first {unit.period}"
        said.append(
            sentence(
                "Of this, {} comes {} and {} later.", unit.money(at_once), first, unit.money(analysis.newcomer.residual)
            )
        )
    brought = summary_words(analysis, unit)
    if brought is not None:
        said.append(brought)
    if settings.clock == "orders":
        back = facts.order_again(analysis)
        silent = 1.0 - float(analysis.matrix[0, 0])
        said.append(
            sentence(
                "Customers are lost to silence: of those who order in {}, {} do not order in the next.",
                unit.one,
                strong(percent(silent)),
            )
        )
        middle = min(3, len(unit.names) - 2)
        if middle >= 1:
            said.append(
                sentence(
                    "Once silent for {}, {} ever order again before they count as gone.",
                    unit.periods(middle),
                    strong(percent(float(back[middle]))),
                )
            )
    else:
        lost = facts.losses(analysis)
        if lost:
            pretty = dict(zip(analysis.names, unit.names, strict=True))
            first_place = sentence(
                "Most are lost from {} ({} of all who left)", strong(pretty[lost[0][0]]), percent(lost[0][1])
            )
            second = (
                sentence(", then from {} ({})", strong(pretty[lost[1][0]]), percent(lost[1][1]))
                if len(lost) > 1
                else ""
            )
            said.append(sentence("{}{}.", first_place, second))
        else:
            said.append("Nobody was seen to leave for good.")
    levers = facts.levers(analysis)
    if levers:
        pretty = dict(zip(analysis.names, unit.names, strict=True))
        said.append(lever_words(levers[0], unit, pretty, facts.living_base(analysis)))
    half = facts.half_life(analysis)
    if half is not None and analysis.absorbing.any():
        said.append(sentence("Half of the new customers have left within {}.", strong(unit.periods(half))))
    return said


def cards(analysis: Analysis, unit: Words, base: Any) -> list[tuple[str, str, str]]:
    """Key figures: what, the figure, a line under it."""
    settings, counts = analysis.settings, analysis.fit.counts
    interval = facts.newcomer_interval(analysis)
    residual = np.asarray(analysis.value.residual, dtype=float)
    alive = ~analysis.absorbing
    open_customers = int(base[alive].sum())
    to_come = float((base[alive] * residual[alive]).sum())
    ten, ninety = (float(x) for x in np.atleast_1d(analysis.simulation.value.quantile([0.1, 0.9])))
    found = [
        ("Customers", f"{counts.n_customers:,}", f"{analysis.fit.report.moves_used:,} moves counted"),
        (
            "A new customer is worth",
            unit.money(analysis.newcomer.mean),
            f"{100 * settings.level:g} % interval {unit.money(interval[0])} – {unit.money(interval[1])}"
            if interval
            else "",
        ),
        ("Today’s customers", f"{open_customers:,}", f"{unit.money(to_come)} still to come from them"),
        ("Eight in ten are worth between", f"{unit.money(ten)} – {unit.money(ninety)}", "simulated new customers"),
    ]
    half = facts.half_life(analysis)
    if analysis.absorbing.any():
        curve_at = 12 if not unit.is_step else 10
        law = analysis.start @ np.linalg.matrix_power(analysis.matrix, curve_at)
        kept = f"{percent(float(law[alive].sum()))} are still there after {unit.periods(curve_at)}"
        found.append(
            ("Half of them have left after", unit.periods(half) if half is not None else "a very long time", kept)
        )
    return found


def captions(analysis: Analysis, unit: Words) -> dict[str, str]:
    """The line under each picture."""
    observed = analysis.observed is not None
    return {
        "map": (
            "States stand in the order of the customer’s life. Blue moves lead ahead, orange ones back, red "
            "ones out; the wider a line, "
            f"the likelier the move {unit.each}. The darker a box, the more time customers spend there. "
            "Moves below 0.5 % are not drawn, nor those from states that no move was seen from."
        ),
        "heat": f"Read along a row: where customers of this state are "
        f"{unit.next if not unit.is_step else 'at the next event'}. Each row sums to 100 %.",
        "survival": (
            "Share of new customers who have not left. The blue line is what the chain says"
            + (
                "; the orange steps are what was seen in the log (product-limit estimate, first journeys, at "
                "least 20 at risk). Where the two part, the "
                "chain’s assumption that only the current state matters is too simple."
                if observed
                else "."
            )
        ),
        "value": (
            "Blue dot: what a customer in the state is worth from now on, this period’s revenue included "
            "(use it for newcomers). "
            "Orange ring: what is still to come after this period (use it for today’s base)."
        ),
        "levers": (
            "Blue moves bring money when they become likelier, red ones cost it. A point is taken from the other "
            "moves of the same state in proportion, and lasts for good. Each figure is for a small change by itself: "
            "they do not add up, and customers who come later are not counted."
        ),
        "leaks": (
            "Marginal figures: what would be gained, in proportion, by closing an exit a little. They do not sum to a "
            "total, and a state that belongs to two moments of truth counts under both."
            if any(analysis.fit.counts.lifecycle.moments(name) for name in analysis.names)
            else "Marginal figures: what would be gained, in proportion, by closing an exit a little. They do not sum "
            "to a total."
        ),
        "forecast": (
            "Expected numbers. Areas are customers in each state, one upon the other; a dashed line counts those who "
            "have left since today. Newcomers are not in it."
        ),
        "spread": f"{analysis.settings.customers:,} new customers, simulated from the chain with seed "
        f"{analysis.settings.seed}.",
    }


def stays(analysis: Analysis, names: list[str], visits: Any, shown: list[int]) -> list[dict[str, Any]]:
    """How long customers stay in each state."""
    dwell = analysis.fit.counts.dwell
    rows = []
    for i in shown:
        stay = dwell[analysis.names[i]]
        completed, still = np.asarray(stay.completed), np.asarray(stay.open)
        done, open_stays = int(completed.sum()), int(still.sum())
        length = float((completed * np.arange(1, len(completed) + 1)).sum()) / done if done else None
        p = float(analysis.matrix[i, i])
        rows.append(
            {
                "state": names[i],
                "visits": int(visits[i]),
                "done": done,
                "open": open_stays,
                "mean": f"{length:.1f}" if length is not None else "–",
                "chain": f"{1 / (1 - p):.1f}" if p < 1 else "for good",
            }
        )
    return rows


def check_folder(path: str) -> Path:
    """
    Makes the folder of a report and proves that it can be written to, before the long work.

    Raises
    ------
    DataError
        When it cannot.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".sojourn"):
            pass
    except OSError as error:
        raise DataError(f"--out: cannot write to {path} ({error.strerror}); name another folder") from error
    return folder


def write_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    try:
        part = path.with_name(path.name + ".part")
        part.write_text(text, encoding="utf-8", errors="replace")
        part.replace(path)
    except OSError as error:
        raise DataError(f"cannot write {path} ({error.strerror})") from error
