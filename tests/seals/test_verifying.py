"""Whatever is done to a sealed log behind the application's back is found, at each position, on both databases."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
import time_machine

from dashboard.services.seals.outcome import Told
from models import AccessRecord, Seal, utcnow
from tests.seals.log import Log, sealed_log
from tests.world import World

RANGE = {10: (1, 1, 20), 20: (1, 1, 20), 30: (2, 21, 40), 40: (2, 21, 40), 50: (3, 41, 60), 60: (3, 41, 60)}
"""Each line's seal, and the lines it covers."""


@pytest.fixture
def log(world: World) -> Log:
    return sealed_log(world)


def other(value: Any) -> Iterator[Any]:
    """Values that are not this one: another, and none at all."""
    if value is None:
        yield "x"
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, datetime):
        yield value + timedelta(microseconds=1)
    else:
        yield value[:-1] + ("y" if value[-1] != "y" else "z")


def others(column: Any, value: Any) -> list[Any]:
    numeric = column.type.python_type in {int, bool} and value is None
    values = [7] if numeric else list(other(value))
    return values if value is None or not column.nullable else [*values, None]


def test_a_log_holds_when_nobody_touched_it(log: Log):
    outcome = log.verify()

    assert outcome.findings == []
    assert (outcome.lines, outcome.seals, outcome.newest.last, outcome.anchored) == (6, 3, 60, 3)


def test_a_change_is_found_when_any_column_of_any_line_is_another(log: Log):
    """Every column, every line, another value and none: by the statement an intruder would type."""
    tried, silent = 0, []
    for row in log.kept["access_record"]:
        for column in AccessRecord.__table__.c:
            if column.name == "number":
                continue
            for value in others(column, row[column.name]):
                with changed(log, "access_record", column, row, value):
                    tried += 1
                    seal, first, last = RANGE[row["number"]]
                    said = f"Lines {first} to {last} (seal {seal}): at least one of them was changed or moved."
                    if log.said() != said:
                        silent.append((row["number"], column.name, value))

    assert silent == []
    assert tried > 6 * 16


@contextlib.contextmanager
def changed(log: Log, table: str, column: Any, row: dict[str, Any], value: Any) -> Iterator[None]:
    """Set one column of one row by raw SQL, and set it back."""
    name, number, held = column.name, row["number"], row[column.name]
    log.sql(f'UPDATE {table} SET "{name}" = :value WHERE number = :number', value=raw(log, value), number=number)
    try:
        yield
    finally:
        now = value if name == "number" else number
        log.sql(f'UPDATE {table} SET "{name}" = :value WHERE number = :number', value=raw(log, held), number=now)


def raw(log: Log, value: Any) -> Any:
    """SQLite keeps a moment as text."""
    if isinstance(value, datetime) and log.world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"
    return value


@pytest.mark.parametrize("to", [5, 15, 25, 35, 45, 55])
def test_a_move_is_found_when_a_line_gets_another_number(log: Log, to: int):
    silent = []
    for number in RANGE:
        touched = {RANGE[number][0], RANGE[to + 5][0]}
        with log.tampered("UPDATE access_record SET number = :to WHERE number = :number", to=to, number=number):
            if {finding.seal for finding in log.verify().findings} != touched:
                silent.append(number)

    assert silent == []


def test_a_deletion_is_found_when_any_lines_are_gone(log: Log):
    """Every set of lines that follow one another, from one to all of them."""
    numbers, silent = list(RANGE), []
    for first, last in [(n, n) for n in numbers] + list(combinations(numbers, 2)):
        with log.tampered("DELETE FROM access_record WHERE number BETWEEN :f AND :t", f=first, t=last):
            broken = {f.seal for f in log.verify().findings if f.code == "missing"}
            if broken != {RANGE[n][0] for n in numbers if first <= n <= last}:
                silent.append((first, last))

    assert silent == []
    with log.tampered("DELETE FROM access_record WHERE number = 30"):
        assert log.said() == "Lines 21 to 40 (seal 2): 2 were sealed, only 1 are there."


def test_an_insertion_is_found_when_a_line_is_put_in_at_any_place(log: Log):
    copied = ", ".join(f'"{c.name}"' for c in AccessRecord.__table__.c if c.name != "number")
    forge = (
        f"INSERT INTO access_record (number, {copied}) SELECT :number, {copied} FROM access_record WHERE number = 10"
    )
    silent = []
    for number in range(5, 60, 10):
        with log.tampered(forge, number=number):
            seal, first, last = RANGE[number + 5]
            if log.said() != f"Lines {first} to {last} (seal {seal}): 2 were sealed, 3 are there.":
                silent.append(number)
    with log.tampered(forge, number=0):
        before = log.said()
    with log.tampered(forge, number=-7):
        far_before = log.found()

    assert silent == []
    assert before == "Lines up to 0: 1 stand before the beginning of the chain."
    assert far_before == ["before"]


def test_a_swap_is_found_when_any_two_lines_change_places(log: Log):
    swap = [
        "UPDATE access_record SET number = -1 WHERE number = :a",
        "UPDATE access_record SET number = :a WHERE number = :b",
        "UPDATE access_record SET number = :b WHERE number = -1",
    ]
    silent = []
    for a, b in combinations(RANGE, 2):
        with log.tampered(*(s for s in swap), a=a, b=b):
            findings = log.verify().findings
            if {f.seal for f in findings if f.code == "changed"} != {RANGE[a][0], RANGE[b][0]}:
                silent.append((a, b))

    assert silent == []


