"""``sojourn demo``: the report of a bundled log."""

from __future__ import annotations

import argparse
from importlib import resources

from sojourn.cli.parser import Parser
from sojourn.cli.report import run_report
from sojourn.cli.report_options import add_options as add_report_options

EXAMPLES = """
examples:
  sojourn demo
  sojourn demo --out somewhere/else
"""
WORDS = (
    *("--customer", "customer_id", "--time", "date", "--state", "stage", "--value", "amount"),
    *("--lifecycle", "six_stages", "--period", "month", "--annual-discount-rate", "0.10", "--currency", "$"),
    *("--title", "A demonstration: 600 simulated customers"),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where to write."""
    parser.add_argument("--out", default="sojourn-demo", metavar="DIR", help="folder of the page (sojourn-demo)")
    parser.add_argument("--quiet", action="store_true", help="no progress, only the path")


def run_demo(args: argparse.Namespace) -> None:
    """``sojourn demo``."""
    parser = Parser(prog="sojourn report")
    add_report_options(parser)
    with resources.as_file(resources.files("sojourn") / "data" / "demo_log.csv") as log:
        words = [str(log), *WORDS, "--out", args.out, *(["--quiet"] if args.quiet else [])]
        run_report(parser.parse_args(words), simulated_log=True)
