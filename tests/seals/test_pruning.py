"""Lines go in whole ranges when their time is over; what stays verifies, and what was tampered with stays as evidence."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.services.seals import pruning
from models import SealCheckpoint
from tests.seals.log import Log, anchored
from tests.world import World

OLD = datetime(2024, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def log(world: World) -> Log:
    """Four ranges of two lines: of 1, 2, 3 and 4 March."""
    log = Log(world)
    for day in range(4):
        first = 20 * day + 10
        log.write(first, first + 10, at=OLD + timedelta(days=day))
    log.seal()
    log.keep()
    return log


def prune(log: Log, before: datetime, *, most: int = pruning.MOST) -> list[int]:
    """Prune as retention does: again and again until nothing is due, a transaction each."""
    gone: list[int] = []
    with log.world.app.app_context(), log.world.system() as session:
        while not gone or gone[-1]:
            gone.append(pruning.prune(session, before=before, most=most))
            session.commit()
    return gone


def due(log: Log, before: datetime) -> int:
    with log.world.app.app_context(), log.world.system() as session:
        return pruning.due(session, before=before)


def test_whole_ranges_go_when_all_their_lines_are_old(log: Log):
    before = OLD + timedelta(days=2)  # 3 March, 9:00: the lines of 3 March are younger

    foreseen, gone = due(log, before), prune(log, before)

    assert (foreseen, gone) == (4, [4, 0])
    assert log.numbers() == [50, 60, 70, 80]
    assert [seal.number for seal in log.seals()] == [3, 4]
    assert log.found() == []


def test_a_range_stays_when_one_of_its_lines_is_young(log: Log):
    gone = prune(log, OLD + timedelta(seconds=15))  # between the two lines of the first range

    assert gone == [0]
    assert log.numbers() == [10, 20, 30, 40, 50, 60, 70, 80]


def test_nothing_goes_when_lines_are_not_sealed(world: World):
    log = Log(world)
    log.write(10, 20, at=OLD)

    gone = prune(log, datetime.now(UTC))

    assert gone == [0]
    assert log.numbers() == [10, 20]


def test_pruning_goes_in_batches_when_much_is_due(log: Log):
    gone = prune(log, OLD + timedelta(days=30), most=4)

    checkpoints = log.world.all(SealCheckpoint.__table__.select())
    assert gone == [4, 4, 0]
    assert [(c.number, c.last, c.lines) for c in checkpoints] == [(4, 80, 8)]
    assert log.found() == []


def test_the_chain_goes_on_when_everything_was_pruned(log: Log):
    prune(log, OLD + timedelta(days=30))
    log.write(90, 100)
    log.seal()

    whole = log.verify()
    log.sql("UPDATE access_record SET role = 'boss' WHERE number = 90")

    assert (whole.findings, whole.newest.number, [one.seal for one in anchored(log)]) == ([], 5, [1, 2, 3, 4, 5])
    assert log.said() == "Lines 81 to 100 (seal 5): at least one of them was changed or moved."


def test_what_stays_is_found_changed_when_the_beginning_was_pruned(log: Log):
    prune(log, OLD + timedelta(days=2))
    log.keep()
    found = {}
    for number in (50, 60, 70, 80):
        with log.tampered("UPDATE access_record SET purpose = 'x' WHERE number = :number", number=number):
            found[number] = log.said()
    with log.tampered("DELETE FROM access_record WHERE number = 50"):
        gone = log.found()
    with log.tampered("DELETE FROM access_record WHERE number > 60", "DELETE FROM seal WHERE number = 4"):
        cut = log.found()

    third, fourth = ("Lines 41 to 60 (seal 3)", "Lines 61 to 80 (seal 4)")
    assert [found[n].partition(":")[0] for n in found] == [third, third, fourth, fourth]
    assert (gone, cut) == (["missing"], ["cut_off"])


def test_a_checkpoint_is_found_when_any_column_of_it_is_another(log: Log):
    prune(log, OLD + timedelta(days=2))
    log.keep()
    tampering = {
        "number": "number = 1", "at": "at = (SELECT min(at) FROM access_record)", "last": "last = 30",
        "lines": "lines = 2", "chained": "chained = signature", "signature": "signature = chained",
    }  # fmt: skip
    silent = []
    for name, change in tampering.items():
        with log.tampered(f"UPDATE seal_checkpoint SET {change}"):
            if "checkpoint" not in log.found():
                silent.append(name)
    with log.tampered("DELETE FROM seal_checkpoint"):
        gone = log.said()

    assert set(tampering) == {column.name for column in SealCheckpoint.__table__.c}
    assert silent == []
    assert "Seals 1 to 2 are missing (lines 1 to 40)." in gone


def test_a_pruned_line_is_found_when_it_is_put_back(log: Log):
    prune(log, OLD + timedelta(days=2))
    log.write(20, at=OLD)

    said = log.said()

    assert said == "Lines up to 40: 1 stand before the beginning of the chain."


def test_an_old_checkpoint_is_found_when_it_is_put_back(log: Log):
    prune(log, OLD + timedelta(days=1))
    (first,) = log.world.all(SealCheckpoint.__table__.select())
    prune(log, OLD + timedelta(days=2))
    log.sql("DELETE FROM seal_checkpoint")
    log.world.add(SealCheckpoint(**first._mapping))

    said = log.said()

    assert said == "Seals 2 to 2 are missing (lines 21 to 40)."


@pytest.mark.parametrize(
    "tampering",
    ["UPDATE access_record SET role = 'boss' WHERE number = 20", "DELETE FROM access_record WHERE number = 10",
     "UPDATE seal SET digest = chained WHERE number = 1"],
)  # fmt: skip
def test_a_range_is_kept_as_evidence_when_it_is_not_as_it_was_sealed(log: Log, tampering: str):
    log.sql(tampering)
    left = log.numbers()

    with pytest.raises(pruning.RangeBroken, match="seal 1"):
        prune(log, OLD + timedelta(days=30))

    assert log.numbers() == left
    assert len(log.seals()) == 4


def test_a_line_put_before_the_beginning_is_still_found_when_more_is_pruned(log: Log):
    prune(log, OLD + timedelta(days=2))
    log.write(20, at=OLD)

    gone = prune(log, OLD + timedelta(days=3))

    (checkpoint,) = log.world.all(SealCheckpoint.__table__.select())
    assert (gone, log.numbers(), checkpoint.lines) == ([2, 0], [20, 70, 80], 6)
    assert log.found() == ["before"]


def test_a_forged_checkpoint_is_not_signed_when_more_is_due(log: Log):
    """Whoever took the oldest ranges away and wrote where the chain begins now has no key to sign it with."""
    log.sql("DELETE FROM access_record WHERE number <= 20")
    first = log.seals()[0]
    log.sql("DELETE FROM seal WHERE number = 1")
    log.world.add(SealCheckpoint(number=1, last=20, lines=2, chained=first.chained, signature="0" * 64, at=OLD))

    with pytest.raises(pruning.RangeBroken, match="checkpoint at seal 1"):
        prune(log, OLD + timedelta(days=30))

    assert log.numbers() == [30, 40, 50, 60, 70, 80]
    assert log.found() == ["checkpoint"]
