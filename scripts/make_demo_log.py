"""
Makes python/sojourn/data/demo_log.csv, the log behind ``sojourn demo``.

The log is simulated: 600 made-up customers of a made-up shop, drawn by sojourn from the illustrative chain of
``six_stages()`` with a fixed seed. Nothing in it was observed, and no number in it says anything about a real business.

One row is written when a customer enters a stage and for every order. `stage` is the stage from that day on; `amount`
is the order, empty where a row is only a change of stage. Rows with an amount are an order log in themselves.

    python scripts/make_demo_log.py [OUT]
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path

import numpy as np

import sojourn as sj

CUSTOMERS = 600
SEED = 2024
FIRST_DAY = dt.date(2024, 1, 1)
LAST_DAY = dt.date(2025, 12, 31)
# Chance of an order in a month spent in a stage, and its median amount.
ORDERS = {
    "engagement": (1.0, 38.0),
    "repurchase": (1.0, 52.0),
    "curiosity": (0.25, 30.0),
    "loyalty": (0.75, 64.0),
    "recommendation": (0.60, 60.0),
}
SPREAD = 0.45  # of the logarithm of an amount


def month_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month; days up to the 28th exist in every month."""
    total = day.year * 12 + day.month - 1 + months
    return dt.date(total // 12, total % 12 + 1, day.day)


def main() -> None:
    """Simulates, dresses the journeys in dates and amounts, writes the file."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "python/sojourn/data/demo_log.csv"
    months = 24
    chain = sj.six_stages().illustrative_chain()
    journeys = sj.simulate(
        chain, customers=CUSTOMERS, horizon=months, start="engagement", seed=SEED, outputs=("journeys",)
    ).journeys()
    random = np.random.default_rng(SEED)
    rows = []
    for journey in journeys:
        # More join in the first year than in the second, on any day up to the 28th; all are seen for a month at least.
        joined = month_later(FIRST_DAY.replace(day=int(random.integers(1, 29))), int(22 * random.beta(1.0, 1.6)))
        customer = f"C{int(journey.customer) + 1:04d}"
        before = ""
        for k, stage in enumerate(journey.states):
            begins = month_later(joined, k)
            length = (month_later(joined, k + 1) - begins).days
            day = begins + dt.timedelta(days=0 if k == 0 else int(random.integers(0, length)))
            chance, median = ORDERS.get(stage, (0.0, 0.0))
            ordered = random.random() < chance
            amount = f"{median * np.exp(SPREAD * random.standard_normal()):.2f}" if ordered else ""
            if (stage != before or amount) and day <= LAST_DAY:
                rows.append((day.isoformat(), customer, stage, amount))
            before = stage
    rows.sort()
    with out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["customer_id", "date", "stage", "amount"])
        writer.writerows((customer, day, stage, amount) for day, customer, stage, amount in rows)
    print(f"{out}: {len(rows):,} rows, {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
