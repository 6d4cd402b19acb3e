"""Every setting, command and target is documented, and what the README names is there."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import click
import pytest
from flask import Flask

from dashboard.app import create_app
from dashboard.config import Settings
from tests.every.sources import ROOT

PARTS = {"help", "lint", "types", "coverage"}
"""Targets that `make help` leaves out: itself, and what `make check` is made of."""
MADE = ("var/", ".venv/")
"""What the README names and a first run makes."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application on an empty database."""
    return create_app({"DEMO": "1", "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('documents') / 'empty.db'}"})


def prose() -> str:
    """The README and every document."""
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def commands(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def unsaid_settings(names: list[str], document: str) -> list[str]:
    return [
        f"{name}: run `make docs`; docs/settings.md lacks its line" for name in names if f"| `{name}` |" not in document
    ]


def unsaid_commands(names: list[str], document: str) -> list[str]:
    missing = [n for n in names if f"`{n}`" not in document and not re.search(rf"flask --app wsgi {n}\b", document)]
    return [f"{name}: write `flask --app wsgi {name}` in README.md or docs/" for name in missing]


def targets(makefile: str) -> set[str]:
    """Every target a person may name: no file, no folder, no variable."""
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.MULTILINE))


def named_paths(text: str) -> set[str]:
    """The files and folders a document names, in backticks or as a link; addresses and patterns are none."""
    quoted = (
        re.findall(r"`([^`\s]+)`", text)
        + re.findall(r"\]\(([^)#\s]+)\)", text)
        + re.findall(r"(?<=\s)deploy/\S+\.py", text)
    )
    looks = [q for q in quoted if re.fullmatch(r"[\w.-]+(/[\w.-]*)+|[\w-]+\.(py|md|txt|toml)", q)]
    return {path for path in looks if not path.startswith(MADE)}


def missing_paths(text: str, root: Path) -> list[str]:
    absent = sorted(path for path in named_paths(text) if not (root / path).exists())
    return [f"{path}: README.md names it, and it does not exist" for path in absent]


def heads(changelog: str) -> Mapping[str, list[str]]:
    """The sections of each release, in order."""
    releases = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    return {r.partition("\n")[0]: re.findall(r"^### (.+)$", r, re.MULTILINE) for r in releases}


def test_every_setting_is_documented_when_the_code_reads_it():
    names = [item.name.upper() for item in fields(Settings)]

    missing = unsaid_settings(names, (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))

    assert not missing, "\n".join(missing)
    assert all(len(item.metadata["text"]) > 10 for item in fields(Settings))


def test_every_command_is_documented_when_the_command_line_has_it(app: Flask):
    found = dict(commands(app.cli))

    missing = unsaid_commands(list(found), prose())

    assert not missing, "\n".join(missing)
    assert not [name for name, command in found.items() if not command.help]


def test_no_library_adds_a_command_when_the_command_line_is_put_together(app: Flask):
    found = dict(commands(app.cli))

    foreign = [
        n for n, command in found.items() if not getattr(command.callback, "__module__", "").startswith("dashboard.")
    ]

    assert not foreign, f"switch these off in dashboard/sign_in.py, they pass by the agreement of two: {foreign}"


def test_every_target_is_in_the_help_when_the_makefile_has_it():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    told = set(re.findall(r"^  make (\w+)", said, re.MULTILINE))
    assert targets(makefile) - told == PARTS, "write `target: ## what it does` in the Makefile"


def test_every_target_the_readme_names_is_there_when_it_is_read():
    named = set(re.findall(r"`?make ([a-z]+)\b(?=`|  )", (ROOT / "README.md").read_text(encoding="utf-8")))

    missing = named - targets((ROOT / "Makefile").read_text(encoding="utf-8"))

    assert {"run", "test"} <= named
    assert not missing, f"README.md names targets the Makefile lacks: {sorted(missing)}"


def test_privacy_and_security_come_first_when_the_changelog_is_read():
    releases = heads((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))

    amiss = [name for name, sections in releases.items() if sorted(sections[:2]) != ["Privacy", "Security"]]

    assert releases
    assert not amiss, f"begin these releases of CHANGELOG.md with ### Privacy and ### Security: {amiss}"


def test_every_file_is_there_when_the_readme_names_it():
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    missing = missing_paths(text, ROOT)

    assert len(named_paths(text)) > 8
    assert not missing, "\n".join(missing)


def test_a_setting_is_named_when_its_line_is_missing():
    document = "| `PORT` | `8000` | The port. |"

    missing = unsaid_settings(["PORT", "COLOUR"], document)

    assert missing == ["COLOUR: run `make docs`; docs/settings.md lacks its line"]


def test_a_command_is_named_when_no_document_says_it():
    group = click.Group(
        "all", commands=[click.Group("staff", commands=[click.Command("invite")]), click.Command("eat")]
    )

    missing = unsaid_commands([name for name, _ in commands(group)], "Use `flask --app wsgi staff invite ADDRESS`.")

    assert missing == ["eat: write `flask --app wsgi eat` in README.md or docs/"]


def test_a_target_is_found_when_it_is_silent():
    makefile = "BIN := x\n.PHONY: run\nrun: stamp ## runs\n\techo: hello\nsilent:\n.venv/x: y\nwith-dash: run\n"

    found = targets(makefile)

    assert found == {"run", "silent", "with-dash"}


def test_a_path_is_named_when_the_readme_invents_it(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    text = (
        "See `docs/`, `docs/nothing.md`, [the plan](plan.md), `/api/v1/x`, `models/<table>.py`, `var/outbox/`, `a:b`."
    )

    missing = missing_paths(text, tmp_path)

    assert [line.split(":")[0] for line in missing] == ["docs/nothing.md", "plan.md"]


def test_a_release_is_seen_when_it_begins_with_something_else():
    changelog = "# Changelog\n\n## Unreleased\n\n### Added\n- A thing.\n### Privacy\n- A promise.\n"

    releases = heads(changelog)

    assert releases == {"Unreleased": ["Added", "Privacy"]}
