"""What the public headers cost whoever includes them.

CPU seconds of the compiler for Eigen alone, the forward header, a chain and the umbrella, the median of several runs
each, and how many times Eigen alone that is.

Usage: ``python benchmarks/compile_time.py [--compiler c++] [--eigen /usr/include/eigen3] [--repeats 5]``
"""

from __future__ import annotations

import argparse
import resource
import shlex
import statistics
import subprocess
import tempfile
from pathlib import Path

INCLUDE = Path(__file__).resolve().parent.parent / "include"
SOURCES = {
    "Eigen/Core, Eigen/SparseCore": "#include <Eigen/Core>\n#include <Eigen/SparseCore>\n",
    "sojourn/fwd.hpp": "#include <sojourn/fwd.hpp>\n",
    "sojourn/chain/chain.hpp": "#include <sojourn/chain/chain.hpp>\n",
    "sojourn/sojourn.hpp": "#include <sojourn/sojourn.hpp>\n",
}
MODES = {"-fsyntax-only": ["-fsyntax-only"], "-c -O0": ["-c", "-O0", "-o", "/dev/null"]}


def cpu_seconds(command: list[str]) -> float:
    """Run a command; the CPU seconds that it took, its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a table; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--eigen", default="/usr/include/eigen3")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.cpp"
        for mode, flags in MODES.items():
            command = [*shlex.split(options.compiler), "-std=c++20", f"-I{INCLUDE}", "-isystem", options.eigen, *flags]
            base = None
            print(f"{options.compiler} {mode}")
            for name, text in SOURCES.items():
                source.write_text(text, encoding="utf-8")
                seconds = statistics.median(cpu_seconds([*command, str(source)]) for _ in range(options.repeats))
                base = base or seconds
                print(f"  {name:30} {seconds:6.2f} s  {seconds / base:5.2f} x")


if __name__ == "__main__":
    main()
