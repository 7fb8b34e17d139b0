"""The wheel with its two dependencies and nothing else: it fits, values, simulates, and says what is missing."""

import importlib.util
import subprocess
import sys
from datetime import date

EXTRAS = ("matplotlib", "jinja2", "pyarrow", "pandas", "polars", "tqdm")


def refused(call, *errors):
    """The sentence with which a call is refused."""
    try:
        call()
    except errors as error:
        return str(error)
    raise AssertionError(f"not refused: {call}")


present = [name for name in EXTRAS if importlib.util.find_spec(name)]
assert not present, f"this is no empty environment: {present} are installed"

import sojourn as sj  # noqa: E402  # after the check that the environment is empty

# Customer c orders every 1 + c % 3 months, 2 + c % 5 times.
orders = {"customer": [], "day": [], "amount": []}
for c in range(60):
    for k in range(2 + c % 5):
        months = k * (1 + c % 3)
        orders["customer"].append(f"c{c}")
        orders["day"].append(date(2024 + months // 12, months % 12 + 1, 1))
        orders["amount"].append(20.0 + c)

journeys = sj.order_journeys(
    orders, customer="customer", time="day", value="amount", period="month", churn_after=3, until=date(2026, 1, 31)
)
fit = sj.fit_chain(journeys, smoothing=0.5)
value = sj.lifetime_value(fit, annual_discount_rate=0.10)
expected = value.mean["active"]
assert expected > 0
assert "10 %" in str(value), str(value)

sim = sj.simulate(
    fit, customers=20_000, annual_discount_rate=0.10, rewards=value.rewards, start="active", seed=7, progress=True
)
assert abs(sim.value.mean - expected) < 5 * sim.value.standard_error, (sim.value.mean, expected)

for what, call in {
    "a plot": lambda: sj.plot.graph(fit.chain),
    "a frame": lambda: value.to_frame(),
}.items():
    sentence = refused(call, ImportError)
    assert "install" in sentence, f"{what}: {sentence!r} does not say what to install"

shown = subprocess.run([sys.executable, "-m", "sojourn", "--help"], capture_output=True, text=True, check=False)
assert shown.returncode == 0, shown.stderr
assert "report" in shown.stdout

print(
    f"sojourn {sj.__version__}: an active customer is worth {expected:.2f} by formula, "
    f"{sim.value.mean:.2f} by simulation"
)
