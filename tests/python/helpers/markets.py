"""Small markets and policies, to be drawn."""

from __future__ import annotations

from types import SimpleNamespace

import sojourn as sj

CHAIN = sj.Chain(["active", "quiet", "churn"], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0, 0, 1]], period="month")


def market_of(referrals=0.3, **options):
    return sj.Market(
        CHAIN,
        people=10_000,
        rewards={"active": 10.0},
        stock={"active": 100},
        referrals={"active": referrals},
        advertising=0.01,
        **options,
    )


def told_market(good):
    source = sj.market.ExperienceSource("friends", good={"active": good}, bad={"active": 1.0 - good})
    return market_of(reputation=sj.market.MarketReputation("quiet", onward=["active"], sources=[source]))


def outcome(name, profit, lower, upper, payback=None):
    return SimpleNamespace(
        name=name,
        profit=profit,
        profit_interval=(lower, upper),
        base=1234.0,
        cost=5000.0,
        payback=payback,
    )


COMPARISON = SimpleNamespace(
    outcomes=[
        outcome("advertise more", -900.0, -1000.0, -800.0),
        outcome("fix onboarding", 3000.0, 2000.0, 4000.0, payback=7),
        outcome("answer complaints", 500.0, -100.0, 1100.0, payback=1),
    ]
)
