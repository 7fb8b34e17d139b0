"""The nouns: states, periods, discounts, chains, rewards, lifecycles; and what can reach what."""

from __future__ import annotations

from sojourn._core import (
    Chain,
    CommunicatingClass,
    Discount,
    Lifecycle,
    LifecycleState,
    Path,
    Period,
    RewardLaw,
    Rewards,
    StateSpace,
    StateValues,
    Structure,
    full_journey,
    moments_of_truth,
    most_probable_path,
    recency,
    six_stages,
    structure,
    subscription,
)

__all__ = [
    "Chain",
    "CommunicatingClass",
    "Discount",
    "Lifecycle",
    "LifecycleState",
    "Path",
    "Period",
    "RewardLaw",
    "Rewards",
    "StateSpace",
    "StateValues",
    "Structure",
    "full_journey",
    "moments_of_truth",
    "most_probable_path",
    "recency",
    "six_stages",
    "structure",
    "subscription",
]
