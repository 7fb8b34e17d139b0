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
