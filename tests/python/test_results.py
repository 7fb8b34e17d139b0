"""One face for all results: every exported class prints its numbers, is a table, a page, a copy and a pickle."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import sojourn as sj

# Names that want to be markup, a second column, a second line, and another script.
NEW, LOYAL, QUIET, CHURN = NAMES = ["<script>alert(1)</script>", 'lo,yal "&"', "qui\net\t", "✝ Ende"]
ROWS = [[0.5, 0.3, 0.1, 0.1], [0.05, 0.8, 0.1, 0.05], [0.1, 0.2, 0.4, 0.3], [0.0, 0.0, 0.0, 1.0]]
CHAIN = sj.Chain(NAMES, ROWS, period="month")
LIFE = sj.Lifecycle(
    "short",
    [
        sj.LifecycleState(NEW, "prospect", moments=["zmot"]),
        sj.LifecycleState(LOYAL, moments=["smot", "umot"]),
        sj.LifecycleState(QUIET, "at_risk"),
        sj.LifecycleState(CHURN, "exit"),
    ],
    [(a, b) for a in NAMES[:3] for b in NAMES],
)
REWARDS = {LOYAL: 10.0, NEW: -2.0, (NEW, LOYAL): 5.0}
DAYS = [f"2024-{month:02}-15" for month in (1, 2, 3, 4, 5)]


@cache
def journeys() -> sj.Journeys:
    """Twelve customers of seven kinds over five months."""
    kinds = [
        [NEW, LOYAL, LOYAL, QUIET, CHURN],
        [NEW, NEW, LOYAL, LOYAL, LOYAL],
        [LOYAL, QUIET, LOYAL, QUIET, QUIET],
        [NEW, QUIET, NEW, CHURN],
        [LOYAL, LOYAL, CHURN],
        [QUIET, LOYAL, NEW, NEW, LOYAL],
    ]
    log: dict[str, list[Any]] = {"who": [], "day": [], "state": [], "money": []}
    for who in range(12):
        for k, state in enumerate(kinds[who % 6]):
            log["who"].append(f"customer <{who}>")
            log["day"].append(DAYS[k])
            log["state"].append(state)
            log["money"].append(float(k + who))
    found = sj.journeys(log, customer="who", time="day", state="state", value="money", lifecycle=LIFE)
    return sj.on_grid(found, period="month", origin="calendar", until="2024-06-30")


@cache
def fit() -> sj.FitResult:
    return sj.fit_chain(journeys(), smoothing=0.1)


@cache
def value() -> sj.LifetimeValue:
    return sj.lifetime_value(CHAIN, REWARDS, annual_discount_rate=0.1)


@cache
def fitted_value() -> sj.LifetimeValue:
    return sj.lifetime_value(fit(), annual_discount_rate=0.1)


@cache
def what_if() -> sj.value.WhatIf:
    other = CHAIN.with_row(NEW, {NEW: 0.4, LOYAL: 0.5, QUIET: 0.05, CHURN: 0.05})
    return sj.what_if(value(), sj.lifetime_value(other, REWARDS, annual_discount_rate=0.1))


@cache
def simulation() -> sj.Simulation:
    outputs = ("value", "occupancy", "revenue", "moves", "end_times", "journeys")
    return sj.simulate(
        CHAIN, customers=60, horizon=6, rewards=REWARDS, discount_factor=0.9, seed=3, outputs=outputs, targets=[QUIET]
    )


@cache
def scenario(**changes: Any) -> sj.Scenario:
    return sj.Scenario(CHAIN, rewards=REWARDS, reward_laws={QUIET: sj.RewardLaw.gamma(3.0, 1.0)}, cost=1.0, **changes)


@cache
def comparison() -> sj.simulation.ScenarioComparison:
    changed = sj.Scenario(CHAIN, rewards={LOYAL: 12.0}, interventions=[sj.simulation.Intervention(2, rewards=REWARDS)])
    return sj.compare_scenarios(scenario(), changed, customers=200, horizon=6, discount_factor=0.9, seed=1)


@cache
def cohorts() -> sj.simulation.CohortSimulation:
    return sj.simulate_cohort(CHAIN, horizon=5, customers=100, rewards=REWARDS, discount_factor=0.9, paths=3, seed=2)


@cache
def uncertain() -> sj.trust.Uncertain:
    return sj.posterior(fit(), lambda chain: chain.transition_matrix[:2], draws=50)


@cache
def fit_tests() -> sj.trust.FitTests:
    return sj.fit_tests(journeys(), value=fitted_value())


@cache
def dwell() -> sj.trust.DwellTest:
    return sj.trust.dwell_test(sj.simulate(CHAIN, customers=1000, horizon=14, seed=1, outputs="journeys").journeys())


@cache
def segments() -> sj.trust.SegmentTest:
    counts = sj.count(journeys())
    return sj.trust.segment_test({"web <b>": counts, "shop": counts}, rewards={LOYAL: 10.0}, annual_discount_rate=0.1)


@cache
def referral_value() -> sj.market.ReferralValue:
    return sj.referral_value(
        CHAIN,
        REWARDS,
        referrals={LOYAL: 0.1, (NEW, LOYAL): 0.05},
        arrives_at={NEW: 0.9, LOYAL: 0.1},
        acquisition_cost=1.0,
        annual_discount_rate=0.1,
    )


@cache
def quadrants() -> sj.market.ReferralQuadrants:
    return sj.market.referral_quadrants(
        referral_value(), [NEW, LOYAL, QUIET, LOYAL], brought=[0, 3, 0, 1], expected=[1, 1, 1, 1]
    )


@cache
def referrals() -> sj.market.ReferralCounts:
    who = "customer <{}>".format
    log = {"by": [who(1), who(2), who(1)], "who": [who(3), who(4), who(5)], "when": [DAYS[1], DAYS[2], DAYS[3]]}
    return sj.referral_counts(
        log, journeys=journeys(), referrer="by", referred="who", time="when", before_first_event="drop"
    )


@cache
def rates() -> sj.market.StateRates:
    return sj.referral_rates(
        {LOYAL: 13, NEW: 2}, {NEW: 40, LOYAL: 90, QUIET: 20}, states=NAMES, exits=[CHURN], period="month"
    )


@cache
def ratings() -> sj.market.SharingCounts:
    log = {"id": ["customer <1>", "customer <2>", "customer <5>"], "when": DAYS[1:4], "stars": [5, 3, 1]}
    return sj.market.sharing_counts(
        log, journeys=journeys(), customer="id", time="when", rating="stars", good_at_least=4, bad_at_most=2
    )


@cache
def reputation_fit() -> sj.market.ReputationFit:
    return sj.market.fit_reputation([100] * 5, [30, 42, 51, 39, 60], reputation=[0.3, 0.5, 0.7, 0.4, 0.8])


@cache
def market() -> sj.Market:
    source = sj.market.ExperienceSource("friends", good={LOYAL: 0.3}, bad={QUIET: 0.6})
    return sj.Market(
        CHAIN,
        people=10_000,
        rewards=REWARDS,
        stock={LOYAL: 200, QUIET: 30},
        referrals={LOYAL: 0.3},
        advertising=0.01,
        advertised_cost=1.0,
        returns=0.05,
        reputation=sj.market.MarketReputation(NEW, sources=[source], sensitivity=2.0),
    )


@cache
def equilibrium() -> sj.market.MarketEquilibrium:
    return sj.market.market_equilibria(market())[0]


@cache
def simulated_market() -> sj.market.MarketSimulation:
    return sj.simulate_market(market(), horizon=4, paths=3, seed=1)


@cache
def policies() -> sj.market.PolicyComparison:
    dear = sj.Policy(
        "<i>dear</i>", moves={(NEW, LOYAL): 0.4}, advertising=0.02, cost_per_period=1.0, rewards={LOYAL: 11.0}
    )
    never = sj.Policy("never", cost_once=1e9)
    return sj.compare_policies(market(), [dear, never], horizon=6, discount_factor=0.99, paths=5, seed=1)


@cache
def split() -> sj.market.BudgetSplit:
    curve = sj.market.ResponseCurve(0.05, 100.0)
    lever = {"<b>reach": lambda spend: sj.Policy("reach", advertising=0.01 + curve(spend))}
    return sj.allocate_budget(market(), lever, 50.0, horizon=6, discount_factor=0.99)


# One example per exported class.
EXAMPLES: dict[str, Callable[[], Any]] = {
    # chain
    "Chain": lambda: CHAIN,
    "CommunicatingClass": lambda: sj.structure(CHAIN).classes[0],
    "Discount": lambda: sj.Discount.annual_rate(0.1),
    "Lifecycle": lambda: LIFE,
    "LifecycleState": lambda: LIFE.details[0],
    "Path": lambda: sj.chain.most_probable_path(CHAIN, NEW, CHURN),
    "Period": lambda: sj.Period("2 weeks"),
    "RewardLaw": lambda: sj.RewardLaw.empirical([3.0, 1.0, 0.1]),
    "Rewards": lambda: sj.Rewards(NAMES, REWARDS),
    "StateSpace": lambda: CHAIN.states,
    "StateValues": lambda: value().residual,
    "Structure": lambda: sj.structure(CHAIN),
    # data
    "Cadence": lambda: sj.data.Cadence(orders=2),
    "Counts": lambda: sj.count(journeys()),
    "DataReport": lambda: journeys().report,
    "Dwell": lambda: sj.count(journeys()).dwell[LOYAL],
    "FitReport": lambda: fit().report,
    "FitResult": fit,
    "JourneyView": lambda: journeys()[0],
    "Journeys": journeys,
    "Rule": lambda: sj.Rule(
        LOYAL, nth_order=2, is_in={"kind": ["<b>"]}, at_least={"x": 1.0}, cadence=sj.data.Cadence()
    ),
    "Rules": lambda: sj.Rules(LIFE, [sj.Rule(LOYAL, nth_order=2), sj.Rule(NEW, first_event=True)], order_if={"k": "o"}),
    # value
    "BaseLever": lambda: sj.value.base_levers(value(), {LOYAL: 9})[0],
    "BaseLevers": lambda: sj.value.base_levers(value(), {LOYAL: 9}),
    "FleetInterval": lambda: sj.fleet_value(value(), {LOYAL: 9}).interval(0.9),
    "FleetValue": lambda: sj.fleet_value(value(), {LOYAL: 9, NEW: 2}),
    "Leak": lambda: value().sensitivity().leaks()[0],
    "Leaks": lambda: value().sensitivity().leaks(),
    "Lever": lambda: value().sensitivity().levers()[0],
    "Levers": lambda: value().sensitivity(LOYAL).levers(),
    "LifetimeValue": value,
    "MomentLeak": lambda: value().sensitivity().leaks_by_moment(LIFE)[0],
    "MomentLeaks": lambda: value().sensitivity().leaks_by_moment(LIFE),
    "MoveDifference": lambda: what_if().moves[0],
    "Payback": lambda: sj.payback(value(), 20.0, LOYAL),
    "Sensitivity": lambda: value().sensitivity(LOYAL, LIFE),
    "SolutionAccuracy": lambda: value().accuracy(),
    "StartMoments": lambda: sj.value_moments(value()).from_start(LOYAL),
    "StartValue": lambda: value().start_value({NEW: 0.5, LOYAL: 0.5}),
    "ValueInterval": lambda: fitted_value().interval(0.9),
    "ValueLaw": lambda: sj.value_law(value(), LOYAL, relative_error=0.05),
    "ValueMoments": lambda: sj.value_moments(value()),
    "WhatIf": what_if,
    # path
    "Absorption": lambda: sj.absorption(CHAIN),
    "FirstPassage": lambda: sj.first_passage(CHAIN, QUIET, horizon=20),
    "Forecast": lambda: sj.forecast(CHAIN, {LOYAL: 100.0}, periods=40),
    "Hitting": lambda: sj.hitting(CHAIN, [QUIET]),
    "Stationary": lambda: sj.stationary(CHAIN),
    "StationaryLaw": lambda: sj.stationary(CHAIN).laws[0],
    # trust
    "AnswerInterval": lambda: uncertain().interval(0.9),
    "Departure": lambda: fit_tests().visits.departures[0],
    "DwellTest": lambda: dwell(),
    "FitTests": fit_tests,
    "InformationCriteria": lambda: fit_tests().criteria,
    "OrderLikelihood": lambda: fit_tests().criteria.orders[0],
    "OrderTest": lambda: fit_tests().order,
    "PossibleChains": lambda: sj.trust.possible_chains(fit(), 0.9),
    "RowsTest": lambda: fit_tests().visits,
    "SegmentTest": segments,
    "SegmentValue": lambda: segments().values[0],
    "StateDwellTest": lambda: dwell().by_state[0],
    "StateInformation": lambda: sj.trust.value_of_information(fitted_value()).ranking()[0],
    "StateTest": lambda: fit_tests().visits.by_state[0],
    "StayLength": lambda: dwell().by_state[0].lengths[0],
    "TestResult": lambda: fit_tests().visits.overall,
    "Uncertain": uncertain,
    "ValueBounds": lambda: sj.value_bounds(fitted_value(), 0.9),
    "ValueOfInformation": lambda: sj.trust.value_of_information(fitted_value()),
    # simulation
    "ChainSchedule": lambda: sj.simulation.ChainSchedule([CHAIN, CHAIN]),
    "CohortPath": lambda: cohorts()[1],
    "CohortSimulation": cohorts,
    "Intervention": lambda: sj.simulation.Intervention(2, chain=CHAIN, rewards={LOYAL: 1.0}),
    "QuantileInterval": lambda: (
        sj.simulate_scenario(
            scenario(), horizon=3, discount_factor=1, stop_at=sj.simulation.StopAt(quantile_width=stop_width()), seed=1
        ).quantile_interval
    ),
    "QuantileWidth": lambda: stop_width(),
    "Scenario": lambda: scenario(),
    "ScenarioComparison": comparison,
    "ScenarioSimulation": lambda: sj.simulate_scenario(scenario(), customers=50, horizon=4, discount_factor=1, seed=1),
    "SimulatedMean": lambda: comparison().mean_difference,
    "SimulatedValue": lambda: simulation().value,
    "Simulation": simulation,
    "StopAt": lambda: sj.simulation.StopAt(standard_error=0.5, quantile_width=stop_width()),
    "WrittenJourneys": lambda: sj.simulation.WrittenJourneys(3, 12),
    # market
    "BudgetSplit": split,
    "DeliveryGap": lambda: sj.market.delivery_gap(market(), NEW, LOYAL, believed=0.4, felt=0.3, horizon=4),
    "ExperienceSource": lambda: sj.market.ExperienceSource("<b>", good={LOYAL: 0.3}),
    "Extinction": lambda: sj.market.extinction(CHAIN, {LOYAL: 0.2}),
    "Generations": lambda: referral_value().generations(3),
    "Market": market,
    "MarketEquilibrium": equilibrium,
    "MarketPath": lambda: sj.market_path(market(), horizon=4),
    "MarketPeople": lambda: sj.market.simulate_market_people(market(), horizon=4, seed=1),
    "MarketReputation": lambda: sj.market.MarketReputation(
        NEW, sources=[sj.market.ExperienceSource("friends", bad={QUIET: 0.6})], onward=[LOYAL], good=3.0
    ),
    "MarketSimulation": simulated_market,
    "MarketThreshold": lambda: sj.market.market_threshold(market(), NEW, LOYAL),
    "NumberInterval": lambda: reputation_fit().sensitivity_interval(0.9),
    "OffspringCandidate": lambda: sj.market.offspring_law(referrals()).candidates[0],
    "OffspringFit": lambda: sj.market.offspring_law(referrals()),
    "Policy": lambda: sj.Policy(
        "<b>", moves={(NEW, LOYAL): 0.4}, rewards={LOYAL: 1.0}, price=1.1, referrals={LOYAL: 1.0}, advertising=0.1
    ),
    "PolicyComparison": policies,
    "PolicyOutcome": lambda: policies()["never"],
    "Progeny": lambda: sj.market.progeny(CHAIN, {LOYAL: 0.1}),
    "QuadrantTotal": lambda: quadrants().totals[0],
    "QuadrantTotals": lambda: quadrants().totals,
    "RateInterval": lambda: rates().interval(0.9),
    "ReferralCounts": referrals,
    "ReferralLever": lambda: referral_value().sensitivity(LOYAL).levers()[0],
    "ReferralLevers": lambda: referral_value().sensitivity(LOYAL).levers(),
    "ReferralQuadrants": quadrants,
    "ReferralSensitivity": lambda: referral_value().sensitivity(LOYAL, LIFE),
    "ReferralStartValue": lambda: referral_value().start_value(LOYAL),
    "ReferralValue": referral_value,
    "Referrals": lambda: referral_value().referrals,
    "ReputationFit": reputation_fit,
    "ReputationLaw": lambda: sj.market.ReputationLaw(sensitivity=2.0),
    "ResponseCurve": lambda: sj.market.ResponseCurve(1.0, 10.0),
    "SharingCounts": ratings,
    "SharingRates": lambda: sj.market.sharing_rates(ratings(), prior_periods=1.0),
    "StateRates": rates,
    "WordOfMouthReport": lambda: referrals().report,
    # model
    "Model": lambda: sj.model.Model(fit(), rewards={LOYAL: 1.0}, annual_discount_rate=0.1, provenance={"log": "<b>"}),
}

NO_RESULTS = {"ChainDraws": "draws chains on demand and holds no numbers of its own"}


def stop_width() -> sj.simulation.QuantileWidth:
    return sj.simulation.QuantileWidth(0.5, 30.0)


def exported() -> set[str]:
    wings = (sj.chain, sj.data, sj.value, sj.path, sj.trust, sj.simulation, sj.market, sj.model)
    return {name for wing in wings for name in wing.__all__ if isinstance(getattr(wing, name), type)}


every = pytest.mark.parametrize("make", EXAMPLES.values(), ids=EXAMPLES.keys())


class Cells(HTMLParser):
    """The text of the cells of a page, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def is_table(columns: dict[str, Any]) -> bool:
    return any(isinstance(column, np.ndarray) for column in columns.values())


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    np.testing.assert_equal(b, a)
    kinds = [[getattr(x, "dtype", type(x)) for x in columns.values()] for columns in (a, b)]
    return list(a) == list(b) and kinds[0] == kinds[1]


