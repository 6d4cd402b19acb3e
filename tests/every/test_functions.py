"""Functions and files stay short enough to be read at once."""

from collections.abc import Iterator, Mapping

import pytest

from tests.every.sources import functions, parsed, sources

HARD, WANTED, FILE = 30, 20, 320
LONGER = {
    "dashboard/app.py:flask_settings": "One line per setting.",
    "dashboard/services/accounts.py:of_my_cases": "One query, its columns written out, and its lines of the log.",
    "dashboard/services/traces.py:read": "Recorded, committed, then returned: the order is the point.",
    "dashboard/services/follow_ups.py:record_attempt": "One line of checks per thing a rep may enter.",
    "dashboard/services/access_log.py:_line": "One line per column.",
    "dashboard/demo/live.py:keep_going": "One loop that runs until it is told to stop.",
    "models/usage.py:error_window": "One row condition, whole: to be read against P37 at one look.",
}
"""Functions between 21 and 30 lines, and what would be lost by parting them."""


def faults(texts: Mapping[str, str], longer: Mapping[str, str]) -> Iterator[str]:
    for path, text in texts.items():
        lines = len(text.splitlines())
        if lines > FILE:
            yield f"{path} has {lines} lines, {FILE} at most: part it along its stories"
        for function in functions(parsed(text)):
            length, name = function.end_lineno - function.lineno + 1, f"{path}:{function.name}"
            if length > HARD:
                yield f"{name} has {length} lines, {HARD} at most: part it"
            elif length > WANTED and name not in longer:
                yield f'{name} has {length} lines, {WANTED} wanted: part it, or in LONGER "{name}": "why …",'


def test_functions_and_files_are_short_when_the_source_is_read():
    texts = sources()

    found = list(faults(texts, LONGER))

    assert not found, "\n".join(found)


def test_every_exception_is_still_needed_when_it_is_listed():
    long = {
        f"{path}:{function.name}"
        for path, text in sources().items()
        for function in functions(parsed(text))
        if function.end_lineno - function.lineno + 1 > WANTED
    }

    stale = LONGER.keys() - long

    assert not stale, f"these are short by now; take them out of LONGER: {sorted(stale)}"
    assert all(len(reason) >= 15 for reason in LONGER.values())


@pytest.mark.parametrize(("lines", "complaint"), [(21, "20 wanted"), (30, "20 wanted"), (31, "30 at most")])
def test_a_function_is_named_when_it_is_long(lines: int, complaint: str):
    text = "def verb():\n" + "    pass\n" * (lines - 1)

    found = list(faults({"models/new.py": text}, {}))

    assert len(found) == 1
    assert found[0].startswith(f"models/new.py:verb has {lines} lines")
    assert complaint in found[0]


@pytest.mark.parametrize(("lines", "longer"), [(20, {}), (30, {"models/new.py:verb": "One line per column."})])
def test_a_function_passes_when_it_is_short_or_explained(lines: int, longer: dict[str, str]):
    text = "def verb():\n" + "    pass\n" * (lines - 1)

    found = list(faults({"models/new.py": text}, longer))

    assert found == []


def test_a_method_is_named_when_no_list_can_excuse_its_length():
    text = "class Case:\n    async def verb(self):\n" + "        pass\n" * 40

    found = list(faults({"models/new.py": text}, {"models/new.py:verb": "It grew."}))

    assert found == ["models/new.py:verb has 41 lines, 30 at most: part it"]


def test_a_file_is_named_when_it_is_long():
    text = "pass\n" * 321

    found = list(faults({"models/new.py": text}, {}))

    assert found == ["models/new.py has 321 lines, 320 at most: part it along its stories"]
