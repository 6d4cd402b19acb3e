"""The second line: rows and columns outside the bound Access do not load, whatever statement asks for them.

Works on the session, beneath every view and service, so a forgetful query yields nothing and a prying one raises. No
Access bound means no rows. What it cannot see (raw text, Core tables) it refuses outright unless the system asks.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Alias, Column, Connection, Insert, Table, TableClause, event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction, UOWTransaction
from sqlalchemy.pool import ConnectionPoolEntry, Pool
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnClause, Extract, TextClause
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.sql.selectable import FromClause, SelectBase
from sqlalchemy.sql.visitors import HasTraverseInternals

from .access import Access
from .classification import CLOSED
from .criteria import real_rows, row_criteria, rows_of

WRITTEN_OUT = ("_statement_hints", "_hints", "_prefixes", "_suffixes")
"""Where a statement keeps texts that the database gets as they are."""
NOBODY = Access(actor=None, permission="", purpose="nothing was asked for", promise="")


class OutOfReach(Exception):
    """Cannot continue because the statement asks for something the bound Access does not reach."""


class AlreadyBound(Exception):
    """Cannot continue because a session serves one Access only; open another session."""


def bind(session: Session, access: Access) -> None:
    """Bind an Access to a session, once."""
    if "access" in session.info:
        raise AlreadyBound(access.permission)
    session.info["access"] = access


def bound(session: Session) -> Access:
    """Return the Access a session serves; nobody's, which reaches nothing, when none is bound."""
    access: Access = session.info.get("access", NOBODY)
    return access


def begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:  # noqa: ARG001
    """Open the transaction the Access calls for: read-only when nothing may be written, whatever way it came.

    On SQLite a transaction that will write takes the write lock at once, so that what it reads cannot be changed by
    another before it commits.
    """
    writes = bound(session).changes
    if connection.dialect.name == "sqlite":
        _let_write(connection.connection.driver_connection, connection.info, writes=writes)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif not writes:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _let_write(connection: Any, info: dict[Any, Any], *, writes: bool) -> None:
    """Make a connection of SQLite refuse every change, or take changes again; `info` is what its pool knows of it."""
    if info.get("reads_only", False) == writes:
        connection.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        info["reads_only"] = not writes


def let_write_again(connection: Any, entry: ConnectionPoolEntry) -> None:
    """Hand a connection back to its pool as it came out: the next to use it may be no session."""
    if connection is not None and entry.info.get("reads_only"):
        _let_write(connection, entry.info, writes=True)


def guard_statement(state: ORMExecuteState) -> None:
    """Add the row conditions to a statement and refuse columns, tables and texts out of reach."""
    access = bound(state.session)
    if access.everything:
        _leave_canaries_out(state, access)
        return
    if not state.is_orm_statement:
        raise OutOfReach("only statements over mapped tables can be guarded")
    statement: Any = state.statement
    for element in (elements := list(_elements(statement))):
        _guard_element(access, element, whole=statement)
    if isinstance(statement, UpdateBase):
        _guard_write(access, statement.table.name, _set_columns(statement))  # type: ignore[union-attr]
        if state.is_update and isinstance(state.parameters, list):
            raise OutOfReach("an update by a list of keys passes by the row conditions")
    if not state.is_insert:
        asked_for = {_entity_of(element) for element in elements}
        state.statement = state.statement.options(*row_criteria(state.session, access, asked_for))
    if state.is_column_load:  # a refresh heeds no loader criteria
        state.statement = statement.where(*(rows_of(access, mapper) for mapper in state.all_mappers))


def _leave_canaries_out(state: ORMExecuteState, access: Access) -> None:
    if access.real_only and state.is_select:
        state.statement = state.statement.options(*real_rows())


def _elements(statement: Any) -> Iterator[Any]:
    """Walk a statement down to its mapped tables and columns, which the row conditions will find, and no further."""
    waiting, keys = [statement], list(_keys_of_entities(statement))
    while waiting:
        element = waiting.pop()
        yield element
        if not _stands_for_an_entity(element) and not any(element is key for key in keys):
            waiting.extend(HasTraverseInternals.get_children(element))  # as written: without the tables it implies


def _keys_of_entities(statement: Any) -> Iterator[Column[Any]]:
    """Session.get and refresh name the key of the entity they ask for by its table's own column: those may pass."""
    entities = {e for e in getattr(statement, "_raw_columns", ()) if "parententity" in e._annotations and _is_table(e)}  # noqa: SLF001
    for criterion in getattr(statement, "_where_criteria", ()):
        parts = criterion.clauses if isinstance(criterion, BooleanClauseList) else (criterion,)
        for part in parts:
            if isinstance(part, BinaryExpression) and isinstance(part.left, Column) and part.left.table in entities:
                yield part.left