def test_every_exported_class_has_an_example_or_a_reason_not_to() -> None:
    assert exported() == EXAMPLES.keys() | NO_RESULTS.keys()
    assert not EXAMPLES.keys() & NO_RESULTS.keys()
    for name, make in EXAMPLES.items():
        assert type(make()).__name__ == name


@every
def test_printing_shows_numbers_and_no_name_breaks_a_line(make: Callable[[], Any]) -> None:
    result = make()
    text = str(result)
    assert re.search(r"\d", text), text
    assert "nan" not in text.lower()
    assert "\t" not in text
    assert "qui\net" not in text
    assert len(text.splitlines()) < 60


@every
def test_repr_stays_one_line(make: Callable[[], Any]) -> None:
    assert len(repr(make()).splitlines()) == 1


@every
def test_to_dict_gives_columns_of_one_length_or_named_values(make: Callable[[], Any]) -> None:
    columns = make().to_dict()
    assert columns
    assert all(isinstance(name, str) for name in columns)
    if is_table(columns):
        assert all(isinstance(column, np.ndarray) and column.ndim == 1 for column in columns.values())
        assert len({len(column) for column in columns.values()}) == 1
    else:
        assert all(x is None or isinstance(x, str | bool | int | float) for x in columns.values())


@every
@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_frame_of_each_backend_holds_the_table(backend: str, make: Callable[[], Any]) -> None:
    module = pytest.importorskip(backend)
    result = make()
    frame = result.to_frame(backend)
    assert isinstance(frame, module.Table if backend == "pyarrow" else module.DataFrame)
    names = list(map(str, frame.column_names if backend == "pyarrow" else frame.columns))
    columns = result.to_dict()
    if isinstance(result, sj.chain.StateValues):
        assert names == ["state", "value"]
        assert len(frame) == len(columns)
    elif is_table(columns):
        assert names == list(columns)
        assert len(frame) == len(next(iter(columns.values())))
    else:
        assert names == list(columns)
        assert len(frame) == 1


