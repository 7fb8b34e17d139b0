"""The picture of a law: its curve, its quantiles, and what is put into words."""

from __future__ import annotations

import numpy as np
import pytest

import sojourn as sj

matplotlib = pytest.importorskip("matplotlib", reason="pictures need matplotlib")
matplotlib.use("Agg")

from drawn import fresh_axes  # noqa: E402
from matplotlib.patches import Rectangle  # noqa: E402

CHAIN = sj.Chain(["active", "quiet", "churn"], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0, 0, 1]], period="month")


def law_of(horizon: int | None) -> sj.value.ValueLaw:
    return sj.value_law(
        sj.lifetime_value(CHAIN, {"active": 10.0, "quiet": -1.37}, horizon=horizon, discount_factor=0.9)
    )


@pytest.mark.parametrize("horizon", [1, 3, None])
def test_it_draws_on_the_axes_given_and_on_new_ones_without(horizon):
    import matplotlib.pyplot as plt

    axes = fresh_axes()
    assert sj.plot.law(law_of(horizon), axes) is axes
    other = sj.plot.law(law_of(horizon))
    assert other is not axes
    plt.close(other.figure)


def test_a_value_is_drawn_by_its_law():
    value = sj.lifetime_value(CHAIN, {"active": 10.0}, horizon=3, discount_factor=0.9)
    drawn, expected = sj.plot.law(value, fresh_axes()), sj.plot.law(sj.value_law(value), fresh_axes())
    np.testing.assert_array_equal(drawn.lines[0].get_xydata(), expected.lines[0].get_xydata())


def test_the_curve_is_the_cdf_and_bars_are_the_values():
    law = law_of(3)
    axes = sj.plot.law(law, fresh_axes(), upto=1.0)
    curve = next(line for line in axes.lines if line.get_drawstyle() == "steps-post")
    assert law.cdf(curve.get_xdata()) == pytest.approx(np.asarray(curve.get_ydata()))
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert sum(bar.get_height() for bar in bars) == pytest.approx(1.0)


def test_quantiles_and_a_cost_are_marked():
    law = law_of(None)
    axes = sj.plot.law(law, fresh_axes(), quantiles=(0.25, 0.75), cost=30.0, currency="$")
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [float(point.get_xdata()[0]) for point in points] == law.quantile([0.25, 0.75]).tolist()
    words = [text.get_text() for text in axes.texts]
    assert any("bring more than" in word and "$30" in word for word in words)
    assert any(word.startswith("lowest 25 %") for word in words)
