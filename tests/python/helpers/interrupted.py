"""Ctrl-C, sent to a program in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import sojourn as sj

needs_signals = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX sends them")


def environment() -> dict[str, str]:
    """In which a fresh interpreter finds what this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(sj.__file__).parents[1]), *sys.path])}


def seconds_to_stop(prepare: str, run: str, is_under_way: Callable[[], bool]) -> float:
    """How long `run` goes on after Ctrl-C, which comes once it is under way."""
    lines = [
        "import sys, time",
        "import sojourn as sj",
        prepare,
        "print('ready', flush=True)",
        "try:",
        textwrap.indent(run, "    "),
        "except KeyboardInterrupt:",
        "    print(time.time(), flush=True)",
        "    sys.exit(3)",
    ]
    child = subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        end = time.monotonic() + 30
        while not is_under_way():
            assert child.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        assert child.poll() is None
        sent = time.time()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    assert child.returncode == 3, err
    return float(out) - sent


def after(seconds: float) -> Callable[[], bool]:
    """True once so much time has passed since it was first asked."""
    begun: list[float] = []

    def is_over() -> bool:
        begun.append(time.monotonic())
        return begun[-1] - begun[0] >= seconds

    return is_over
