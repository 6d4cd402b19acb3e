"""Nothing that is committed is unfinished, or tells where and by whom it was made."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.every.sources import ROOT, committed

UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|STUB|HACK|WIP)\b")
ROOMS = ("dashboard/", "models/", "templates/", "migrations/", "deploy/", "wsgi.py", "scheduler.py")
PLACES = re.compile(r"(?<![\w.~}-])/(?:work|home|Users|root|workspace)/[\w.-]+|[A-Z]:\\Users\\")
"""Folders of whoever wrote it."""
FOREIGN = ("static/vendor/", "tests/browser/vendor/")
"""What others wrote and published; kept as it came."""
TEXT = {
    ".py",
    ".html",
    ".md",
    ".txt",
    ".toml",
    ".css",
    ".js",
    ".json",
    ".csv",
    ".ini",
    ".cfg",
    ".po",
    ".in",
    ".mako",
    ".yml",
    ".yaml",
    "",
}


def faults(path: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        if path.startswith(ROOMS) and (found := UNFINISHED.search(line)):
            yield f"{path}:{number}: finish what {found[0]} leaves open"
        if found := PLACES.search(line):
            yield f"{path}:{number}: {found[0]!r} is a place of whoever wrote it; name it from the project's folder"


def kept() -> Iterator[Path]:
    """Every committed file of words that is ours."""
    for file in committed():
        path = file.relative_to(ROOT).as_posix()
        if file.suffix in TEXT and not path.startswith(FOREIGN):
            yield file


def test_nothing_is_unfinished_or_out_of_place_when_it_is_committed():
    files = list(kept())

    found = [
        fault
        for file in files
        for fault in faults(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8", errors="replace"))
    ]

    assert len(files) > 200
    assert not found, "\n".join(found)


def test_no_file_is_left_over_when_it_is_committed():
    names = [file.relative_to(ROOT).as_posix() for file in committed()]

    left = [name for name in names if re.search(r"(\.orig|\.rej|\.bak|\.swp|~|\.pyc|\.db|\.log|\.DS_Store)$", name)]

    assert not left, f"remove these and name them in .gitignore: {left}"


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "STUB"])
@pytest.mark.parametrize("path", ["dashboard/views/new.py", "models/new.py", "templates/new.html"])
def test_a_line_is_named_when_it_is_unfinished(path: str, word: str):
    text = f"first line\n# {word}: write this\n"

    found = list(faults(path, text))

    assert found == [f"{path}:2: finish what {word} leaves open"]


@pytest.mark.parametrize("folder", ["work", "home", "Users", "root", "workspace"])
def test_a_line_is_named_when_it_tells_where_it_was_made(folder: str):
    text = f'open("/{folder}/someone/x.py")'

    found = list(faults("tests/new.py", text))

    assert len(found) == 1
    assert found[0].startswith("tests/new.py:1: ")


@pytest.mark.parametrize("line", ["url = '/admin/{}/list'", "See docs/{}/plan.md", "a stubborn todo list", "~/{}/x"])
def test_a_line_passes_when_it_only_sounds_alike(line: str):
    found = list(faults("dashboard/new.py", line.format("work")))

    assert found == []