@every
def test_a_page_is_a_table_whose_names_stay_text(make: Callable[[], Any]) -> None:
    result = make()
    html = result._repr_html_()
    page = Cells(html)
    assert page.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert "table" in page.tags
    assert any(re.search(r"\d", cell) for cell in page.cells), html
    assert "nan" not in [cell.lower() for cell in page.cells]


@every
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_copies_are_equal(again: Callable[[Any], Any], make: Callable[[], Any]) -> None:
    result = make()
    other = again(result)
    assert type(other) is type(result)
    assert same(result.to_dict(), other.to_dict())
    assert str(other) == str(result)
    assert repr(other) == repr(result)


@every
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickles_come_back_equal(protocol: int, make: Callable[[], Any]) -> None:
    result = make()
    other = pickle.loads(pickle.dumps(result, protocol))
    assert type(other) is type(result)
    assert same(result.to_dict(), other.to_dict())
    assert str(other) == str(result)
    assert other._repr_html_() == result._repr_html_()
    if type(result).__eq__ is not object.__eq__ and not isinstance(result, sj.path.Forecast):
        assert other == result


@every
def test_the_state_of_something_else_is_refused(make: Callable[[], Any]) -> None:
    cls = type(make())
    if cls.__module__ != "sojourn._core":
        pytest.skip("a class of Python, pickled by Python itself")
    for state in ((), ("foreign",) * 30):
        blank = cls.__new__(cls)
        with pytest.raises((ValueError, TypeError)):
            blank.__setstate__(state)


