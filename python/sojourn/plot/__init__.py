"""Pictures of chains and answers, by matplotlib: one function per file, each taking and returning an ``Axes``."""

from sojourn.plot.distribution import distribution
from sojourn.plot.graph import graph
from sojourn.plot.heatmap import heatmap
from sojourn.plot.law import law
from sojourn.plot.survival import survival
from sojourn.plot.value import value

__all__ = ["distribution", "graph", "heatmap", "law", "survival", "value"]
