"""Who brings whom: the options of the report, and the file of referrals."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sojourn.cli.arguments import real
from sojourn.report.errors import DataError, UsageError

if TYPE_CHECKING:
    from sojourn.report.sections.word_of_mouth.analysis import Given

MOST_NEWCOMERS = 1e6  # per customer and period
MOST_MONEY = 1e12
COLUMNS = ("referrer", "referred", "referral_time")
EXTRAS = ("arrives_at", "acquisition_cost", "referral_cycles")


def state_rate(text: str) -> tuple[str, float]:
    """Reads STATE=RATE."""
    name, equals, rate = text.rpartition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not STATE=RATE, such as loyalty=0.05")
    return name.strip(), real("a rate of newcomers per customer and period", 0.0, MOST_NEWCOMERS)(rate.strip())


def add_word_of_mouth(parser: argparse.ArgumentParser) -> None:
    """What `sojourn report` may be told of referrals."""
    group = parser.add_argument_group(
        "word of mouth", "newcomers whom customers bring: rates that you know, or a file of who brought whom"
    )
    source = group.add_mutually_exclusive_group()
    source.add_argument(
        "--referral-rate",
        type=state_rate,
        action="append",
        metavar="STATE=RATE",
        help="newcomers per customer and period in a state; repeat it for other states",
    )
    source.add_argument("--referrals", metavar="FILE", help=".csv, .csv.gz or .parquet, one row per referral")
    group.add_argument("--referrer", metavar="COL", help="column of the customer who brought, an id of the log")
    group.add_argument("--referred", metavar="COL", help="column of the customer who was brought")
    group.add_argument("--referral-time", metavar="COL", help="column of the date or time, written as in the log")
    group.add_argument(
        "--referral-cycles",
        choices=("refuse", "drop"),
        default=None,
        help="rows whose referrer was himself brought by the one he brings (refuse)",
    )
    group.add_argument(
        "--arrives-at",
        metavar="STATE",
        help="where newcomers begin; without it, as those in the file, or as the customers of the log",
    )
    group.add_argument(
        "--acquisition-cost",
        type=real("a cost", 0.0, MOST_MONEY),
        metavar="AMOUNT",
        help="paid for each newcomer who is brought (0)",
    )


def check_word_of_mouth(args: argparse.Namespace) -> None:
    """Refuses options that do not go together, before any work."""
    columns = [name for name in COLUMNS if getattr(args, name) is not None]
    if args.referrals is None:
        for name in (*columns, *(["referral_cycles"] if args.referral_cycles else [])):
            raise UsageError(
                f"sojourn report: {option(name)} speaks of a file of referrals; name it by --referrals FILE"
            )
        for name in EXTRAS:
            if getattr(args, name) is not None and not args.referral_rate:
                raise UsageError(
                    f"sojourn report: {option(name)} speaks of newcomers whom customers bring; say how many by "
                    "--referral-rate STATE=RATE or --referrals FILE"
                )
        named = [state for state, _ in args.referral_rate or []]
        for state in named:
            if named.count(state) > 1:
                raise UsageError(f"sojourn report: --referral-rate: {state!r} has {named.count(state)} rates; give one")
        return
    missing = [f"{option(name)} COL" for name in COLUMNS if name not in columns]
    if missing:
        raise UsageError(f"sojourn report: --referrals needs the names of its columns; add {', '.join(missing)}")
    if args.referrer == args.referred:
        raise UsageError(
            f"sojourn report: --referrer and --referred both name {args.referrer!r}; one brings, the other is brought"
        )
    if args.period is not None and args.period.is_step:
        raise UsageError(
            "sojourn report: --referrals counts newcomers per period, and --period step has no length; say month, week "
            "or quarter, or give rates per event by --referral-rate"
        )


def option(name: str) -> str:
    """An argument as it is typed."""
    return "--" + name.replace("_", "-")


def read_referrals(args: argparse.Namespace, text: Any) -> Any:
    """The columns of the file of referrals, or nothing."""
    from sojourn.report.read import read_log

    if args.referrals is None:
        return None
    log = read_log(args.referrals, [args.referrer, args.referred, args.referral_time], text)
    if args.time_unit:
        from sojourn.cli.report import whole_times

        times = whole_times(log.table.column(args.referral_time), args.referral_time, log.notes)
        place = log.table.column_names.index(args.referral_time)
        log.table = log.table.set_column(place, args.referral_time, times)
    return log


def given_referrals(args: argparse.Namespace, log: Any, journeys: Any, customers: Any) -> Given | None:
    """What the options say of newcomers: rates by hand, or from the file; nothing when they say nothing."""
    from sojourn.report.sections.word_of_mouth.analysis import Given

    if args.referral_rate is None and log is None:
        return None
    names = list(journeys.states.names)
    exits = list(journeys.lifecycle.exits)
    if args.arrives_at is not None:
        check_state("--arrives-at", args.arrives_at, names)
        if args.arrives_at in exits:
            raise DataError(
                f"--arrives-at: {args.arrives_at!r} is where customers have left for good; nobody begins there, name "
                f"another state"
            )
    more = {"arrives_at": args.arrives_at, "acquisition_cost": args.acquisition_cost or 0.0}
    if log is None:
        for state, rate in args.referral_rate:
            check_state("--referral-rate", state, names)
            if rate > 0 and state in exits:
                raise DataError(
                    f"--referral-rate: customers in {state!r} have left for good and bring nobody; leave its rate out"
                )
        return Given(by_hand=dict(args.referral_rate), **more)
    counts, strangers = count_referrals(args, log, journeys, customers)
    return Given(
        counts=counts,
        source=Path(args.referrals).name,
        not_in_log=strangers,
        malformed=log.malformed,
        notes=list(log.notes),
        **more,
    )


def check_state(name: str, state: str, names: Sequence[str]) -> None:
    """Refuses a state that the chain does not have, with the nearest that it has."""
    if state not in names:
        near = difflib.get_close_matches(state, names, 1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(f"{name}: no state {state!r}, the states are {', '.join(names)}{guess}")


def count_referrals(args: argparse.Namespace, log: Any, journeys: Any, customers: Any) -> tuple[Any, int]:
    """The rows placed in the journeys, and how many tell of somebody who is not in the log of customers.

    A newcomer who is in the log counts, even when he came too late for a period of his own.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    import sojourn as sj
    from sojourn.report.sections.word_of_mouth.analysis import Given

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
