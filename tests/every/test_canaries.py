"""Canary people go every way in, and stay apart everywhere: no table, call or maker of theirs can be forgotten."""

import ast
from collections.abc import Iterable, Iterator, Mapping

import pytest

from dashboard.api.calls import call_of
from dashboard.api.intake import VIEWS
from dashboard.services.canaries.ways import NOT_TAKEN, WAYS
from models import CanaryKey, models_of_persons
from models.canary import MARKED, UNMARKED, keys_of
from tests.every.sources import parsed, sources

MAKERS = "dashboard/services/canaries/"


def untaken(calls: Iterable[str], taken: Iterable[str], excused: Mapping[str, str]) -> list[str]:
    """Calls of the contract that no canary makes, with the line to write."""
    missing = sorted(set(calls) - set(taken) - set(excused))
    return [f'{name}: write Way(LEAVER, "{name}", …) in services/canaries/ways.py, or its reason' for name in missing]


def untied(tables: Mapping[str, tuple[str, ...]], excused: Mapping[str, str]) -> list[str]:
    """Tables of persons in which a canary could not be told from a person."""
    bare = [name for name, keys in tables.items() if not keys and name not in excused]
    return [f"{name}: no column leads to a mark; mark its rows (MARKED), or say why not (UNMARKED)" for name in bare]


def makers(texts: Mapping[str, str]) -> Iterator[str]:
    """Places outside the makers' room that mark somebody, or ask in a canary's name."""
    for path, text in texts.items():
        for node in ast.walk(parsed(text)):
            marks = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CanaryKey"
            asks = isinstance(node, ast.keyword) and node.arg == "canary"
            if (marks or asks) and not path.startswith(MAKERS):
                yield f"{path}: only {MAKERS} may make a canary"


def test_every_call_is_made_by_a_canary_when_the_contract_has_it():
    calls = {view.__name__: call_of(view) for view in VIEWS}

    missing = untaken(calls, (way.call for way in WAYS), NOT_TAKEN)

    assert not missing, "\n".join(missing)
    assert {way.call for way in WAYS} | set(NOT_TAKEN) == set(calls), "a way or an excuse outlived its call"


def test_every_table_of_persons_leads_to_a_mark_when_it_is_mapped():
    tables = {model.__tablename__: keys_of(model) for model in models_of_persons()}

    bare = untied(tables, UNMARKED)

    assert not bare, "\n".join(bare)
    assert set(MARKED) | set(UNMARKED) <= set(tables)
    assert {name for name in UNMARKED if tables[name]} == set()


def test_nobody_else_makes_a_canary_when_the_source_is_read():
    assert list(makers(sources())) == []
    assert CanaryKey.__name__ == "CanaryKey"


def test_excuses_are_sentences_when_they_are_given():
    hollow = [name for name, why in {**NOT_TAKEN, **UNMARKED}.items() if len(why) < 15 or not why.endswith(".")]

    assert hollow == []


def test_a_call_is_named_when_no_canary_makes_it():
    missing = untaken(["add_ticket", "add_wish"], ["add_ticket"], {})

    assert [line.split(":")[0] for line in missing] == ["add_wish"]


def test_a_table_is_named_when_nothing_in_it_leads_to_a_mark():
    bare = untied({"ticket": ("id",), "wish": ()}, {})

    assert [line.split(":")[0] for line in bare] == ["wish"]


@pytest.mark.parametrize("text", ['session.add(CanaryKey(key="k"))', 'Asked("removal", "a@b.example", canary=True)'])
def test_a_maker_is_named_when_it_stands_elsewhere(text: str):
    assert len(list(makers({"dashboard/api/new.py": text}))) == 1
