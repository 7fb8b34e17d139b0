"""The page: facts → sentences and tables → one self-contained HTML file."""

from __future__ import annotations

import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from sojourn.plot._bars import amount_words
from sojourn.plot._style import label, money, percent
from sojourn.plot.leaks import moment_words
from sojourn.report import analysis as facts
from sojourn.report.analysis import Analysis
from sojourn.report.errors import DataError
from sojourn.report.fit_words import fit_words

FEW_MOVES = 30  # a row that rests on fewer observed moves is named on the page


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


def why(analysis: Analysis, unit: Words) -> dict[str, Any]:
    """Levers, leaks and the forecast, in words and rows."""
    levers, (leaks, moments) = facts.levers(analysis), facts.leaks(analysis)
    base = facts.living_base(analysis)
    pretty = dict(zip(analysis.names, unit.names, strict=True))
    exits = {leak.exit for leak in leaks}
    return {
        "lever_words": lever_words(levers[0], unit, pretty, base) if levers else "",
        "levers": [
            {
                "start": pretty[lever.from_state],
                "end": pretty[lever.to_state],
                "p": percent(lever.probability),
                "point": point_words(lever),
                "each": unit.money_of_a_point(abs(lever.value_of_a_point)),
                "cost": unit.money(lever.break_even_cost),
            }
            for lever in levers[:10]
        ],
        "n_levers": len(levers),
        "leak_words": leak_words(leaks, unit, pretty, [pretty[name] for name in facts.always_leave(analysis)]),
        "leaks": [
            {
                "state": pretty[leak.from_state],
                "exit": pretty[leak.exit] if len(exits) > 1 else "",
                "amount": unit.money(leak.amount),
            }
            for leak in leaks
        ]
        if len(leaks) > 1
        else [],
        "several_exits": len(exits) > 1,
        "moments": [
            {
                "moment": moment_words(group.moment),
                "states": ", ".join(pretty[name] for name in group.states),
                "amount": unit.money(group.amount),
            }
            for group in moments
        ]
        if len(leaks) > 1
        else [],
        "forecast_words": forecast_words(analysis, unit, base),
    }


def point_words(lever: Any) -> str:
    """The change that pays: a point more or less, or what there is of it."""
    if lever.value_for_base > 0:
        return "one point more" if lever.probability <= 0.99 else "up to 100 %"
    return "one point less" if lever.probability >= 0.01 else "down to 0 %"


def lever_words(lever: Any, unit: Words, pretty: dict[str, str], base: Any) -> Any:
    """What the strongest lever is worth, in a sentence."""
    more = lever.value_for_base > 0
    return sentence(
        "{} of {} is worth {} per customer, {} for today’s base of {}{}.",
        "One more percentage point" if more else "One percentage point less",
        strong(f"{pretty[lever.from_state]} → {pretty[lever.to_state]}"),
        unit.money_of_a_point(abs(lever.value_of_a_point)),
        strong(unit.money(abs(lever.value_for_base))),
        f"{int(base.sum()):,}",
        "" if lever.break_even_cost >= 0.999 * abs(lever.value_for_base) else ", although less than a point is left",
    )


def leak_words(leaks: list[Any], unit: Words, pretty: dict[str, str], certain: list[str]) -> Any:
    """Where leaving costs most, in a sentence, and the states that nobody stays in."""
    listed = ", ".join(f"“{name}”" for name in certain)
    told = f"Everybody leaves {listed} at once, so no one who stays says what is lost there." if certain else ""
    return sentence("{} {}", dearest_words(leaks, unit, pretty), told) if leaks else told


def dearest_words(leaks: list[Any], unit: Words, pretty: dict[str, str]) -> Any:
    """Where leaving costs most."""
    dearest = leaks[0]
    if len(leaks) == 1:
        return sentence(
            "Customers leave from {} alone; its leak is {} per new customer. What leads there is told by the levers.",
            strong(pretty[dearest.from_state]),
            unit.money(dearest.amount),
        )
    return sentence(
        "Leaving from {} costs most: {} per new customer. It is the discounted flow into the exit, times what those "
        "who stay are worth more.",
        strong(pretty[dearest.from_state]),
        strong(unit.money(dearest.amount)),
    )


def forecast_words(analysis: Analysis, unit: Words, base: Any) -> Any:
    """How many of today's customers will be left, in a sentence."""
    ahead = facts.forecast(analysis)
    if not len(ahead):
        return ""
    last = len(ahead) - 1
    return sentence(
        "Of today’s {} customers, {} are expected to be there after {}, without newcomers.",
        f"{int(base.sum()):,}",
        strong(f"{ahead[last][~analysis.absorbing].sum():,.0f}"),
        unit.periods(last),
    )


QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def opening(items: list[int]) -> list[tuple[bool, int]]:
    """Each item with whether it is the first: a table row that opens a group."""
    return [(k == 0, item) for k, item in enumerate(items)]


class Words:
    """Names, money and time of one analysis, as people write them."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.currency = analysis.settings.currency
        self.period = analysis.period
        self.is_step = self.period == "step"
        self.money_word = analysis.settings.money_word or str(analysis.value.rewards.label)
        raw = analysis.names
        pretty = [label(name) for name in raw]
        self.names = pretty if len(set(pretty)) == len(pretty) else raw

    def money(self, amount: float) -> str:
        """An amount with its currency."""
        return money(float(amount), self.currency)

    def money_of_a_point(self, amount: float) -> str:
        """A small amount with its currency, with two digits that count."""
        return amount_words(float(amount), self.currency)

    def periods(self, n: int) -> str:
        """Say "1 month", "3 months", "6 weeks" (three periods of two), "4 events"."""
        if self.is_step:
            return f"{n} event{'s' * (n != 1)}"
        count, _, word = self.period.rpartition(" ")
        total = n * int(count or 1)
        word = word.rstrip("s")
        return f"{total} {word}{'s' * (total != 1)}"

    @property
    def one(self) -> str:
        """Say "one month", "2 weeks", "one event"."""
        if self.is_step:
            return "one event"
        return self.period if " " in self.period else f"one {self.period}"

    @property
    def each(self) -> str:
        """Say "each month", "every 2 weeks", "at each event"."""
        if self.is_step:
            return "at each event"
        return f"every {self.period}" if " " in self.period else f"each {self.period}"

    @property
    def next(self) -> str:
        """Say "the next month", "the next 2 weeks", "the next event"."""
        return "the next event" if self.is_step else f"the next {self.period}"

    def span(self) -> str:
        """The days that the log covers, as dates where it has them."""
        report = self.analysis.journeys.report
        first, last = day(report.first_time), day(report.last_time)
        return f"{first} to {last}" if first and last else ""

    def life(self) -> str:
        """Say "over their life", "over 24 months"."""
        horizon = self.analysis.settings.horizon
        return "over their life as a customer" if horizon is None else f"over {self.periods(horizon)}"


def day(time: Any) -> str:
    """A time as a date; empty for a plain order."""
    return str(time.astype("datetime64[D]")) if isinstance(time, np.datetime64) else ""


def strong(text: str) -> Any:
    """A fragment in bold, escaped."""
    from markupsafe import Markup

    return Markup("<strong>{}</strong>").format(text)


def sentence(pattern: str, *parts: Any) -> Any:
    """A sentence with its parts escaped and filled in."""
    from markupsafe import Markup

    return Markup(pattern).format(*parts)


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


def cautions(analysis: Analysis, unit: Words, moves: Any, shown: list[int]) -> list[str]:
    """What a careful reader should keep in mind."""
    report, settings = analysis.fit.report, analysis.settings
    said = []
    pretty = dict(zip(analysis.names, unit.names, strict=True))
    empty = [pretty[name] for name in report.rows_without_data]
    if empty:
        listed = ", ".join(f"“{name}”" for name in empty)
        filled = (
            "a prior stands in: "
            + (
                f"{settings.smoothing:g} pseudo-moves on each allowed move"
                if settings.smoothing > 0
                else "the weight of one move, spread evenly over the allowed moves"
            )
            if settings.rows_without_data == "prior"
            else "it is taken as a place where customers stay for good"
        )
        said.append(
            f"No move was ever seen from {listed}; {filled}. What the page says of "
            f"{'it' if len(empty) == 1 else 'them'} is an assumption, not a finding."
        )
    few = [f"“{unit.names[i]}” ({int(moves[i].sum())})" for i in shown if 0 < moves[i].sum() < FEW_MOVES]
    if few:
        said.append(
            f"Some states rest on fewer than {FEW_MOVES} observed moves: {', '.join(few)}. Take their numbers "
            f"as a hint."
        )
    if settings.smoothing > 0:
        said.append(
            f"{settings.smoothing:g} pseudo-moves were added to each allowed move, which pulls every row a "
            f"little towards even odds."
        )
    said.append(
        "First order is an assumption: the chain knows where a customer is, not how he came there, and it "
        "treats all customers of a state alike. The survival "
        "picture shows how far that holds" + (", and “Does a chain fit?” tests it." if analysis.tests else ".")
    )
    said.append("The moves of one customer depend on each other, so the intervals are, if anything, too narrow.")
    said.append(
        "The figures describe the log they were estimated from; they are not tested on a later one. Seasons "
        "and campaigns of this span are in them."
    )
    if settings.clock == "orders":
        said.append(
            f"Silence is the only sign of leaving: after {unit.periods(settings.churn_after)} without an "
            f"order a customer counts as gone. Another length would move the value."
        )
    if analysis.simulated_periods is not None:
        said.append(
            "Some customers never leave in this chain. The simulation follows them for "
            f"{unit.periods(analysis.simulated_periods)}, the values go on for life."
        )
    gap = facts.widest_gap(analysis)
    if gap is not None and abs(gap[1] - gap[2]) > 0.1:
        time, chain, seen = gap
        said.append(
            f"After {unit.periods(time)} the chain still counts {percent(chain)} of the new customers, the log "
            f"{percent(seen)}: "
            + (
                "newcomers leave faster than the chain believes, so their value is probably too high here."
                if chain > seen
                else "newcomers stay longer than the chain believes, so their value is probably too low here."
            )
        )
    back, gone = analysis.journeys.report.returned_after_churn, analysis.journeys.report.churned
    if gone and back > 0.01 * gone:
        said.append(
            f"{percent(back / gone)} of those who left came back later ({back:,} of {gone:,}). Each return "
            f"begins a new journey, "
            "so what returners bring is not in the value of a new customer"
            + ("; a longer --churn-after counts it in." if settings.churn_after else ".")
        )
    span = int(np.diff(np.asarray(analysis.journeys.offsets)).max())
    later = facts.share_after(analysis, span)
    if not unit.is_step and later is not None and later > 0.1:
        said.append(
            f"No customer was seen for more than {unit.periods(span)}, and {percent(later)} of the value of a "
            f"new customer "
            "lies beyond that: this part is extrapolated by the chain."
        )
    if unit.is_step:
        said.append(
            "The clock is the event, not time: money is discounted per event, and a slow customer counts "
            "like a quick one. Give a period to value in time."
        )
    if (
        analysis.newcomer.standard_error
        and analysis.newcomer.mean
        and abs(analysis.newcomer.standard_error / analysis.newcomer.mean) > 0.1
    ):
        said.append(
            "The value of a new customer is known to no better than about ten percent: a few large amounts "
            "or few customers decide it."
        )
    return said


def definitions(analysis: Analysis, unit: Words) -> list[tuple[str, str]]:
    """Word and meaning."""
    settings, value = analysis.settings, analysis.value
    discount = value.discount.describe(analysis.fit.chain.period)
    money_word = unit.money_word
    found = [
        (
            "Value",
            f"{said(value.definition, unit.money_word)}. It is the expected sum of a customer’s {money_word}, "
            f"the current "
            f"period included.",
        ),
        (
            "Still to come",
            "The value less the money of the current period: what a customer who is in the state now will still bring.",
        ),
        (
            money_word.capitalize(),
            "The log tells no amounts; its rows are counted, each with the same weight."
            if settings.money_word
            else "The amounts in the log, as they stand: not a margin, no costs taken off, returns as negative "
            "amounts if the log holds them. "
            + (f"In {settings.currency}." if settings.currency else "The log does not say in which currency."),
        ),
        (
            "Period",
            f"One step is {unit.one}.",
        ),
        ("Discount", f"{discount}." if discount else "See the value."),
        (
            "Interval",
            f"In {100 * settings.level:g} of 100 such logs the interval would hold the true mean, if the "
            f"chain were true; by the delta method over the observed moves and amounts.",
        ),
    ]
    if settings.clock == "orders":
        found.append(
            (
                "States",
                f"active: at least one order in this {unit.period}. silent k: the k-th {unit.period} in a row "
                f"without one. churn: after {unit.periods(settings.churn_after)} of silence.",
            )
        )
    elif settings.clock == "rules":
        found.append(
            (
                "States",
                "Told from the events by the table of rules; an event that no rule names leaves the customer "
                "where he is.",
            )
        )
    else:
        found.append(("States", "As the log names them; a state stays in force until the next one is entered."))
    found.append(
        (
            "Lever",
            "A move whose probability could change. A point of it may cost at most what it brings to today’s "
            "customers, in money of today.",
        )
    )
    found.append(("Customers today", "Those who have not left, by the state of their last counted period."))
    found.append(("Simulation", f"{said(analysis.simulation.definition, unit.money_word)}."))
    return found


def said(text: str, money_word: str) -> str:
    """A definition of the library as an opening of a sentence, with the word that the page has for money."""
    words = text.strip().rstrip(".").replace("(revenue)", f"({money_word})")
    return words[:1].upper() + words[1:]


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
