"""Who brings whom: rates that were given, or the file of referrals counted in the journeys."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sojourn as sj
from sojourn.report.errors import DataError
from sojourn.report.options import check_state
from sojourn.report.read import read_log, whole_times

# Why a row of the file was not counted, by the field of the library's report.
REASONS = {
    "missing_customer": "no referrer",
    "missing_referred": "nobody referred",
    "missing_time": "no time",
    "invalid_time": "a time that could not be read",
    "unknown_customer": "the referrer has no counted period in the log of customers",
    "self_referral": "a customer who brings himself",
    "before_first_event": "before the referrer’s own first event",
    "referred_twice": "the referred was brought before; the first row counts",
    "cycles": "the referrer was himself brought by the one he brings",
    "after_leaving": "in the period in which the referrer left, or after it",
    "after_last_period": "after the last counted period of the referrer",
    "between_periods": "the referrer’s state is not known then",
}


@dataclass
class Given:
    """What was said of newcomers: rates by hand, or counts from a file."""

    by_hand: dict[str, float] | None = None
    counts: Any = None
    source: str = ""
    not_in_log: int = 0  # rows whose referred is nowhere in the log of customers
    malformed: int = 0
    arrives_at: str | None = None
    acquisition_cost: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return int(self.counts.report.rows_read) + self.malformed

    def dropped(self) -> list[tuple[str, int]]:
        """Why rows of the file were not counted, and how many."""
        told = dict(self.counts.report.to_dict())
        told["missing_referred"] -= self.not_in_log
        found = [("not split into as many columns as the header", self.malformed)]
        found += [(reason, int(told[name])) for name, reason in REASONS.items()]
        found.insert(3, ("the referred is not in the log of customers", self.not_in_log))
        return [(reason, rows) for reason, rows in found if rows]


def row_counts(given: Given) -> list[tuple[str, int]]:
    """Rows read, used and dropped by reason."""
    dropped = [(f"dropped: {reason}", rows) for reason, rows in given.dropped()]
    return [("read", given.rows), ("used", int(given.counts.report.rows_used)), *dropped]


def read_file(args: argparse.Namespace, text: Any) -> Any:
    """The columns of the file of referrals, or nothing."""
    if args.referrals is None:
        return None
    log = read_log(args.referrals, [args.referrer, args.referred, args.referral_time], text)
    if args.time_unit:
        times = whole_times(log.table.column(args.referral_time), args.referral_time, log.notes)
        place = log.table.column_names.index(args.referral_time)
        log.table = log.table.set_column(place, args.referral_time, times)
    return log


def given(args: argparse.Namespace, file: Any, log: Any, journeys: Any) -> Given:
    """What the options say of newcomers: rates by hand, or counts of the file."""
    names, exits = list(journeys.states.names), list(journeys.lifecycle.exits)
    if args.arrives_at is not None:
        check_state("--arrives-at", args.arrives_at, names)
        if args.arrives_at in exits:
            raise DataError(
                f"--arrives-at: {args.arrives_at!r} is where customers have left for good; nobody begins there, name "
                f"another state"
            )
    more = {"arrives_at": args.arrives_at, "acquisition_cost": args.acquisition_cost or 0.0}
    if file is None:
        for state, rate in args.referral_rate:
            check_state("--referral-rate", state, names)
            if rate > 0 and state in exits:
                raise DataError(
                    f"--referral-rate: customers in {state!r} have left for good and bring nobody; leave its rate out"
                )
        return Given(by_hand=dict(args.referral_rate), **more)
    counts, strangers = count_referrals(args, file, journeys, log.table.column(args.customer))
    return Given(
        counts=counts,
        source=Path(args.referrals).name,
        not_in_log=strangers,
        malformed=file.malformed,
        notes=list(file.notes),
        **more,
    )


def count_referrals(args: argparse.Namespace, log: Any, journeys: Any, customers: Any) -> tuple[Any, int]:
    """The rows placed in the journeys, and how many tell of somebody who is not in the log of customers.

    A newcomer who is in the log counts, even when he came too late for a period of his own.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    who = as_ids(log.table.column(args.referrer), customers.type, "--referrer", args.referrer)
    whom = as_ids(log.table.column(args.referred), customers.type, "--referred", args.referred)
    is_known = pc.is_in(whom, value_set=pc.unique(customers))
    strangers = pc.and_(pc.and_(pc.is_valid(who), pc.is_valid(whom)), pc.invert(is_known))
    table = pa.table(
        {
            "referrer": who,
            "referred": pc.if_else(strangers, pa.scalar(None, whom.type), whom),
            "time": log.table.column(args.referral_time),
        }
    )
    try:
        counts = sj.referral_counts(
            table,
            journeys=journeys,
            referrer="referrer",
            referred="referred",
            time="time",
            cycles=args.referral_cycles or "refuse",
            unknown_referred="keep",
            time_format=args.time_format,
            time_unit=args.time_unit,
        )
    except (ValueError, TypeError) as error:
        words = str(error).removeprefix("referral_counts: ").replace("(cycles = drop)", "(--referral-cycles drop)")
        raise DataError(f"{args.referrals}: {words}") from error
    n = int(pc.sum(pc.cast(strangers, pa.int64())).as_py() or 0)
    if counts.report.rows_used == 0:
        why = "; ".join(f"{rows:,}: {what}" for what, rows in Given(counts=counts, not_in_log=n).dropped())
        raise DataError(f"{args.referrals}: tells of no newcomer who can be counted ({why})")
    return counts, n


def as_ids(column: Any, kind: Any, name: str, called: str) -> Any:
    """Ids as the log of customers has them: text or whole numbers; empty text is no id."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        if pa.types.is_string(column.type):
            column = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
            if not pa.types.is_string(kind):
                column = pc.utf8_trim_whitespace(column)
        return column if column.type == kind else pc.cast(column, kind)
    except (pa.ArrowException, NotImplementedError) as error:
        raise DataError(
            f"{name}: column {called!r} holds {column.type}, the customers of the log are {kind}; give the same ids"
        ) from error
