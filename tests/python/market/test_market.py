"""A living market: the mean field, whole people, who brought whom, and a good guest of the interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sojourn as sj

STATES = ["zmot", "fmot", "satisfied", "unhappy", "lapsed"]
CHAIN = sj.Chain(
    STATES,
    [
        [0.3, 0.3, 0.0, 0.0, 0.4],
        [0.0, 0.0, 0.6, 0.4, 0.0],
        [0.0, 0.0, 0.85, 0.05, 0.1],
        [0.0, 0.0, 0.1, 0.5, 0.4],
        [0.0, 0.0, 0.0, 0.0, 1.0],
    ],
    period="month",
)
FRIENDS = sj.market.ExperienceSource("friends", good={"satisfied": 0.3}, bad={"unhappy": 0.6})
REPUTATION: dict[str, Any] = {
    "sources": [FRIENDS],
    "retention": 0.8,
    "prior_good": 5,
    "prior_bad": 5,
    "sensitivity": 2.0,
}


def market(**changes: Any) -> sj.Market:
    options: dict[str, Any] = {
        "people": 100_000,
        "rewards": {"satisfied": 20.0, ("fmot", "satisfied"): 5.0},
        "stock": {"satisfied": 2000, "unhappy": 300, "lapsed": 50},
        "referrals": {"satisfied": 0.3, ("unhappy", "satisfied"): 0.5},
        "arrives_at": {"zmot": 0.8, "fmot": 0.2},
        "advertising": 0.01,
        "advertising_cost": 100.0,
        "referred_cost": 1.0,
        "advertised_cost": 6.0,
        "returns": 0.05,
        "reputation": sj.market.MarketReputation("zmot", **REPUTATION),
    }
    return sj.Market(CHAIN, **{**options, **changes})


def same(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def test_everybody_is_somewhere_in_every_period() -> None:
    path = sj.market_path(market(), horizon=24)
    assert path.occupancy.shape == (25, 5)
    assert path.occupancy.sum(axis=1) + path.pool == pytest.approx(np.full(25, 100_000.0), rel=1e-13)
    assert path.inside + path.gone + path.pool == pytest.approx(np.full(25, 100_000.0), rel=1e-13)
    assert path.referred.shape == path.costs.shape == (24,)
    assert path.reputation.shape == path.good.shape == (25,)
    assert path.occupancy[0].tolist() == [0, 0, 2000, 300, 50]


def test_a_period_of_the_market_is_what_its_formula_says() -> None:
    path = sj.market_path(market(), horizon=1, discount_factor=0.9)
    contacts = 2000 * 0.3 + 300 * 0.1 * 0.5
    pool = 100_000 - 2350
    referred = pool * (1 - np.exp(-contacts / 100_000))
    advertised = (pool - referred) * 0.01
    assert path.referred[0] == pytest.approx(referred, rel=1e-12)
    assert path.advertised[0] == pytest.approx(advertised, rel=1e-12)
    assert path.occupancy[1, 0] == pytest.approx(0.8 * (referred + advertised), rel=1e-12)
    assert path.occupancy[1, 4] == pytest.approx(0.95 * 50 + 0.1 * 2000 + 0.4 * 300, rel=1e-12)
    assert path.good[1] == pytest.approx(0.3 * 2000)
    assert path.reputation.tolist() == pytest.approx([0.5, (5 + 600) / (10 + 600 + 180)])
    assert path.profit == pytest.approx(2000 * 20 - 100 - 0.9 * (referred + 6 * advertised), rel=1e-12)


def test_arrivals_of_bass_form_are_reached_as_the_period_shrinks() -> None:
    p, q, time = 0.03, 0.38, 5.0
    left = np.exp(-(p + q) * time)
    exact = (1 - left) / (1 + q / p * left)
    assert exact == pytest.approx(0.33120, abs=5e-6)
    errors = []
    for parts in (8, 16, 32, 64):
        adopters = sj.Market(
            sj.Chain(["adopted"], [[1.0]]), people=10**12, referrals=[q / parts], advertising=p / parts
        )
        errors.append(sj.market_path(adopters, horizon=5 * parts).occupancy[-1, 0] / 1e12 - exact)
    assert np.array(errors[:-1]) / np.array(errors[1:]) == pytest.approx(np.full(3, 2.0), rel=0.03)


def test_simulated_numbers_go_round_the_mean_field() -> None:
    """Means of 400 paths within 5 standard errors of the mean field: 5 states and the pool at 25 times."""
    found = sj.simulate_market(market(), horizon=24, paths=400, seed=1)
    path = sj.market_path(market(), horizon=24)
    assert found.occupancy.shape == (400, 25, 5)
    assert found.occupancy.dtype == found.pool.dtype == np.int64
    assert (found.occupancy.sum(axis=2) + found.pool == 100_000).all()
    error = found.occupancy.std(axis=0) / 20
    assert (abs(found.occupancy.mean(axis=0) - path.occupancy) <= 5 * error + 0.3).all()
    assert found.profit.mean() == pytest.approx(path.profit, abs=5 * found.profit.std() / 20)


def test_a_hundred_million_people_are_counted_to_the_last() -> None:
    large = market(people=100_000_000, stock={"satisfied": 2_000_000})
    found = sj.simulate_market(large, horizon=60, seed=3)
    assert (found.occupancy.sum(axis=2) + found.pool == 100_000_000).all()
    path = sj.market_path(large, horizon=60)
    assert abs(found.occupancy[0] / 1e8 - path.occupancy / 1e8).max() < 1e-3


def test_persons_have_the_numbers_of_their_market_and_a_tree() -> None:
    people = sj.market.simulate_market_people(market(), horizon=24, seed=5)
    numbers = people.numbers
    assert (numbers.occupancy.sum(axis=2) + numbers.pool == 100_000).all()
    assert numbers.n_paths == 1
    assert np.bincount(people.state[people.state >= 0], minlength=5).tolist() == numbers.occupancy[0, -1].tolist()
    children = np.flatnonzero(people.brought_by >= 0)
    parents = people.brought_by[children]
    assert (parents < children).all()
    assert (people.arrived[parents] < people.arrived[children]).all()
    assert (people.generation[children] == people.generation[parents] + 1).all()
    assert (people.generation[people.brought_by < 0] == 0).all()
    assert people.generations().tolist() == np.bincount(people.generation).tolist()
    assert people.brought().sum() == len(children)
    assert (people.arrived == 0).sum() == 2350
    assert len(people) == len(people.arrived)


def test_the_same_market_comes_out_for_any_threads_and_in_parts() -> None:
    whole = sj.simulate_market(market(), horizon=12, paths=11, seed=7, threads=1)
    again = sj.simulate_market(market(), horizon=12, paths=11, seed=7, threads=3)
    part = sj.simulate_market(market(), horizon=12, paths=4, first_path=7, seed=7)
    for name in ("occupancy", "pool", "referred", "advertised", "good", "reputation", "revenue", "costs", "profit"):
        assert same(getattr(whole, name), getattr(again, name))
        assert same(getattr(whole, name)[7:], getattr(part, name))
    one = sj.market.simulate_market_people(market(), horizon=12, seed=7, threads=1)
    two = sj.market.simulate_market_people(market(), horizon=12, seed=7, threads=2)
    for name in ("arrived", "brought_by", "generation", "state"):
        assert same(getattr(one, name), getattr(two, name))


def test_an_equilibrium_stands_still() -> None:
    (found,) = sj.market.market_equilibria(market())
    assert found.is_stable
    assert found.spectral_radius < 1
    assert found.residual < 1e-11
    assert found.pool + sum(found.occupancy) == pytest.approx(100_000)
    last = sj.market_path(market(), horizon=2000)
    assert last.occupancy[-1] == pytest.approx(np.array(found.occupancy), rel=1e-9)
    assert last.revenue[-1] - last.costs[-1] == pytest.approx(found.profit, rel=1e-9)
    assert last.reputation[-1] == pytest.approx(found.reputation, rel=1e-9)


def test_the_threshold_parts_growing_from_shrinking() -> None:
    contagious = market(referrals={"satisfied": 0.8})
    found = sj.market.market_threshold(contagious, "fmot", "satisfied")
    assert found.grows_above
    assert found.current == 0.6
    assert found.growth_now == sj.market.market_growth(contagious) > 1
    row = CHAIN.transition_matrix[1].copy()
    row[[2, 3]] = found.probability, 1 - found.probability
    at = sj.Market(
        CHAIN.with_row("fmot", row),
        people=100_000,
        referrals={"satisfied": 0.8},
        arrives_at={"zmot": 0.8, "fmot": 0.2},
        reputation=sj.market.MarketReputation("zmot", **REPUTATION),
    )
    assert sj.market.market_growth(at) == pytest.approx(1.0, abs=1e-10)
    with pytest.raises(ValueError, match=r"whatever the probability .* the base shrinks: its growth factor"):
        sj.market.market_threshold(market(referrals=None), "fmot", "satisfied")


def test_the_delivery_gap_is_money_between_two_paths() -> None:
    gap = sj.market.delivery_gap(
        market(), "fmot", "satisfied", believed=0.8, felt=0.08, horizon=36, annual_discount_rate=0.1
    )
    assert gap.profit == gap.felt.profit - gap.believed.profit < 0
    assert gap.felt.reputation[-1] < gap.believed.reputation[-1]
    assert "0.08 instead of 0.8 for 'fmot' → 'satisfied'" in str(gap)


def test_a_market_is_changed_by_a_copy() -> None:
    base = market()
    louder = base.replace(advertising=0.05)
    assert sj.market_path(louder, horizon=1).advertised[0] > sj.market_path(base, horizon=1).advertised[0]
    assert same(sj.market_path(base.replace(), horizon=5).occupancy, sj.market_path(base, horizon=5).occupancy)
    assert base.people == louder.people == 100_000
    assert base.chain == CHAIN
    with pytest.raises(TypeError, match="advertisng"):
        base.replace(advertisng=0.05)


def test_a_fit_brings_its_money_and_first_states() -> None:
    journeys = sj.simulate(
        CHAIN,
        customers=4000,
        horizon=24,
        rewards={"satisfied": 20.0},
        outputs="journeys",
        start={"zmot": 0.5, "fmot": 0.5},
        seed=1,
    ).journeys()
    fit = sj.fit_chain(journeys)
    path = sj.market_path(sj.Market(fit, people=1000, advertising=0.5), horizon=2)
    assert path.occupancy[1].sum() == pytest.approx(500)
    assert path.occupancy[1, :2] == pytest.approx(np.array([250, 250]), abs=20)  # half of 4,000, within 5 errors
    assert path.revenue.tolist() == [0, 0]
    assert sj.market_path(sj.Market(fit, people=1000, advertising=0.5), horizon=3).revenue[2] > 0


def test_tables_have_a_row_per_path_and_time() -> None:
    table = sj.simulate_market(market(), horizon=3, paths=2, first_path=4).to_dict()
    assert list(table) == ["path", "period", "pool", "reputation", *STATES]
    assert table["path"].tolist() == [4] * 4 + [5] * 4
    assert table["period"].tolist() == [0, 1, 2, 3] * 2
    alone = sj.market_path(market(reputation=None), horizon=3).to_dict()
    assert list(alone) == ["period", "pool", "inside", "gone", *STATES]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_tables_become_frames(backend: Any) -> None:
    pytest.importorskip(backend)
    assert sj.simulate_market(market(), horizon=3, paths=2).to_frame(backend).shape == (8, 9)
    assert sj.market_path(market(), horizon=3).to_frame(backend).shape == (4, 10)


def test_arrays_are_read_only_and_outlive_what_they_came_from() -> None:
    found = sj.simulate_market(market(), horizon=3)
    people = sj.market.simulate_market_people(market(), horizon=3)
    path = sj.market_path(market(), horizon=3)
    arrays = [found.occupancy, found.pool, found.profit, people.arrived, people.numbers.occupancy, path.occupancy]
    copies = [array.copy() for array in arrays]
    del found, people, path
    for array, kept in zip(arrays, copies, strict=True):
        assert not array.flags.writeable
        assert same(array, kept)


def test_a_market_tells_what_it_did() -> None:
    found = sj.simulate_market(market(), horizon=3, paths=2, seed=9, discount_factor=0.99)
    for words in ("100,000 people", "3 periods", "2 paths", "seed 9", "0.99", "reputation at 'zmot'"):
        assert words in found.definition
    assert repr(found) == "MarketSimulation(2 paths, 3 periods, seed=9)"
    assert repr(market()) == "Market(5 states, people=100000)"
    assert repr(FRIENDS) == "ExperienceSource('friends', weight=1.0)"
    assert "person by person" in str(sj.market.simulate_market_people(market(), horizon=2))


def test_progress_is_told_and_what_it_raises_stops_the_run() -> None:
    calls: list[tuple[int, int]] = []
    sj.simulate_market(market(), horizon=5, paths=40, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (40, 40)
    calls.clear()
    sj.market.simulate_market_people(market(), horizon=5, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (5, 5)

    class StopItError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise StopItError

    with pytest.raises(StopItError):
        sj.simulate_market(market(), horizon=5, paths=40, progress=stop)
    with pytest.raises(StopItError):
        sj.market.simulate_market_people(market(), horizon=5, progress=stop)


def test_a_progress_bar_changes_no_number(capfd: pytest.CaptureFixture[str]) -> None:
    shown = sj.simulate_market(market(), horizon=5, progress=True)
    assert same(shown.occupancy, sj.simulate_market(market(), horizon=5).occupancy)
    capfd.readouterr()


def test_a_fitted_law_makes_the_reputation_of_a_market() -> None:
    law = sj.market.ReputationLaw(sensitivity=2.0, retention=0.8)
    path = {"horizon": 12}
    by_law = sj.market_path(market(reputation=sj.market.MarketReputation("zmot", law=law)), **path)
    by_numbers = sj.market_path(
        market(reputation=sj.market.MarketReputation("zmot", sensitivity=2.0, retention=0.8)), **path
    )
    assert by_law.inside.tolist() == by_numbers.inside.tolist()
    with pytest.raises(TypeError, match="law: holds"):
        sj.market.MarketReputation("zmot", law=law, sensitivity=1.5)
    with pytest.raises(TypeError, match="law: expected a ReputationLaw, found float"):
        sj.market.MarketReputation("zmot", law=0.5)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"people": 2349}, ValueError, "people: the market has 2,349, fewer than stand in its states"),
        ({"people": 0, "stock": None}, ValueError, "people: must be from 1"),
        ({"people": 1.5}, TypeError, "people: expected a whole number"),
        ({"stock": {"satisfied": 1.5}}, ValueError, "stock: holds 1.5 people in 'satisfied'"),
        ({"stock": {"loyal": 1}}, IndexError, "stock: unknown state 'loyal'"),
        ({"stock": {"satisfied": -1}}, ValueError, "stock: holds -1 people"),
        ({"referrals": {"satisfied": -0.1}}, ValueError, r"referrals: .*'satisfied'.*-0.1"),
        ({"referrals": {("fmot", "satisfied"): -1}}, ValueError, "referrals: the move 'fmot' → 'satisfied'"),
        ({"referrals": {"loyal": 1}}, IndexError, "referrals: unknown state 'loyal'"),
        ({"arrives_at": "loyal"}, IndexError, "arrives_at: unknown state 'loyal'"),
        ({"arrives_at": [0.5, 0.4, 0, 0, 0]}, ValueError, "arrives_at: sums to 0.9"),
        ({"advertising": 1.5}, ValueError, "advertising: must be a probability"),
        ({"advertising_cost": -1}, ValueError, "advertising_cost: must be a number of at least 0"),
        ({"returns": float("nan")}, ValueError, "returns: must be a probability"),
        ({"reputation": 0.5}, TypeError, "reputation: expected a MarketReputation"),
        ({"reputation": sj.market.MarketReputation("search")}, IndexError, "search"),
        ({"reputation": sj.market.MarketReputation("lapsed")}, ValueError, "never left"),
        (
            {
                "reputation": sj.market.MarketReputation(
                    "zmot", sources=[sj.market.ExperienceSource("web", good={"x": 1})]
                )
            },
            IndexError,
            "source 'web': good: unknown state 'x'",
        ),
    ],
)
def test_markets_that_cannot_be_are_refused(changes: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        market(**changes)


@pytest.mark.parametrize(
    ("law", "says"),
    [
        ({"prior_good": 0}, "prior_good"),
        ({"prior_bad": -1}, "prior_bad"),
        ({"retention": 1.0}, "retention"),
        ({"reference": 1.2}, "reference"),
        ({"sensitivity": float("inf")}, "sensitivity"),
    ],
)
def test_reputations_that_cannot_be_are_refused(law: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        sj.market.MarketReputation("zmot", **law)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"horizon": 0}, ValueError, "horizon: .*found 0"),
        ({"horizon": 3, "paths": 0}, ValueError, "paths: .*found 0"),
        ({"horizon": 3, "first_path": -1}, ValueError, "first_path: .*found -1"),
        ({"horizon": 3, "threads": -1}, ValueError, "threads: .*found -1"),
        ({"horizon": 3, "seed": -1}, ValueError, "seed: expected a whole number from 0"),
        ({"horizon": 10**7, "paths": 10**7}, ValueError, "simulate_market: not enough memory .*first_path"),
        ({"horizon": 3, "discount_rate": 0.1}, ValueError, "simulate_market: discount_rate=0.1 has no unit"),
        ({"horizon": 3, "progress": 3}, TypeError, "progress: expected True, False or a function"),
    ],
)
def test_options_out_of_range_are_refused_by_name(options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        sj.simulate_market(market(), **options)


def test_persons_refuse_what_only_numbers_can_do() -> None:
    with pytest.raises(ValueError, match="simulate_market takes any number"):
        sj.market.simulate_market_people(market(people=3_000_000_000), horizon=3)
