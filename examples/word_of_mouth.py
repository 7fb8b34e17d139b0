"""What is a customer worth with those he brings, and what should be done? The same story as word_of_mouth.cpp."""

import sojourn as sj

# Searchers, who read reviews before they order; customers; those who are gone. A made-up chain; one step is a month.
chain = sj.Chain(
    ["search", "satisfied", "unhappy", "churn"],
    [[0.3, 0.2, 0.1, 0.4], [0.0, 0.85, 0.05, 0.1], [0.0, 0.2, 0.4, 0.4], [0.0, 0.0, 0.0, 1.0]],
    period="month",
)
rewards = {"satisfied": 20.0, "unhappy": 10.0}
year = {"annual_discount_rate": 0.10}

# A satisfied customer brings one newcomer in five months. What is he worth by himself, and what with all he leads to?
ref = sj.referral_value(chain, rewards, referrals={"satisfied": 0.20}, acquisition_cost=5.0, **year)
print(ref)
for lever in ref.sensitivity(start="search").levers()[:3]:
    print(
        f"a point more of {lever.from_state} → {lever.to_state}: "
        f"own {lever.own_value_of_a_point:.3f}, total {lever.total_value_of_a_point:.3f}"
    )

# The same company in a market of a million people, with a reputation that searchers answer to.
reviews = sj.market.ExperienceSource("reviews", good={"satisfied": 0.05}, bad={"unhappy": 0.2})
market = sj.Market(
    chain,
    people=1_000_000,
    rewards=rewards,
    stock={"search": 4000, "satisfied": 20000, "unhappy": 4000, "churn": 50000},
    referrals={"satisfied": 0.20},
    advertising=0.002,
    advertising_cost=10_000.0,
    referred_cost=5.0,
    reputation=sj.market.MarketReputation("search", sources=[reviews], sensitivity=2.0, good=4000.0, bad=3000.0),
)
path = sj.market_path(market, horizon=36, **year)
inside, told = path.inside[-1], path.reputation[-1]
print(f"\ninside after three years {inside:.0f}, reputation {told:.3f}, profit {path.profit:.0f}")
threshold = sj.market.market_threshold(market, "search", "satisfied")
print(f"search → satisfied {threshold.current:.3f}, the base shrinks below {threshold.probability:.3f}")

# What to do? Each policy against the market as it is, on the same random numbers.
policies = [
    sj.Policy("better start", moves={("search", "satisfied"): 0.25}, cost_once=200_000.0),
    sj.Policy("pay for referrals", referrals={"satisfied": 0.24}, cost_per_referral=10.0),
    sj.Policy("answer complaints", bad_experiences={"unhappy": 0.5}, cost_per_person={"unhappy": 3.0}),
]
for outcome in sj.compare_policies(market, policies, horizon=36, seed=7, **year).outcomes:
    low, high = outcome.profit_interval
    print(f"{outcome.name}: {outcome.profit:+.0f} ({low:+.0f} to {high:+.0f}), payback {outcome.payback or 'never'}")