def test_values_per_state_are_a_mapping_from_names_and_an_array() -> None:
    found = value().residual
    assert dict(found) == found.to_dict() == dict(zip(found.keys(), found.values(), strict=True))
    assert NEW in found
    assert "nobody" not in found
    assert found.get(NEW) == found[NEW]
    assert (found.get("nobody"), found.get("nobody", 1.0)) == (None, 1.0)
    assert list(found) == found.values() == np.asarray(found).tolist()


def test_a_series_is_mapped_by_values_per_state() -> None:
    pd = pytest.importorskip("pandas")
    customers = pd.Series([LOYAL, NEW, LOYAL])
    found = value().residual
    assert customers.map(found).tolist() == [found[LOYAL], found[NEW], found[LOYAL]]


def test_a_forecast_is_an_array_that_knows_its_states() -> None:
    path = sj.forecast(CHAIN, {LOYAL: 100.0}, periods=4)
    assert (path.states, path.period) == (CHAIN.states, CHAIN.period)
    assert np.asarray(path) is path.values
    assert path.shape == (5, 4)
    assert type(path[1]) is type(path * 2) is type(path.round()) is np.ndarray
    assert (path[1] == path.values[1]).all()
    assert (path == path.values).all()
    assert (path.sum(axis=1) == path.values.sum(axis=1)).all()
    assert np.concatenate([path, path]).shape == (10, 4)


