"""Which subject keys a request stands for: written to the access log when it is carried out, never before.

So "who saw the person of R-2207?" can be asked of the log alone: nobody opens the request, and the answer stays when
the person is erased and the keys point to nobody. One line per key and relation; nothing joins them (P8).
"""

from sqlalchemy.orm import Session

from dashboard.services import access_log
from dashboard.services.cases import case_of
from models import Person, SubjectRequest


def record_keys(session: Session, request: SubjectRequest, person: Person) -> None:
    """Write one line for each key of the person; in the caller's transaction."""
    accounts = [("account", key) for key in person.accounts]
    for table, key in accounts + [("contact_request", key) for key in person.contacts]:
        access_log.record(session, "request_matched", case=case_of(request), table=table, subject_key=key)
