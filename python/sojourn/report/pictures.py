"""matplotlib figures → SVG that lives inside a page, with the fonts and the palette of the page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import Any

from sojourn.plot import _style as style

# Colours of the pictures and the CSS variables that stand for them, so that dark paper gets a picture of its own.
PALETTE = {
    style.INK: "var(--ink)",
    style.MUTED: "var(--muted)",
    style.LINE: "var(--line)",
    style.FILL: "var(--fill)",
    style.PAPER: "var(--paper)",
    style.BLUE: "var(--blue)",
    style.ORANGE: "var(--orange)",
    style.RED: "var(--red)",
}
TAG = re.compile(r"<[^<>]*>")
SHORT_FONT = re.compile(r"font: (?:(\d+|bold) )?([\d.]+px) [^;\"]*")  # as matplotlib before 3.10 writes it


def figure_svg(draw: Callable[[Any], Any], size: tuple[float, float], name: str) -> str:
    """
    Runs `draw(ax)` on a fresh figure and returns it as one ``<svg>`` element.

    Text stays text, escaped, so it can be searched; it takes the fonts of the page. `name` (a word of ours) goes before
    every id, so that pictures of one page do not answer for each other.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    options = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": ["DejaVu Sans"], "text.usetex": False}
    defaults = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"}
    with warnings.catch_warnings(), mpl.rc_context({**defaults, **options}):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_alpha(0.0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0.0)
        draw(axes)
        file = io.StringIO()
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the page's fonts will have it
        figure.savefig(
            file, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight", pad_inches=0.03
        )
    return inline(file.getvalue(), name)


def inline(svg: str, name: str) -> str:
    """Cuts an SVG file down to the element a page can hold."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, count=1, flags=re.DOTALL)  # page.css says the same
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    return TAG.sub(lambda tag: tidy(tag.group(), name), svg).strip()


def tidy(tag: str, name: str) -> str:
    """One tag: ids of its own, the fonts and colours of the page."""
    if tag.startswith("<svg"):
        box = re.search(r'viewBox="([\d. -]+)"', tag)
        size = box.group(1) if box else "0 0 1 1"
        return f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{size}" aria-hidden="true">'
    if tag.startswith("<g "):
        tag = re.sub(r' id="[^"]*"', "", tag)
    tag = re.sub(r' id="([^"]*)"', rf' id="{name}-\1"', tag)
    tag = re.sub(r"url\(#([^)]*)\)", rf"url(#{name}-\1)", tag)
    tag = re.sub(r'href="#([^"]*)"', rf'href="#{name}-\1"', tag)
    tag = re.sub(r"font-family: [^;\"]*", "font-family: inherit", tag)
    tag = SHORT_FONT.sub(lambda font: f"font-weight: {font[1] or 400}; font-size: {font[2]}; font-family: inherit", tag)
    for color, variable in PALETTE.items():
        tag = tag.replace(color, variable)
    return tag


def plots(analysis: Any) -> dict[str, str]:
    """The pictures of the page, by name."""
    import numpy as np

    from sojourn import plot

    names = analysis.names
    n, rows = len(names), int((~analysis.absorbing).sum())
    currency = analysis.settings.currency
    visits = np.asarray(analysis.fit.counts.visits, dtype=float) * ~analysis.absorbing
    shares = visits / visits.sum() if visits.sum() > 0 else visits
    seen = analysis.matrix.copy()
    seen[[names.index(name) for name in analysis.fit.report.rows_without_data]] = 0.0
    observed = None if analysis.observed is None else analysis.observed[:2]

    def survive(ax: Any) -> None:
        plot.survival(analysis.fit, ax, periods=analysis.survival_periods, observed=observed)

    from sojourn.plot.graph import map_size
    from sojourn.report import analysis as facts

    levers = facts.levers(analysis)
    leaks, moments = facts.leaks(analysis)
    losing = len({leak.from_state for leak in leaks})
    base = facts.living_base(analysis)
    why = analysis.value.sensitivity(start=analysis.start)
    lifecycle = analysis.fit.counts.lifecycle if moments else None

    return {
        "map": figure_svg(
            lambda ax: plot.graph(analysis.fit, ax, weights=seen, shares=shares), map_size(analysis.fit), "map"
        ),
        "heat": figure_svg(
            lambda ax: plot.heatmap(analysis.fit, ax), (min(11.0, 2.6 + 0.72 * n), 1.2 + 0.40 * n), "heat"
        ),
        "survival": figure_svg(survive, (8.4, 3.2), "survival") if analysis.absorbing.any() else "",
        "value": figure_svg(
            lambda ax: plot.value(analysis.value, ax, level=analysis.settings.level, currency=currency),
            (8.4, 1.0 + 0.38 * max(2, rows)),
            "value",
        ),
        "levers": figure_svg(
            lambda ax: plot.levers(levers, ax, currency=currency),
            (8.4, 0.8 + 0.32 * max(2, min(10, len(levers)))),
            "levers",
        )
        if levers
        else "",
        "leaks": figure_svg(
            lambda ax: plot.leaks(why, ax, lifecycle=lifecycle, currency=currency),
            (8.4, 0.8 + 0.32 * (min(10, losing) + len(moments) + bool(moments))),
            "leaks",
        )
        if losing > 1
        else "",
        "forecast": figure_svg(lambda ax: plot.forecast(analysis.fit, ax, stock=base), (8.4, 3.6), "forecast")
        if base.any()
        else "",
        "spread": figure_svg(
            lambda ax: plot.distribution(analysis.simulation, ax, currency=currency), (8.4, 3.2), "spread"
        ),
        **word_of_mouth_plots(analysis),
    }


def word_of_mouth_plots(analysis: Any) -> dict[str, str]:
    """The pictures of the section on word of mouth; an empty one where it has none."""
    from sojourn import plot
    from sojourn.chain import structure
    from sojourn.plot.graph import map_size, plan_map
    from sojourn.report.sections.word_of_mouth.analysis import GENERATIONS, quadrants

    told = analysis.word_of_mouth
    pictures = {"generations": "", "loop": "", "quadrants": ""}
    if told is None:
        return pictures
    if told.value is not None:

        def steps(ax: Any) -> None:
            plot.generations(told.value, ax, start=told.start, n=GENERATIONS, currency=analysis.settings.currency)

        pictures["generations"] = figure_svg(steps, (8.4, 0.8 + 0.34 * (GENERATIONS + 3)), "generations")
    split = quadrants(analysis)
    if split is not None:
        pictures["quadrants"] = figure_svg(
            lambda ax: plot.quadrants(split, ax, currency=analysis.settings.currency), (8.4, 5.2), "quadrants"
        )
    chain = analysis.fit.chain
    shape = structure(chain)
    if all(analysis.absorbing[i] or not shape.is_recurrent(name) for i, name in enumerate(analysis.names)):
        width, height = map_size(chain)
        size = (width, height + 0.35 + 0.5 * width / plan_map(chain).across)  # room for the arc
        lifecycle = analysis.fit.counts.lifecycle
        pictures["loop"] = figure_svg(lambda ax: plot.loop(lifecycle, told.mild, ax), size, "loop")
    return pictures
