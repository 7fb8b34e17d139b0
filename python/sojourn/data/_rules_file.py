"""Rule tables in TOML files."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from sojourn import _core
from sojourn._core import Lifecycle, Rule, Rules

_LIFECYCLES = ("six_stages", "moments_of_truth", "full_journey", "subscription")
_KEYS = ("lifecycle", "exits", "order_if", "complaint_if", "rule")
_RULE_KEYS = ("state", "is_in", "at_least", "at_most", "is_new", "first_event", "nth_order", "cadence", "quiet_days")


def read_rules(path: str | os.PathLike[str]) -> Rules:
    """Read a table of rules from a TOML file.

    The file may name its `lifecycle` ("six_stages" unless said otherwise, "moments_of_truth", "full_journey" or
    "subscription") and its `exits`, say under `[order_if]` and `[complaint_if]` which events are orders and complaints,
    and holds one `[[rule]]` table per rule with the keywords of `Rule`::

        lifecycle = "six_stages"

        [order_if]
        event = ["order"]

        [[rule]]
        state = "loyalty"
        cadence = {orders = 3, days = 31}

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    Rules

    Raises
    ------
    OSError
        When the file cannot be read.
    ValueError
        For text that is not TOML, an unknown key, or rules that contradict each other; the message names the rule.
    """
    name = os.fspath(path)
    with Path(path).open("rb") as file:
        try:
            table = tomllib.load(file)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{name}: not a TOML file: {error}") from None
    _check_keys(table, _KEYS, name)
    preset = table.get("lifecycle", "six_stages")
    if preset not in _LIFECYCLES:
        raise ValueError(f"{name}: lifecycle: expected one of {', '.join(map(repr, _LIFECYCLES))}, found {preset!r}")
    try:
        life: Lifecycle = getattr(_core, preset)(exits=table.get("exits", ["churn"]))
        entries = table.get("rule", [])
        if not isinstance(entries, list):
            raise ValueError("rule: write each rule as [[rule]], in double brackets")
        rules = [_rule(entry, number) for number, entry in enumerate(entries, 1)]
        return Rules(life, rules, order_if=table.get("order_if"), complaint_if=table.get("complaint_if"))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from None


def _rule(entry: dict[str, Any], number: int) -> Rule:
    where = f"rule {number}"
    _check_keys(entry, _RULE_KEYS, where)
    if "state" not in entry:
        raise ValueError(f"{where}: names no state")
    settings = dict(entry)
    try:
        return Rule(settings.pop("state"), **settings)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from None


def _check_keys(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise ValueError(f"{where}: unknown key {key!r}; the keys are {', '.join(map(repr, known))}")
