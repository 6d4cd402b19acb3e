"""Ids that must not come back: a copy the app or the website sends again does not recreate who was erased (P51).

The same person may freely come back as a new customer, under a new id.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services import fingerprints
from dashboard.services.refusals import Invalid
from models import Tombstone


def erased_among(session: Session, external_ids: Iterable[str]) -> set[str]:
    """Return those of the app's ids that belonged to somebody who was erased."""
    by_fingerprint = {fingerprints.of_key(external_id): external_id for external_id in external_ids}
    found = session.scalars(select(Tombstone.fingerprint).where(Tombstone.fingerprint.in_(by_fingerprint)))
    return {by_fingerprint[fingerprint] for fingerprint in found}


def refuse_form_if_erased(session: Session, external_id: str | None) -> None:
    """Raise Invalid when the website's id of a form belonged to one that was erased."""
    known = select(Tombstone.fingerprint).where(Tombstone.fingerprint == fingerprints.of_form(external_id or ""))
    if external_id and session.scalar(known):
        raise Invalid("external_id", "This submission was erased. Whoever writes again does so with a new form.")


def refuse_if_erased(session: Session, external_id: str) -> None:
    """Raise Invalid when this id belonged to an erased account."""
    if erased_among(session, [external_id]):
        raise Invalid("external_id", "This account was erased. Whoever comes back does so under a new id.")
