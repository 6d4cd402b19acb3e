"""Cases in hands that may no longer work them: after a role change or a deactivation they go back to the queue.

The conditions reach nothing as long as every holder has the role for it, so a grant that names them shows no case.
They stand here, not beside each table, because all ask the same question of the staff row.
"""

from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Mapped

from .access import Access
from .account import OnboardingCase
from .base import row_condition
from .contact import ContactRequest
from .staff import Staff
from .subject_request import SubjectRequest
from .ticket import Ticket
from .usage import TraceOpening


def _held_outside(role: str, holder: "Mapped[Any]") -> ColumnElement[bool]:
    staff = Staff.__table__.alias()
    return exists().where(staff.c.id == holder, (staff.c.role != role) | staff.c.active.is_(False))


@row_condition("ticket", "the ticket is open and its engineer no longer works in support")
def stray_tickets(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach tickets whose holder must give them back."""
    return Ticket.closed_at.is_(None) & _held_outside("support", Ticket.assignee_id)


@row_condition("contact_request", "the follow-up is open and its rep no longer follows up contacts")
def stray_contact_requests(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach submissions whose holder must give them back."""
    return ContactRequest.closed_at.is_(None) & _held_outside("rep", ContactRequest.assignee_id)


@row_condition("onboarding_case", "the case is open and its holder no longer is a system administrator")
def stray_onboarding_cases(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach set-ups whose holder must give them back."""
    return OnboardingCase.closed_at.is_(None) & _held_outside("sysadmin", OnboardingCase.assignee_id)


@row_condition("subject_request", "the request is open and its engineer no longer works in support")
def stray_subject_requests(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach people's requests whose holder must give them back."""
    return SubjectRequest.closed_at.is_(None) & _held_outside("support", SubjectRequest.assignee_id)


@row_condition("trace_opening", "its engineer no longer works in support")
def stray_openings(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach openings of a trace that must end."""
    return TraceOpening.ended_at.is_(None) & _held_outside("support", TraceOpening.engineer_id)
