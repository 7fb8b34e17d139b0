"""The published numbers of tests/data/anchors.json, each with its source beside it there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sojourn as sj

ANCHORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data" / "anchors.json").read_text(encoding="utf-8"))


def each(section: str) -> pytest.MarkDecorator:
    """Asks the test of every published case of a section, by its name."""
    return pytest.mark.parametrize("anchor", ANCHORS[section], ids=lambda anchor: anchor["name"])


def chain_of(anchor: dict[str, Any], period: str = "month") -> sj.Chain:
    """The chain that was published."""
    return sj.Chain(anchor["states"], anchor["transition_matrix"], period=period)