def test_a_seal_is_found_when_any_column_of_it_is_another(log: Log):
    silent = []
    for row in log.kept["seal"]:
        for column in Seal.__table__.c:
            for value in others(column, row[column.name]):
                to = value + 90 if column.name == "number" else value
                with changed(log, "seal", column, row, to):
                    findings = log.verify().findings
                    if not any(f.code in {"seal_changed", "seals_missing"} for f in findings):
                        silent.append((row["number"], column.name))

    assert silent == []


def test_a_seal_is_found_when_it_is_gone(log: Log):
    with log.tampered("DELETE FROM seal WHERE number = 1"):
        first = log.said()
    with log.tampered("DELETE FROM seal WHERE number = 2"):
        middle = log.said()
    with log.tampered("DELETE FROM seal"):
        every = log.said()

    assert first == "Seals 1 to 1 are missing (lines 1 to 20)."
    assert middle == "Seals 2 to 2 are missing (lines 21 to 40)."
    assert every == "The end was cut off: seal 3 (line 60) is anchored, the log ends at seal 0."


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_cut_is_found_when_the_end_goes_with_its_seals(log: Log, kept: int):
    last = kept * 20
    with log.tampered(f"DELETE FROM access_record WHERE number > {last}", f"DELETE FROM seal WHERE number > {kept}"):
        said = log.said()

    assert said == f"The end was cut off: seal 3 (line 60) is anchored, the log ends at seal {kept}."


def test_a_cut_is_found_when_lines_were_written_and_sealed_after_it(log: Log):
    log.sql("DELETE FROM access_record WHERE number > 20")
    log.sql("DELETE FROM seal WHERE number > 1")
    log.write(70)

    with pytest.raises(Exception, match="seal 3 is anchored, the database ends at seal 1"):
        log.seal()

    assert "cut_off" in log.found()


def test_an_old_state_is_found_when_a_whole_chain_is_put_in_its_place(world: World, log: Log):
    """A chain with our own key, made of other lines: only the anchors tell."""
    for table in ("access_record", "seal"):
        log.sql(f"DELETE FROM {table}")
    log.path.unlink()
    for first in (10, 30, 50):
        log.write(first, first + 10)
        log.seal()
    log.path.write_bytes(log.anchors)

    said = log.said()

    assert said.count("differs from its anchor outside the database") == 3
    assert "Seal 2 (lines 21 to 40) differs" in said


def anchors_of(log: Log) -> list[bytes]:
    return log.anchors.splitlines(keepends=True)


def test_an_anchor_is_found_when_it_was_changed_or_taken_out(log: Log):
    silent = []
    for at, one in enumerate(anchors_of(log)):
        rest = anchors_of(log)
        for name, before, after in (
            ("changed", b'"chained": "', b'"chained": "0'),
            ("last", b'"last": ', b'"last": 9'),
            ("at", b'"at": "2', b'"at": "3'),
            ("number", b'"seal": ', b'"seal": 9'),
            ("garbage", b"{", b"["),
        ):
            log.path.write_bytes(b"".join([*rest[:at], one.replace(before, after, 1), *rest[at + 1 :]]))
            if not log.found():
                silent.append((at, name))
        log.path.write_bytes(b"".join([*rest[:at], *rest[at + 1 :]]))
        if not log.found() and at < len(rest) - 1:
            silent.append((at, "taken out"))
    log.put_back()

    assert silent == []
    assert log.found() == []


def test_the_file_is_found_when_it_is_gone_or_in_another_order(log: Log):
    first, second, third = anchors_of(log)

    log.path.write_bytes(b"")
    empty = log.said()
    log.path.write_bytes(first + third + second)
    swapped = log.found()
    log.path.write_bytes(first + second + third + third.replace(b'"seal": 3', b'"seal": 4'))
    more = log.found()

    assert empty == "The file outside the database lacks the anchors of seals 1 to 3."
    assert swapped != []
    assert more == ["cut_off"]


def test_the_last_anchor_is_missed_when_sealing_was_five_minutes_ago(world: World, log: Log):
    first, second, _third = anchors_of(log)
    log.path.write_bytes(first + second)
    fresh = log.found()

    late = _in_ten_minutes(log)

    assert fresh == []  # the next minute writes it
    assert late == ["anchor_missing"]


def test_a_file_that_is_gone_is_missed_when_sealing_was_five_minutes_ago(world: World, log: Log):
    log.path.unlink()
    fresh = log.found()

    late = _in_ten_minutes(log)

    assert fresh == []  # the first sealing has committed, and its file is being written
    assert "anchor_missing" in late


def _in_ten_minutes(log: Log) -> list[str]:
    with time_machine.travel(utcnow() + timedelta(minutes=10)):
        return log.found()


def test_a_told_seal_is_held_against_the_log_when_file_and_database_were_cut(log: Log):
    newest = log.verify().newest
    told = Told(newest.number, newest.chained)
    assert log.verify(told).holds
    log.sql("DELETE FROM access_record WHERE number > 40")
    log.sql("DELETE FROM seal WHERE number > 2")
    log.path.write_bytes(b"".join(anchors_of(log)[:2]))

    alone, with_message = log.verify(), log.verify(told)

    assert alone.holds  # whoever has both has only the messages against them
    assert [f.code for f in with_message.findings] == ["told_differs"]


def test_lines_are_called_unsealed_when_sealing_stands_still(log: Log):
    log.write(70)
    fresh = log.verify()

    late = _in_ten_minutes(log)

    assert (fresh.findings, fresh.unsealed) == ([], 1)
    assert "unsealed" in late
