"""The options of word of mouth, and which of them go together."""

from __future__ import annotations

import argparse

from sojourn.report.errors import UsageError
from sojourn.report.options import option, real

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


def add_options(parser: argparse.ArgumentParser) -> None:
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


def is_asked(args: argparse.Namespace) -> bool:
    """Whether newcomers are spoken of, by rates or by a file."""
    return bool(args.referral_rate or args.referrals)


def check(args: argparse.Namespace) -> None:
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
