"""From an order log to the value of a customer. The same story as orders_to_value.cpp, with the same numbers.

Usage: python orders_to_value.py [demo_log.csv]
(columns customer_id, date, stage, amount; rows with an amount are orders)
"""

import csv
import sys
from importlib.resources import files
from pathlib import Path

import sojourn as sj

path = Path(sys.argv[1]) if len(sys.argv) > 1 else files("sojourn") / "data" / "demo_log.csv"
with path.open(encoding="utf-8") as file:
    rows = [row for row in csv.DictReader(file) if row["amount"]]
orders = {name: [row[name] for row in rows] for name in ("customer_id", "date", "amount")}

# Months since the last order, each customer on a clock of his own; six silent months are churn.
journeys = sj.order_journeys(orders, customer="customer_id", time="date", value="amount", period="month", churn_after=6)
print(journeys, end="\n\n")
print(journeys.report)

# Count the moves, estimate the chain.
fit = sj.fit_chain(journeys)
print(fit)

# What a customer is worth at ten percent a year, with the interval that the data allow.
value = sj.lifetime_value(fit, annual_discount_rate=0.10)
print(value)
newcomer = value.start_value("active")
print(
    f"a newcomer is worth {newcomer.mean:.2f} (standard error {newcomer.standard_error:.2f}), "
    f"of which {newcomer.residual:.2f} is still to come after the first month"
)
