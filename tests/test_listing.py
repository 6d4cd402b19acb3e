"""Pages of a list: each row once, forward and back, whatever comes and goes; a forged cursor opens nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete

from dashboard.database.engine import guarded_session
from dashboard.services import listing
from models import Access, Reach, Ticket, db, utcnow
from models.classification import Category
from tests.world import World

SIZE = 10
FREE: dict[str, Any] = {"assignee_id": None}
Pages = Callable[..., listing.Found]


@pytest.fixture
def pages(world: World) -> Pages:
    """Read a page of the free tickets as somebody who reaches those alone."""
    reach = {"ticket": Reach("tickets_to_work", frozenset({Category.WORK}))}

    def read(cursor: str = "", *, where: Any = None, size: int = SIZE, oldest_first: bool = False) -> listing.Found:
        access = Access(None, "ticket:list", "support", "P59", reach)
        with world.app.app_context(), guarded_session(db.engine, access) as session:
            session.expire_on_commit = False
            narrow = FREE if where is None else where
            found = listing.page(session, Ticket, cursor=cursor, where=narrow, size=size, oldest_first=oldest_first)
            session.expunge_all()
            return found

    return read


@pytest.fixture
def fill(world: World) -> Callable[..., None]:
    """Put tickets of these numbers into the queue."""
    account = world.account()

    def put(*numbers: int, **facts: Any) -> None:
        known = {"account_id": account.id, "kind": "question", "written_by": "app", "subject": "s", "body": "b"}
        world.add(*(Ticket(number=n, **{**known, **facts}) for n in numbers))

    return put


def remove(world: World, *numbers: int) -> None:
    with world.app.app_context(), world.system() as session:
        session.execute(delete(Ticket).where(Ticket.number.in_(numbers)))
        session.commit()


def numbers(found: listing.Found) -> list[int]:
    return [record.number for record in found.records]


def walk(pages: Pages, way: str, *, start: str = "", **how: Any) -> list[int]:
    """Follow a list to its end and return every number met."""
    found = pages(start, **how)
    met = numbers(found)
    while cursor := getattr(found, way):
        found = pages(cursor, **how)
        met += numbers(found)
    return met


def test_a_page_has_no_neighbours_when_everything_fits(pages, fill):
    fill(*range(1, 6))

    found = pages()

    assert numbers(found) == [5, 4, 3, 2, 1]
    assert (found.newer, found.older) == ("", "")


def test_a_page_is_empty_when_nothing_is_there(pages):
    assert pages() == listing.Found((), "", "")


def test_there_is_no_next_page_when_the_last_one_is_exactly_full(pages, fill):
    fill(*range(1, 2 * SIZE + 1))

    first = pages()
    second = pages(first.older)

    assert (numbers(first)[0], numbers(second)[-1]) == (20, 1)
    assert (first.newer, bool(first.older)) == ("", True)
    assert (bool(second.newer), second.older) == (True, "")


def test_going_back_shows_the_same_when_nothing_changed(pages, fill):
    fill(*range(1, 36))
    first = pages()
    second = pages(first.older)
    third = pages(second.older)

    back = pages(third.newer)
    again = pages(back.newer)

    assert (numbers(back), numbers(again)) == (numbers(second), numbers(first))
    assert (bool(back.newer), again.newer) == (True, "")


@pytest.mark.parametrize("oldest_first", [False, True])
def test_every_row_comes_once_when_a_thousand_are_walked(pages, fill, oldest_first):
    fill(*range(1, 1001))
    ahead = "newer" if oldest_first else "older"

    met = walk(pages, ahead, size=50, oldest_first=oldest_first)

    wanted = list(range(1, 1001))
    assert met == (wanted if oldest_first else wanted[::-1])


def test_every_row_comes_once_when_a_thousand_are_walked_back(pages, fill):
    fill(*range(1, 201))
    found = pages(size=20)
    while found.older:
        found = pages(found.older, size=20)
    met = [numbers(found)]
    while found.newer:
        found = pages(found.newer, size=20)
        met.append(numbers(found))

    assert sorted(n for page in met for n in page) == list(range(1, 201))
    assert len(met) == 10


def test_no_row_is_skipped_or_seen_twice_when_rows_are_added_between_pages(pages, fill):
    fill(*range(1, 31))
    first = pages()
    fill(*range(31, 46))

    rest = walk(pages, "older", start=first.older)

    assert numbers(first) + rest == list(range(30, 0, -1))


def test_no_row_is_skipped_when_rows_are_removed_between_pages(world, pages, fill):
    fill(*range(1, 31))
    first = pages()
    remove(world, 30, 29, 21, 20, 19)

    rest = walk(pages, "older", start=first.older)

    assert rest == list(range(18, 0, -1))


def test_new_rows_are_met_on_the_way_back_when_they_were_added(pages, fill):
    fill(*range(1, 31))
    second = pages(pages().older)
    fill(*range(31, 36))

    back = walk(pages, "newer", start=second.newer)

    assert set(back) >= set(range(21, 36))
    assert not set(back) - set(range(21, 36)) - set(numbers(second))


@pytest.mark.parametrize("gone", [range(21, 31), range(22, 31)])
def test_the_first_page_is_whole_when_the_rows_before_have_gone(world, pages, fill, gone):
    fill(*range(1, 31))
    second = pages(pages().older)
    remove(world, *gone)

    back = pages(second.newer)

    assert len(back.records) == SIZE
    assert back.newer == ""
    assert numbers(back) == [n for n in range(30, 0, -1) if n not in gone][:SIZE]


def test_the_first_page_shows_when_all_rows_behind_have_gone(world, pages, fill):
    fill(*range(1, 31))
    first = pages()
    remove(world, *range(1, 21))

    behind = pages(first.older)

    assert numbers(behind) == numbers(first)


def test_a_queue_begins_with_what_waited_longest_when_asked_to(pages, fill):
    fill(*range(1, 26))

    first = pages(oldest_first=True)
    second = pages(first.newer, oldest_first=True)
    back = pages(second.older, oldest_first=True)

    assert (numbers(first), numbers(second)) == (list(range(1, 11)), list(range(11, 21)))
    assert numbers(back) == numbers(first)
    assert first.older == ""


@pytest.mark.parametrize(
    "cursor", ["x", "WyJvbGRlciIsNV0.forged", "\x00", "é" * 99, "[]", "." * 9999, "WyJvbGRlciIsNV0", "older"]
)
def test_the_first_page_shows_when_a_cursor_was_tampered_with(pages, fill, cursor):
    fill(*range(1, 16))

    found = pages(cursor)

    assert numbers(found) == numbers(pages())


def test_the_first_page_shows_when_a_cursor_was_signed_with_another_key(pages, fill, monkeypatch):
    fill(*range(1, 16))
    monkeypatch.setattr(listing, "_KEYS", {})
    listing.sign_cursors_with("another key of another house, long enough")
    foreign = pages().older
    monkeypatch.undo()

    assert numbers(pages(foreign)) == numbers(pages())


def test_a_cursor_opens_no_row_out_of_reach_when_it_is_used_elsewhere(world, pages, fill):
    fill(*range(1, 16))
    fill(*range(16, 31), assignee_id=world.staff["support"])
    fill(*range(31, 41), closed_at=utcnow())

    met = walk(pages, "older", where={})

    assert met == list(range(15, 0, -1))


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ({"kind": "question"}, [2, 1]),
        ({"kind": ("question", "deactivation")}, [3, 2, 1]),
        ({"language": listing.SET}, [2]),
        ({"language": None}, [3, 1]),
    ],
)
def test_a_list_is_narrowed_when_a_condition_is_given(pages, fill, where, wanted):
    fill(1)
    fill(2, language="nl")
    fill(3, kind="deactivation")

    assert numbers(pages(where=where)) == wanted


def test_a_list_holds_a_stretch_of_time_when_it_is_between_two_moments(pages, fill):
    now = utcnow()
    fill(1, opened_at=now.replace(microsecond=0))
    fill(2, opened_at=now.replace(year=now.year - 1, day=1))
    stretch = listing.Between(now.replace(microsecond=0), now)

    assert numbers(pages(where={"opened_at": stretch})) == [1]
