"""Logs in, pages out: what the tests of the report and of the command line share."""

from __future__ import annotations

import csv
from html.parser import HTMLParser
from pathlib import Path

import sojourn as sj
from sojourn.cli import main


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text.append(data)

    @property
    def ids(self) -> list[str]:
        return [value for _, name, value in self.attributes if name == "id"]


def parse(page: Path) -> Seen:
    seen = Seen()
    seen.feed(page.read_text(encoding="utf-8"))
    seen.close()
    return seen


def visible(page: Path) -> str:
    """The words of a page, as a reader sees them."""
    return " ".join(" ".join(parse(page).text).split())


def write(folder: Path, text: str | bytes, name: str = "orders.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def page_of(folder: Path, *words: str) -> Path:
    """The page that a command of the command line writes below the folder."""
    assert main([*words, "--out", str(folder / "out")]) == 0
    return folder / "out" / "index.html"


def rows_of(page: Path, name: str) -> list[dict[str, str]]:
    """A table beside a page."""
    with (page.parent / "tables" / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def model_of(page: Path) -> sj.model.Model:
    """The model beside a page."""
    return sj.load_model(str(page.parent / "model.json"))