def test_parts_of_a_pickled_simulation_add_up_to_the_whole() -> None:
    options: dict[str, Any] = {
        "horizon": 6,
        "rewards": REWARDS,
        "discount_factor": 0.9,
        "outputs": ("value", "journeys"),
    }
    whole = sj.simulate(CHAIN, customers=60, **options)
    parts = [sj.simulate(CHAIN, customers=30, first_customer=k, **options) for k in (0, 30)]
    again = sj.Simulation.merge([pickle.loads(pickle.dumps(part)) for part in parts])
    assert again.value == whole.value
    for one, other in zip(again.journey_columns().values(), whole.journey_columns().values(), strict=True):
        assert (one == other).all()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_keeps_a_result(protocol: int) -> None:
    for x in (CHAIN, value(), value().mean):
        assert str(pickle.loads(pickle.dumps(x, protocol))) == str(x)


@pytest.mark.parametrize("output", ["value", "value_summary", "end_times", "moves", "revenue", "journeys", "occupancy"])
def test_a_simulation_is_shown_whatever_was_asked_for(output: str) -> None:
    run = sj.simulate(CHAIN, customers=20, horizon=4, rewards=REWARDS, discount_factor=0.9, outputs=output)
    assert "20" in str(run)
    assert ("survivors" in run._repr_html_()) == (output == "occupancy")
