"""What a model holds."""

from __future__ import annotations

from sojourn import _core
from sojourn._support.results import Columns, table


def _model(self: _core.Model) -> Columns:
    return {
        "states": self.chain.n_states,
        "period": self.chain.period.name,
        "fitted": self.fit is not None,
        "rewards": None if self.rewards is None else self.rewards.label,
        "discount": None if self.discount is None else self.discount.describe(self.chain.period),
        **{f"provenance_{name}": told for name, told in self.provenance.items()},
    }


table(_core.Model, None, _model)
