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

from sojourn.cli.arguments import build_parser
from sojourn.cli.report import run_demo, run_report
from sojourn.cli.simulate import run_simulate
from sojourn.report.errors import DataError, UsageError

COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "report": run_report,
    "demo": run_demo,
    "simulate": run_simulate,
}


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
        COMMANDS[args.command](args)
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
