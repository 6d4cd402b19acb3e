"""Whether the overview can be complete: nothing lies in the database that nobody has declared (P1)."""

from dashboard.database import live
from dashboard.policy.texts import N_
from models import Base

from .base import Finding, Look, check, none_of


@check("P1", unit=N_("columns in the database that nobody has declared"), where="models/")
def every_column_is_declared(look: Look) -> Finding:
    """Hold the live schema against the classified columns of the models."""
    declared = {name: frozenset(table.c.keys()) for name, table in Base.metadata.tables.items()}
    found = live.columns(look.session)
    strange = sum(len(names - declared.get(table, frozenset())) for table, names in found.items())
    return none_of(strange, of=sum(map(len, found.values())))
