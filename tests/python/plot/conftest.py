"""Pictures are drawn without a window, and closed after each test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def close_figures():
    plt = pytest.importorskip("matplotlib.pyplot", reason="pictures need matplotlib")
    yield
    plt.close("all")