def _stands_for_an_entity(element: Any) -> bool:
    table = element if isinstance(element, FromClause) else getattr(element, "table", None)
    return "parententity" in getattr(element, "_annotations", ()) and _is_table(table)


def _entity_of(element: Any) -> str | None:
    """Return the name of the mapped table an element is, or is a column of; None for anything else."""
    if not _stands_for_an_entity(element):
        return None
    table = element if isinstance(element, FromClause) else element.table
    whole: Any = table.element if isinstance(table, Alias) else table
    return str(whole.name)


def _is_table(element: Any) -> bool:
    return isinstance(element, Table) or (isinstance(element, Alias) and isinstance(element.element, Table))


def _guard_element(access: Access, element: Any, *, whole: Any) -> None:
    if isinstance(element, TextClause) or _is_column_by_name(element) or _brings_text(element):
        raise OutOfReach("raw text cannot be guarded")
    if isinstance(element, TableClause) and "parententity" not in element._annotations:  # noqa: SLF001
        raise OutOfReach(f"{element.name}: the row conditions find entities, not tables")
    if isinstance(element, UpdateBase) and element is not whole:
        raise OutOfReach("a write within another statement passes by the row conditions")
    if isinstance(element, SelectBase) and isinstance(whole, Insert):
        raise OutOfReach("an insert from a select passes by the row conditions")
    if isinstance(element, Column):
        for base in element.base_columns:  # the table's own column, also behind an alias or a subquery
            _guard_column(access, base)


def _is_column_by_name(element: Any) -> bool:
    """A column that belongs to nothing could be any table's; `*` and `1` are what count and exists ask."""
    return isinstance(element, ColumnClause) and element.table is None and element.name not in {"*", "1"}


def _brings_text(element: Any) -> bool:
    """Hints, prefixes, suffixes, operators made by hand and names not to be quoted reach the database as written."""
    by_hand = (getattr(element, part, None) for part in ("operator", "modifier"))
    unquoted = getattr(getattr(element, "name", None), "quote", None) is False
    field = isinstance(element, Extract) and not element.field.isidentifier()
    written = unquoted or field or any(getattr(element, part, ()) for part in WRITTEN_OUT)
    return written or any(isinstance(operator, custom_op) for operator in by_hand)


def _guard_column(access: Access, column: Any) -> None:
    if not isinstance(getattr(column, "table", None), Table) or "privacy" not in column.info:
        return
    category = column.info["privacy"].category
    if category in CLOSED and not access.may_read(column.table.name, category):
        raise OutOfReach(f"{column.table.name}.{column.name}")


def guard_flush(session: Session, context: UOWTransaction, instances: Any) -> None:  # noqa: ARG001
    """Refuse to write rows of a table the Access may not change."""
    access = bound(session)
    for instance in _touched(session):
        _guard_write(access, instance.__tablename__, _changed_columns(session, instance))


def _touched(session: Session) -> Iterator[Any]:
    yield from session.new
    yield from (row for row in session.dirty if session.is_modified(row))
    yield from session.deleted


def _changed_columns(session: Session, instance: Any) -> list[str]:
    """The columns a changed row would set; none for a new or a deleted row, which need the whole table."""
    if instance in session.new or instance in session.deleted:
        return []
    return [item.key for item in inspect(instance).attrs if item.history.has_changes()]


def _set_columns(statement: Any) -> list[str]:
    """The columns an UPDATE sets; none for an INSERT or DELETE, which need the whole table."""
    return [column.key for column in statement._values or ()] if statement.is_update else []  # noqa: SLF001


def _guard_write(access: Access, table: str, columns: Sequence[str]) -> None:
    if not access.may_write(table, columns):
        raise OutOfReach(f"writing {table}")


def _guard_instance(instance: Any, context: Any, *_attributes: Any) -> None:
    """Refuse a loaded object that carries a closed column out of reach, by whatever option it came."""
    session = getattr(context, "session", None)
    if session is None or bound(session).everything:
        return
    table = instance.__tablename__
    for name in instance.__dict__.keys() & _closed_columns(instance):
        category = instance.__table__.c[name].info["privacy"].category
        if not bound(session).may_read(table, category):
            raise OutOfReach(f"{table}.{name}")


def _closed_columns(instance: Any) -> set[str]:
    return {c.name for c in instance.__table__.c if c.info["privacy"].category in CLOSED}


# On the class itself: no session of this process, however it was made, goes unguarded.
event.listen(Session, "do_orm_execute", guard_statement)
event.listen(Session, "before_flush", guard_flush)
event.listen(Session, "after_begin", begin)
event.listen(Pool, "checkin", let_write_again)
event.listen(Mapper, "load", _guard_instance)
event.listen(Mapper, "refresh", _guard_instance)
