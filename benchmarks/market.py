"""How fast does a market live? `simulate_market` and `simulate_market_people` beside NumPy and Mesa, in one process.

``pip install 'sojourn[bench]'``, then ``python benchmarks/market.py``. Contestants take turns, and the best round of
each counts, so that ratios hold on a busy machine. All of them live the same market: moves, contacts with who brought
whom, advertising, people who return, and shared experiences that move the searchers. Beside every speed stands the
share of people inside after the last period less that of the mean field, which chance alone should explain.

A person-period is one person of the market, wherever he stands, for one period. A peer that is not installed is named
and left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from common import Contestant, Goal, Table, answer, machine, parser, peer, race, seconds, times

import sojourn as sj

HORIZON = 60
ROUNDS = 9
STATES = ["zmot", "fmot", "satisfied", "loyal", "unhappy", "lapsed"]
P = np.array(
    [
        [0.30, 0.30, 0.00, 0.00, 0.00, 0.40],
        [0.00, 0.00, 0.70, 0.00, 0.30, 0.00],
        [0.00, 0.00, 0.80, 0.08, 0.05, 0.07],
        [0.00, 0.00, 0.05, 0.92, 0.01, 0.02],
        [0.00, 0.00, 0.10, 0.00, 0.50, 0.40],
        [0.00, 0.00, 0.00, 0.00, 0.00, 1.00],
    ]
)
CONTACTS = np.array([0.0, 0.0, 0.10, 0.30, 0.0, 0.0])
GOOD = np.array([0.0, 0.0, 0.20, 0.40, 0.0, 0.0])
BAD = np.array([0.0, 0.0, 0.0, 0.0, 0.60, 0.0])
STOCK = np.array([0.02, 0.01, 0.20, 0.15, 0.02, 0.10])  # shares of the people
ADVERTISING, RETURNS = 0.02, 0.05
RETENTION, PRIOR, SENSITIVITY, REFERENCE = 0.8, 5.0, 2.0, 0.5
INSIDE = slice(0, 5)
POOL = 6

mesa = peer("mesa")


def market(people: int) -> sj.Market:
    """The market of all contestants, in our words."""
    return sj.Market(
        sj.Chain(STATES, P, period="month"),
        people=people,
        stock=np.floor(STOCK * people),
        referrals=CONTACTS,
        advertising=ADVERTISING,
        returns=RETURNS,
        reputation=sj.market.MarketReputation(
            "zmot",
            sources=[sj.market.ExperienceSource(good=GOOD, bad=BAD)],
            retention=RETENTION,
            prior_good=PRIOR,
            prior_bad=PRIOR,
            sensitivity=SENSITIVITY,
            reference=REFERENCE,
        ),
    )


def first_states(people: int) -> Any:
    """Where everybody stands at the start; the pool is one state more."""
    counts = np.floor(STOCK * people).astype(int)
    return np.repeat(np.arange(7), [*counts, people - counts.sum()])


def search_row(good: float, bad: float) -> Any:
    """The row of the searchers at a reputation."""
    rho = (PRIOR + good) / (2 * PRIOR + good + bad)
    odds = P[0, 1] / (1 - P[0, 1]) * np.exp(SENSITIVITY * (rho - REFERENCE))
    row = P[0] * (1 / (1 + odds)) / (1 - P[0, 1])
    row[1] = odds / (1 + odds)
    return row


@dataclass
class Lived:
    """What a market came to: people inside after the last period, of how many."""

    inside: int
    people: int


# --- contestants ------------------------------------------------------------------------------------------------------


def our_numbers(people: int, paths: int, threads: int | None) -> Callable[[], Lived]:
    """`simulate_market`."""
    living = market(people)

    def live() -> Lived:
        found = sj.simulate_market(living, horizon=HORIZON, paths=paths, seed=1, threads=threads)
        return Lived(int(found.occupancy[0, -1, INSIDE].sum()), people)

    return live


def our_people(people: int, threads: int | None) -> Callable[[], Lived]:
    """`simulate_market_people`."""
    living = market(people)

    def live() -> Lived:
        found = sj.market.simulate_market_people(living, horizon=HORIZON, seed=1, threads=threads)
        return Lived(int(found.numbers.occupancy[0, -1, INSIDE].sum()), people)

    return live


def numpy_numbers(people: int) -> Callable[[], Lived]:
    """Numbers per state, by the multinomial and binomial draws of NumPy."""

    def live() -> Lived:
        rng = np.random.default_rng(1)
        now = np.floor(STOCK * people).astype(np.int64)
        good = bad = 0.0
        matrix = P.copy()
        occupancy = np.zeros((HORIZON + 1, 6), dtype=np.int64)
        for t in range(HORIZON):
            occupancy[t] = now
            matrix[0] = search_row(good, bad)
            pool = people - now.sum()
            referred = rng.binomial(pool, -np.expm1(-(CONTACTS @ now) / people))
            advertised = rng.binomial(pool - referred, ADVERTISING)
            good = RETENTION * good + rng.poisson(GOOD @ now)
            bad = RETENTION * bad + rng.poisson(BAD @ now)
            back = rng.binomial(now[5], RETURNS)
            now = rng.multinomial(now, matrix).sum(axis=0)
            now[5] -= back
            now[0] += referred + advertised
        occupancy[HORIZON] = now
        return Lived(int(now[INSIDE].sum()), people)

    return live


def numpy_people(people: int) -> Callable[[], Lived]:
    """All persons at once, period by period: one binary search moves everybody inside (row `i` of the ladder lies
    between `i` and `i + 1`); contacts are scattered over the people, and the first to reach somebody brings him.
    """

    def live() -> Lived:
        rng = np.random.default_rng(1)
        state = first_states(people)
        brought_by = np.full(people, -1)
        arrived = np.where(state == POOL, -1, 0)
        good = bad = 0.0
        matrix = P.copy()
        for t in range(HORIZON):
            matrix[0] = search_row(good, bad)
            ladder = (np.cumsum(matrix, axis=1) + np.arange(6)[:, None]).ravel()
            ladder[5::6] = np.arange(1, 7)
            inside = np.flatnonzero(state < 5)
            gone = np.flatnonzero(state == 5)
            pool = np.flatnonzero(state == POOL)
            where = state[inside]
            # Contacts, one after another by whom they are made, in an order without meaning.
            telling = inside[CONTACTS[where] > 0]
            contacts = np.repeat(telling, rng.poisson(CONTACTS[state[telling]]))
            rng.shuffle(contacts)
            met = rng.integers(0, people, len(contacts))
            fresh = state[met] == POOL
            reached, first = np.unique(met[fresh], return_index=True)
            by = contacts[fresh][first]
            by_advertising = pool[rng.random(len(pool)) < ADVERTISING]
            sharing = rng.poisson(GOOD[where])
            complaining = rng.poisson(BAD[where])
            good = RETENTION * good + sharing.sum()
            bad = RETENTION * bad + complaining.sum()
            state[inside] = np.searchsorted(ladder, where + rng.random(len(inside)), side="right") % 6
            state[gone[rng.random(len(gone)) < RETURNS]] = POOL
            state[by_advertising] = 0
            state[reached] = 0
            new = arrived[reached] < 0
            brought_by[reached[new]] = by[new]
            arrived[reached[new]] = t + 1
            arrived[by_advertising[arrived[by_advertising] < 0]] = t + 1
        return Lived(int((state < 5).sum()), people)

    return live


def mesa_people(people: int) -> Callable[[], Lived]:
    """An agent per person: whoever is inside moves, tells and shares in his own step."""
    rows = [np.cumsum(row).tolist() for row in P]

    class Person(mesa.Agent):  # type: ignore[misc]
        def __init__(self, model: Any, state: int) -> None:
            super().__init__(model)
            self.state = self.next = state
            self.brought_by: Any = None

        def step(self) -> None:
            """Draw what this person does in a period."""
            model = self.model
            state = self.state
            if state == POOL:
                if self.next == POOL and model.random.random() < ADVERTISING:
                    self.next = 0
                return
            if state == 5:
                if model.random.random() < RETURNS:
                    self.next = POOL
                return
            for _ in range(model.rng.poisson(CONTACTS[state]) if CONTACTS[state] else 0):
                other = model.people[int(model.random.random() * people)]
                if other.state == POOL and other.brought_by is None:
                    other.brought_by = self
                if other.state == POOL:
                    other.next = 0
            model.shared[0] += model.rng.poisson(GOOD[state]) if GOOD[state] else 0
            model.shared[1] += model.rng.poisson(BAD[state]) if BAD[state] else 0
            u = model.random.random()
            row = model.rows[state]
            to = 0
            while to < 5 and u >= row[to]:
                to += 1
            self.next = to

        def advance(self) -> None:
            """Let it come true."""
            self.state = self.next

    class Market(mesa.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(seed=1)
            self.people = [Person(self, int(state)) for state in first_states(people)]
            self.rows = [list(row) for row in rows]
            self.shared = [0, 0]

        def run(self) -> None:
            """Live all periods."""
            good = bad = 0.0
            for _ in range(HORIZON):
                self.rows[0] = np.cumsum(search_row(good, bad)).tolist()
                self.shared = [0, 0]
                self.agents.do("step")
                self.agents.do("advance")
                good = RETENTION * good + self.shared[0]
                bad = RETENTION * bad + self.shared[1]

    def live() -> Lived:
        model = Market()
        model.run()
        return Lived(sum(person.state < 5 for person in model.people), people)

    return live


# --- the table --------------------------------------------------------------------------------------------------------

TABLE = Table(
    ("market", "contestant", "people", "time", "periods per s", "person-periods per s", "ratio", "goal", "inside"),
    (12, 34, 12, 9, 14, 21, 8, 14, 12),
)


def compare(question: str, field: list[tuple[Contestant, int, Goal | None]], rounds: int) -> None:
    """Everyone in turn; ratios are to the first, per period of a path in numbers and per person-period otherwise."""
    race([one for one, _, _ in field], rounds)
    share = sj.market_path(market(10**12), horizon=HORIZON).inside[-1] / 1e12
    mine: float | None = None
    for one, paths, goal in field:
        people = one.answer.people
        per_period = one.best / (paths * HORIZON)
        unit = per_period if question == "numbers" else per_period / people
        mine = mine or unit
        TABLE.show(
            (
                question,
                one.name,
                f"{people:,}",
                seconds(one.best),
                f"{1 / per_period:.3g}",
                f"{people / per_period:.3g}",
                f"{unit / mine:.3g}",
                goal.verdict(unit / mine) if goal else "",
                f"{one.answer.inside / people - share:+.5f}",
            )
        )


def numbers() -> None:
    """A hundred million people, and few, as numbers per state."""
    large = 100_000_000
    compare(
        "numbers",
        [
            (Contestant("simulate_market, 1 thread", our_numbers(large, 64, 1)), 64, None),
            (Contestant("simulate_market, all threads", our_numbers(large, 64, None)), 64, None),
            (Contestant("simulate_market, one path", our_numbers(large, 1, 1)), 1, None),
            (Contestant("the same of 10,000 people", our_numbers(10_000, 64, 1)), 64, None),
            (Contestant("NumPy multinomial", numpy_numbers(large)), 1, None),
        ],
        ROUNDS,
    )


def people() -> None:
    """One by one, with who brought whom."""
    size = 1_000_000
    field: list[tuple[Contestant, int, Goal | None]] = [
        (Contestant("simulate_market_people, 1 thread", our_people(size, 1)), 1, None),
        (Contestant("simulate_market_people, all", our_people(size, None)), 1, None),
        (Contestant("NumPy, all at once", numpy_people(size)), 1, times(20.0)),
    ]
    if mesa:
        field.append((Contestant("Mesa, an agent each", mesa_people(2_000)), 1, None))
    compare("persons", field, ROUNDS)


def main() -> None:
    """Asks the questions named, or both."""
    questions: dict[str, Callable[[], None]] = {"numbers": numbers, "people": people}
    given = parser("Markets, timed beside other tools.", questions).parse_args()
    answer(questions, given.questions or questions, TABLE, given.markdown, machine())


if __name__ == "__main__":
    main()
