"""
The command line: ``sojourn report``, ``sojourn demo``, ``sojourn simulate``.

Exit codes: 0 done, 1 the data or a file cannot be used, 2 the options are wrong, 130 stopped by Ctrl-C. Errors are one
sentence on stderr; the last line on stdout is the bare path of what was made.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

import sojourn as sj
from sojourn.cli import demo, report_options, simulate
from sojourn.cli.demo import run_demo
from sojourn.cli.parser import Parser
from sojourn.cli.report import run_report
from sojourn.cli.simulate import run_simulate
from sojourn.report.errors import DataError, UsageError

EXAMPLES = """
examples:
  sojourn demo
  sojourn report orders.csv --customer customer_id --time date --value amount \\
      --period month --churn-after 6 --annual-discount-rate 0.10 --out report/
  sojourn simulate report/model.json --customers 1000000 --horizon 60
"""


class Command(NamedTuple):
    """One word after ``sojourn``."""

    run: Callable[[argparse.Namespace], None]
    add_options: Callable[[argparse.ArgumentParser], None]
    help: str
    description: str
    examples: str


COMMANDS = {
    "report": Command(
        run_report,
        report_options.add_options,
        "a log in, one page out",
        "Reads a log, fits the chain, values and simulates customers, and writes one "
        "self-contained page with its tables.",
        report_options.EXAMPLES,
    ),
    "demo": Command(
        run_demo,
        demo.add_options,
        "the report of a bundled log",
        "Writes the report of a small log that sojourn itself simulated.",
        demo.EXAMPLES,
    ),
    "simulate": Command(
        run_simulate,
        simulate.add_options,
        "customers from a model file",
        "Simulates customers from a model file and sums up what they were worth.",
        simulate.EXAMPLES,
    ),
}


def build_parser() -> Parser:
    """All commands and options."""
    parser = Parser(
        prog="sojourn", description="What is a customer worth, why, and what should we do next.", epilog=EXAMPLES
    )
    parser.add_argument("--version", action="version", version=f"sojourn {sj.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command", parser_class=Parser)
    for name, command in COMMANDS.items():
        command.add_options(
            commands.add_parser(name, help=command.help, description=command.description, epilog=command.examples)
        )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    command = "sojourn"
    try:
        parser = build_parser()
        args = parser.parse_args(arguments)
        if args.command is None:
            parser.print_help()
            return 0
        command = f"sojourn {args.command}"
        COMMANDS[args.command].run(args)
        sys.stdout.flush()
        return 0
    except UsageError as error:
        return fail(str(error), 2)
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (DataError, ValueError, IndexError, RuntimeError, ImportError, OSError) as error:
        if os.environ.get("SOJOURN_TRACEBACK"):
            raise
        return fail(f"{command}: {one_line(error)}", 1)
    except KeyboardInterrupt:
        return fail(f"{command}: stopped", 130)
    except MemoryError:
        return fail(f"{command}: out of memory; give fewer customers or a smaller log", 1)
    except Exception as error:
        if os.environ.get("SOJOURN_TRACEBACK"):
            raise
        return fail(f"{command}: {type(error).__name__}: {one_line(error)}; set SOJOURN_TRACEBACK=1 to see where", 1)


def one_line(error: BaseException) -> str:
    """A message on one line."""
    words = " ".join(str(error.args[0] if isinstance(error, KeyError) and error.args else error).split())
    return words or type(error).__name__


def fail(words: str, code: int) -> int:
    """One sentence on stderr."""
    print(words, file=sys.stderr)
    return code
