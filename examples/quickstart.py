"""What is a customer worth, stage by stage? The same story as quickstart.cpp, with the same numbers."""

import sojourn as sj

# The six stages after the first deal, with a made-up chain: one step is a month.
life = sj.six_stages()
chain = life.illustrative_chain()

# A re-purchase brings 40, loyal customers 25 a month, a complaint costs 5 to answer.
rewards = {"repurchase": 40.0, "loyalty": 25.0, "dissatisfaction": -5.0}

# What a customer in each stage is worth, for life, at ten percent a year.
value = sj.lifetime_value(chain, rewards, annual_discount_rate=0.10)
print(value)

# How he most probably comes to recommend us.
path = sj.chain.most_probable_path(chain, "engagement", "recommendation")
print(f"most probable way to recommendation: {' → '.join(path.states)} (probability {path.probability:.4f})\n")

# The same by simulation: 100,000 customers, five years.
simulation = sj.simulate(
    chain,
    customers=100_000,
    horizon=60,
    start="engagement",
    rewards=rewards,
    annual_discount_rate=0.10,
    seed=7,
)
print(simulation, end="")
