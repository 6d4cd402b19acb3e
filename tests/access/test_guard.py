"""The second line by itself: whatever statement asks, rows and columns outside the bound Access do not come.

Each statement form is asked about a row in reach and about one out of reach, so that an empty answer proves nothing.
"""

from collections.abc import Iterator
from types import MappingProxyType

import pytest
from sqlalchemy import (
    bindparam,
    column,
    delete,
    exists,
    extract,
    func,
    insert,
    literal,
    select,
    table,
    text,
    union,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session, aliased, defer, load_only, undefer
from sqlalchemy.sql.elements import UnaryExpression, quoted_name
from sqlalchemy.sql.operators import custom_op

from models import (
    Access,
    Account,
    Actor,
    AlreadyBound,
    Category,
    ContactRequest,
    OutOfReach,
    Reach,
    Staff,
    Ticket,
    bind,
    bound,
    guard,
)
from models.base import db
from tests.access.planted import NOW, Planted, all_rows, key

C = Category
PLAIN = frozenset({C.WORK, C.LINK})
MINE, THEIRS, FREE = key("ticket", "mine_question"), key("ticket", "theirs_question"), key("ticket", "free_question")
MY_PERSON, THEIR_PERSON = key("account", "mine_question"), key("account", "theirs_question")


def access(
    *, categories: frozenset[Category] = PLAIN, writes: frozenset[str] = frozenset(), read_only: bool = False
) -> Access:
    """Return what a support engineer reaches: their own tickets, their people, their own staff row; no submission."""
    reach = {
        "ticket": Reach("my_open_tickets", PLAIN | categories),
        "account": Reach("accounts_of_my_open_tickets", PLAIN | categories),
        "staff": Reach("myself", PLAIN),
    }
    actor = Actor(key("support"), "support", 3)
    return Access(actor, "test", "support", "P59", MappingProxyType(reach), writes, NOW, read_only=read_only)


def session_of(planted: Planted, given: Access | None) -> Session:
    """Return a session that serves an Access, or nobody."""
    session = Session(planted.engine)
    if given is not None:
        bind(session, given)
    return session


def test_a_table_gives_nothing_when_it_hides_from_the_walk_through_the_statement(planted: Planted, monkeypatch):
    with session_of(planted, access()) as session:
        found = session.scalars(select(Ticket.id)).all()
    monkeypatch.setattr(guard, "_entity_of", lambda _element: None)

    with session_of(planted, access()) as session:
        hidden = session.scalars(select(Ticket.id)).all()

    assert MINE in found
    assert hidden == []


@pytest.fixture
def plain(planted) -> Iterator[Session]:
    """Return a session that reaches rows, and no closed column."""
    with session_of(planted, access()) as session:
        yield session


@pytest.fixture
def reading(planted) -> Iterator[Session]:
    """Return a session that reaches rows with names, addresses and words."""
    with session_of(planted, access(categories=frozenset({C.IDENTITY, C.FREE_TEXT}))) as session:
        yield session


@pytest.fixture
def writing(planted) -> Iterator[Session]:
    """Return a session that may also change tickets and its own language."""
    with session_of(planted, access(writes=frozenset({"ticket", "staff.language"}))) as session:
        yield session


T2 = aliased(Ticket)
MINE_ONLY = {
    "entity": lambda: select(Ticket),
    "column": lambda: select(Ticket.id),
    "label": lambda: select(Ticket.id.label("anything")),
    "where": lambda: select(Ticket.id).where(Ticket.kind == "question"),
    "order by and limit": lambda: select(Ticket.id).order_by(Ticket.number.desc()).limit(500),
    "distinct": lambda: select(Ticket.id).distinct(),
    "alias": lambda: select(T2.id),
    "alias of an alias's subquery": lambda: select(aliased(Ticket, select(T2).subquery()).id),
    "subquery": lambda: select(select(Ticket.id).subquery().c.id),
    "cte": lambda: select(select(Ticket.id).cte("c").c.id),
    "scalar subquery": lambda: select(Account.id).where(
        Account.id == select(Ticket.account_id).where(Ticket.id.in_([MINE, THEIRS])).scalar_subquery()
    ),
    "in subquery": lambda: select(Account.id).where(Account.id.in_(select(Ticket.account_id))),
    "join": lambda: select(Ticket.id).join(Account, Account.id == Ticket.account_id),
    "outer join": lambda: select(Ticket.id).outerjoin(Account, Account.id == Ticket.account_id),
    "self join": lambda: select(T2.id).join(Ticket, Ticket.id != T2.id),
    "union": lambda: select(union(select(Ticket.id), select(T2.id)).subquery().c.id),
    "union of entities": lambda: select(Ticket.id).from_statement(union_all(select(Ticket.id), select(Ticket.id))),
    "exists": lambda: select(Account.id).where(exists().where(Ticket.account_id == Account.id)),
    "group by": lambda: select(Ticket.id, func.count()).group_by(Ticket.id),
    "for update": lambda: select(Ticket).with_for_update(),
    "populate existing": lambda: select(Ticket).execution_options(populate_existing=True),
    "load only": lambda: select(Ticket).options(load_only(Ticket.id)),
    "from_statement": lambda: select(Ticket).from_statement(select(Ticket)),
}  # fmt: skip
"""Statement forms that must answer with rows of mine and with none of a colleague's."""


@pytest.mark.parametrize("form", MINE_ONLY)
def test_statement_answers_only_rows_in_reach_when_it_asks_for_all(writing, form):
    answered = {getattr(row[0], "id", row[0]) for row in writing.execute(MINE_ONLY[form]())}

    assert answered & {MINE, MY_PERSON}
    assert not answered & {THEIRS, THEIR_PERSON, FREE}


@pytest.mark.parametrize("form", sorted(MINE_ONLY.keys() - {"for update"}))  # which the database itself refuses
def test_statement_answers_nothing_when_no_access_is_bound(planted, form):
    with session_of(planted, None) as session:
        answered = session.execute(MINE_ONLY[form]()).all()

    assert answered == []


def test_count_is_of_rows_in_reach_when_it_counts_a_table(plain, planted):
    mine = plain.scalar(select(func.count()).select_from(Ticket))
    counted = plain.scalar(select(func.count(Ticket.id)))
    by_query = plain.query(Ticket).count()

    assert mine == counted == by_query == 13
    assert len(all_rows(planted, Ticket)) > 13


def test_count_is_zero_when_the_table_is_in_no_reach(plain):
    assert plain.scalar(select(func.count()).select_from(ContactRequest)) == 0


def test_get_finds_my_row_and_no_other_when_asked_by_key(plain, planted):
    numbers = {row["id"]: row["number"] for row in all_rows(planted, Ticket)}

    assert plain.get(Ticket, numbers[MINE]) is not None
    assert plain.get(Ticket, numbers[THEIRS]) is None
    assert plain.get(Account, THEIR_PERSON) is None


COLUMN_FORMS = {
    "column": lambda c, e: select(c),
    "label": lambda c, e: select(c.label("id")),
    "function": lambda c, e: select(func.max(c)),
    "nested function": lambda c, e: select(func.length(func.upper(c))),
    "expression": lambda c, e: select(c + "x"),
    "cast and case": lambda c, e: select(func.coalesce(c, "-")),
    "where": lambda c, e: select(e.id).where(c.like("z%")),
    "order by": lambda c, e: select(e.id).order_by(c),
    "group by": lambda c, e: select(func.count()).group_by(c),
    "having": lambda c, e: select(e.id).group_by(e.id).having(func.max(c) > "a"),
    "join condition": lambda c, e: select(e.id).join(Staff, Staff.id == c),
    "alias": lambda c, e: select(getattr(aliased(e), c.key)),
    "where on an alias": lambda c, e: (lambda a: select(a.id).where(getattr(a, c.key) == "x"))(aliased(e)),
    "subquery": lambda c, e: select(select(c.label("v")).subquery().c.v),
    "cte": lambda c, e: select(select(c.label("v")).cte().c.v),
    "scalar subquery": lambda c, e: select(select(c).limit(1).scalar_subquery()),
    "exists": lambda c, e: select(Ticket.id).where(exists().where(c == "x")),
    "union": lambda c, e: select(union(select(e.id), select(c)).subquery().c[0]),
    "undefer": lambda c, e: select(e).options(undefer(c)),
    "undefer everything": lambda c, e: select(e).options(undefer("*")),
    "load only": lambda c, e: select(e).options(load_only(c)),
    "from_statement": lambda c, e: select(e).from_statement(select(c)),
    "alias over a subquery of all": lambda c, e: select(aliased(e, select(e.__table__).subquery())),
}
"""Ways to a closed column: each must be refused, wherever in the statement it stands."""
CLOSED_COLUMNS = {
    "account.email": (Account.email, Account),
    "ticket.body": (Ticket.body, Ticket),
    "staff.name": (Staff.name, Staff),
}


@pytest.mark.parametrize("form", COLUMN_FORMS)
@pytest.mark.parametrize("name", CLOSED_COLUMNS)
def test_closed_column_is_refused_when_the_access_does_not_reach_it(plain, form, name):
    statement = COLUMN_FORMS[form](*CLOSED_COLUMNS[name])

    with pytest.raises(OutOfReach):
        plain.execute(statement).all()


@pytest.mark.parametrize(
    "form", sorted(COLUMN_FORMS.keys() - {"group by", "alias over a subquery of all", "from_statement"})
)
def test_closed_column_answers_when_the_access_reaches_it(planted, form):
    with session_of(
        planted, access(categories=frozenset({C.IDENTITY, C.FREE_TEXT}), writes=frozenset({"ticket"}))
    ) as reading:
        answered = reading.execute(COLUMN_FORMS[form](Account.email, Account)).all()

    assert answered is not None


def test_values_are_mine_alone_when_a_closed_column_is_in_reach(reading, planted):
    answered = {planted.canaries.cells[f"cnry{mail[4:14]}"].row for mail in reading.scalars(select(Account.email))}

    assert "mine_question" in answered
    assert "theirs_question" not in answered


@pytest.mark.parametrize("ask", [lambda row: row.body, lambda row: row.subject])
def test_closed_attribute_raises_when_it_was_not_named_in_the_statement(reading, ask):
    row = reading.scalar(select(Ticket).where(Ticket.id == MINE))

    with pytest.raises(InvalidRequestError):
        ask(row)


def test_refresh_is_refused_when_it_names_a_closed_column(plain):
    row = plain.scalar(select(Ticket).where(Ticket.id == MINE))

    with pytest.raises((OutOfReach, InvalidRequestError)):
        plain.refresh(row, ["body"])


def test_option_of_an_inner_statement_loads_nothing_when_it_names_a_closed_column(plain):
    rows = plain.scalars(select(Ticket).from_statement(select(Ticket).options(undefer(Ticket.body)))).all()

    assert rows
    assert not any("body" in row.__dict__ for row in rows)


def test_refresh_finds_nothing_when_the_row_has_left_my_reach(plain, planted):
    row = plain.scalar(select(Ticket).where(Ticket.id == MINE))
    plain.commit()
    with planted.app.app_context(), db.engine.connect() as connection:
        connection.execute(update(Ticket.__table__).where(Ticket.__table__.c.id == MINE).values(closed_at=NOW))
        connection.commit()

    with pytest.raises(InvalidRequestError):
        plain.refresh(row)


UNGUARDABLE = {
    "raw text": lambda: text("SELECT email FROM account"),
    "raw text as a column": lambda: select(Ticket.id, text("body")),
    "raw text as a condition": lambda: select(Ticket.id).where(text("body LIKE 'z%'")),
    "raw text as the order": lambda: select(Ticket.id).order_by(text("body")),
    "raw text as a whole": lambda: select(Ticket).from_statement(text("SELECT * FROM ticket")),
    "Core table": lambda: select(Account.__table__),
    "Core column": lambda: select(Account.__table__.c.id),
    "Core count": lambda: select(func.count()).select_from(Ticket.__table__),
    "Core table beside an entity": lambda: select(Ticket.id, Account.__table__.c.id),
    "Core table in a condition": lambda: select(Ticket.id).where(Ticket.account_id == Account.__table__.c.id),
    "Core table in a subquery": lambda: select(Ticket.id).where(exists().where(Account.__table__.c.id == THEIR_PERSON)),
    "Core alias": lambda: select(Ticket.id, Account.__table__.alias("a").c.id),
    "table by name": lambda: select(table("account", column("email"))),
    "table by name beside an entity": lambda: select(Ticket.id, table("account", column("email")).c.email),
    "column by name": lambda: select(Ticket.id, column("body")),
    "column by name in a condition": lambda: select(Ticket.id).where(column("body").like("z%")),
    "literal column": lambda: select(Ticket.id).where(func.lower(db.literal_column("body")) == "x"),
    "hint of the statement": lambda: select(Ticket.id).with_statement_hint("UNION SELECT email FROM account"),
    "hint of a table": lambda: select(Ticket.id).with_hint(Ticket, "AS t JOIN account", "*"),
    "prefix": lambda: select(Ticket.id).prefix_with("(SELECT email FROM account LIMIT 1) AS x,"),
    "suffix": lambda: select(Ticket.id).suffix_with("UNION SELECT email FROM account"),
    "suffix of a subquery": lambda: select(
        select(Ticket.id).suffix_with("UNION SELECT email FROM account").subquery().c.id
    ),
    "prefix of a cte": lambda: select(select(Ticket.id).cte("c").prefix_with("MATERIALIZED").c.id),
    "operator by hand": lambda: select(Ticket.number.op("* 0 || (SELECT email FROM account LIMIT 1) ||")(literal("x"))),
    "condition by hand": lambda: select(Ticket.id).where(Ticket.kind.bool_op("= '' OR 'x' =")(literal("x"))),
    "operator by hand in a function": lambda: select(func.max(Ticket.number.op("+")(1))),
    "operator by hand before a value": lambda: select(UnaryExpression(Ticket.number, operator=custom_op("0 +"))),
    "field of a moment by hand": lambda: select(extract("year from now()), (SELECT 1", Ticket.opened_at)),
    "name that is not quoted": lambda: select(Ticket.id.label(quoted_name("x, (SELECT 1) AS y", quote=False))),
}
"""Forms the guard cannot see into: it refuses them outright."""


@pytest.mark.parametrize("form", UNGUARDABLE)
def test_statement_is_refused_when_the_guard_cannot_see_into_it(plain, form):
    with pytest.raises(OutOfReach):
        plain.execute(UNGUARDABLE[form]()).all()


def rows_of(planted: Planted, model, **where) -> list[dict]:
    """Return rows past every guard."""
    return [dict(row) for row in all_rows(planted, model) if all(row[k] == v for k, v in where.items())]


def test_bulk_update_changes_only_rows_in_reach_when_it_names_all(writing, planted):
    changed = writing.execute(update(Ticket).values(feature="X").execution_options(synchronize_session=False)).rowcount
    writing.commit()

    assert changed == len(rows_of(planted, Ticket, feature="X")) == 13
    assert THEIRS not in {row["id"] for row in rows_of(planted, Ticket, feature="X")}


def test_bulk_delete_takes_only_rows_in_reach_when_it_names_all(writing, planted):
    before = len(all_rows(planted, Ticket))

    writing.execute(delete(Ticket).where(Ticket.id.in_([THEIRS, FREE])).execution_options(synchronize_session=False))
    writing.commit()

    assert len(all_rows(planted, Ticket)) == before


WRITES = {
    "update": lambda: update(Account).values(source="x"),
    "update of a closed column": lambda: update(Account).values(email="x"),
    "update where": lambda: update(Account).where(Account.id == MY_PERSON).values(source="x"),
    "delete": lambda: delete(Account).where(Account.id == MY_PERSON),
    "insert": lambda: insert(ContactRequest).values(name="x"),
    "insert from select": lambda: insert(ContactRequest).from_select(["id"], select(Ticket.id)),
    "Core update": lambda: update(Account.__table__).values(source="x"),
    "Core delete": lambda: delete(Account.__table__),
    "Core insert": lambda: insert(Account.__table__).values(id="x"),
    "update of a foreign column": lambda: update(Staff).values(role="sysadmin"),
    "update beside the allowed column": lambda: update(Staff).values(language="nl", role="sysadmin"),
    "ordered update beside it": lambda: update(Staff).ordered_values((Staff.language, "nl"), (Staff.role, "sysadmin")),
    "update with a select": lambda: update(Ticket).values(feature=select(Account.email).limit(1).scalar_subquery()),
    "update where a closed column says so": lambda: update(Ticket).where(Ticket.body.like("z%")).values(feature="x"),
    "update returning a closed column": lambda: update(Ticket).values(feature="x").returning(Ticket.body),
    "delete returning a closed column": lambda: delete(Ticket).returning(Ticket.subject),
    "insert in a cte": lambda: select(insert(ContactRequest).values(name="x").returning(ContactRequest.id).cte().c.id),
    "update in a cte": lambda: select(update(Account).values(source="x").returning(Account.id).cte().c.id),
    "update in a cte of an allowed table": lambda: select(
        update(Ticket).values(feature="x").returning(Ticket.id).cte().c.id
    ),
}  # fmt: skip
"""Writes that no grant of this Access covers."""


@pytest.mark.parametrize("form", WRITES)
def test_write_is_refused_when_the_access_does_not_cover_it(writing, form):
    with pytest.raises(OutOfReach):
        writing.execute(WRITES[form]().execution_options(synchronize_session=False))


def test_bulk_update_by_key_is_refused_when_it_would_pass_by_the_rows(writing, planted):
    number = rows_of(planted, Ticket, id=THEIRS)[0]["number"]

    with pytest.raises(OutOfReach):
        writing.execute(update(Ticket), [{"number": number, "feature": "X"}])


def test_update_takes_effect_when_the_column_is_covered(writing, planted):
    writing.execute(update(Staff).values(language="nl").execution_options(synchronize_session=False))
    writing.commit()

    assert [row["id"] for row in rows_of(planted, Staff, language="nl")] == [key("support")]


def test_new_row_is_refused_when_its_table_may_not_be_written(writing):
    writing.add(Account(external_id="x", company_id="x", source="self"))

    with pytest.raises(OutOfReach):
        writing.flush()


def test_changed_row_is_refused_when_its_table_may_not_be_written(writing):
    row = writing.scalar(select(Account).where(Account.id == MY_PERSON))
    row.source = "staff"

    with pytest.raises(OutOfReach):
        writing.flush()


def test_deleted_row_is_refused_when_its_table_may_not_be_written(writing):
    writing.delete(writing.scalar(select(Account).where(Account.id == MY_PERSON)))

    with pytest.raises(OutOfReach):
        writing.flush()


def test_changed_row_is_kept_when_only_the_covered_column_changed(writing, planted):
    row = writing.scalar(select(Staff))
    row.language = "nl"
    writing.commit()

    assert [r["id"] for r in rows_of(planted, Staff, language="nl")] == [key("support")]


def test_changed_row_is_refused_when_another_column_changed_beside_it(writing):
    row = writing.scalar(select(Staff))
    row.language, row.role = "nl", "sysadmin"

    with pytest.raises(OutOfReach):
        writing.flush()


def test_row_made_by_hand_is_refused_when_it_pretends_to_be_a_loaded_one(writing, planted):
    """`merge` and detached objects: a foreign row's key with a change of mine."""
    number = rows_of(planted, Ticket, id=THEIRS)[0]["number"]

    writing.merge(
        Ticket(number=number, id=THEIRS, kind="question", written_by="app", feature="X", subject="s", body="b")
    )
    with pytest.raises(Exception, match=r"(?i)unique|reach"):
        writing.flush()

    writing.rollback()
    assert rows_of(planted, Ticket, feature="X") == []


def test_nothing_is_written_when_the_access_is_read_only(planted):
    with (
        session_of(planted, access(writes=frozenset({"ticket"}), read_only=True)) as session,
        pytest.raises(OutOfReach),
    ):
        session.execute(update(Ticket).values(feature="x").execution_options(synchronize_session=False))


PAST_THE_GUARD = {
    "Core": lambda s: s.connection().execute(update(Ticket.__table__).values(feature="x")),
    "raw text": lambda s: s.connection().execute(text("DELETE FROM ticket")),
    "rows by the list": lambda s: s.bulk_insert_mappings(
        Staff, [{"email": "e@demo.example", "name": "E", "role": "rep"}]
    ),
    "rows at once": lambda s: s.bulk_save_objects([Staff(email="e@demo.example", name="E", role="rep")]),
    "changes by the list": lambda s: s.bulk_update_mappings(Ticket, [{"number": 1, "feature": "x"}]),
}
"""Ways to write that no event of the guard sees."""


@pytest.mark.parametrize("way", PAST_THE_GUARD)
@pytest.mark.parametrize("given", ["plain", "nobody", "system, reading"])
def test_database_itself_refuses_a_write_when_nothing_may_be_written(planted, given, way):
    bound_to = {"plain": access(), "nobody": None, "system, reading": Access.system("test", read_only=True)}[given]

    with session_of(planted, bound_to) as session, pytest.raises(DBAPIError, match=r"read-?only"):
        PAST_THE_GUARD[way](session)


@pytest.mark.parametrize("end", [Session.commit, Session.rollback, Session.close])
def test_connection_takes_changes_again_when_a_session_that_only_read_is_over(planted, end):
    with session_of(planted, access()) as session:
        session.scalar(select(Ticket.id))
        end(session)

    with planted.engine.begin() as connection:
        connection.execute(update(Ticket.__table__).values(feature="x"))
    with session_of(planted, access(writes=frozenset({"ticket"}))) as writing:
        writing.execute(update(Ticket).values(feature="y").execution_options(synchronize_session=False))
        writing.commit()

    assert {row["feature"] for row in rows_of(planted, Ticket)} == {"x", "y"}


def test_second_access_is_refused_when_a_session_serves_one_already(plain):
    with pytest.raises(AlreadyBound):
        bind(plain, access())


def test_session_serves_nobody_when_nothing_was_bound(planted):
    with session_of(planted, None) as session:
        assert bound(session).staff_id == ""
        with pytest.raises(OutOfReach):
            session.execute(update(Ticket).values(feature="x"))


def test_object_is_not_handed_on_when_another_session_loaded_it(planted):
    with session_of(planted, Access.system("test")) as whole:
        theirs = whole.scalar(select(Ticket).where(Ticket.id == THEIRS).options(undefer("*")))
        whole.expunge(theirs)

    with session_of(planted, access()) as mine:
        assert mine.scalar(select(Ticket).where(Ticket.id == THEIRS)) is None


def test_whole_table_is_answered_when_the_system_asks(planted):
    with session_of(planted, Access.system("test")) as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == len(all_rows(planted, Ticket))
        assert session.scalar(select(func.max(Account.email))).startswith("cnry")


def test_insert_adds_rows_when_the_table_may_be_written(planted):
    with session_of(planted, access(categories=frozenset({C.FREE_TEXT}), writes=frozenset({"ticket"}))) as writing:
        writing.execute(
            insert(Ticket).values(kind=bindparam("kind"), written_by="staff", subject="s", body="b", opened_at=NOW),
            [{"kind": "question"}],
        )
        writing.commit()

    assert len(rows_of(planted, Ticket, subject="s")) == 1


def test_literals_answer_when_no_table_is_asked(plain):
    with pytest.raises(OutOfReach):
        plain.execute(select(literal(1)))


def test_deferred_stays_out_when_a_column_in_reach_is_not_named(reading):
    row = reading.scalar(select(Account).where(Account.id == MY_PERSON).options(defer(Account.email)))

    assert "email" not in row.__dict__
