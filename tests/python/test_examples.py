"""The examples run, tell the same story in both languages, and stand in the README as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
DEMO_LOG = ROOT / "python" / "sojourn" / "data" / "demo_log.csv"


def run_example(name: str, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments], capture_output=True, text=True, check=False, cwd=EXAMPLES
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize(
    ("name", "arguments"), [("quickstart", []), ("orders_to_value", [str(DEMO_LOG)]), ("word_of_mouth", [])]
)
def test_an_example_prints_the_same_in_both_languages(name: str, arguments: list[str]) -> None:
    folder = os.environ.get("SOJOURN_EXAMPLES")
    if not folder:
        pytest.skip("SOJOURN_EXAMPLES is not set: no folder with the C++ examples")
    cpp = subprocess.run([str(Path(folder) / name), *arguments], capture_output=True, text=True, check=True)
    assert run_example(f"{name}.py", *arguments) == cpp.stdout


def test_the_readme_shows_the_quickstart_as_it_is_and_what_it_prints() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert (EXAMPLES / "quickstart.py").read_text(encoding="utf-8") in readme
    assert run_example("quickstart.py") in readme


def test_every_file_and_folder_that_the_readme_links_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = [part.split(")")[0] for part in readme.split("](")[1:]]
    local = [target for target in targets if not target.startswith(("http://", "https://"))]
    assert local
    assert [target for target in local if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_runs_from_top_to_bottom(path: Path) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    pytest.importorskip("scipy")
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(path, as_version=4)
    assert any(cell.get("outputs") for cell in notebook.cells), "the notebook is kept with its outputs"
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(EXAMPLES)}}).execute()
