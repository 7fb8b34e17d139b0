"""Pictures of chains and answers, by matplotlib: one function per file, each taking and returning an ``Axes``."""

from sojourn.plot.distribution import distribution
from sojourn.plot.first_passage import first_passage
from sojourn.plot.forecast import forecast
from sojourn.plot.generations import generations
from sojourn.plot.graph import graph
from sojourn.plot.heatmap import heatmap
from sojourn.plot.intervals import intervals
from sojourn.plot.law import law
from sojourn.plot.leaks import leaks
from sojourn.plot.levers import levers
from sojourn.plot.loop import loop
from sojourn.plot.market import market
from sojourn.plot.policies import policies
from sojourn.plot.quadrants import quadrants
from sojourn.plot.reputation import reputation
from sojourn.plot.survival import survival
from sojourn.plot.threshold import threshold
from sojourn.plot.value import value
from sojourn.plot.what_if import what_if

__all__ = [
    "distribution",
    "first_passage",
    "forecast",
    "generations",
    "graph",
    "heatmap",
    "intervals",
    "law",
    "leaks",
    "levers",
    "loop",
    "market",
    "policies",
    "quadrants",
    "reputation",
    "survival",
    "threshold",
    "value",
    "what_if",
]
