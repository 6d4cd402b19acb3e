"""Deciding, as second sysadmin, what another proposed, and carrying it out in the same transaction.

The proposer never decides, nor does the person whose role would change; the database refuses both as well. What the
command line proposes has no proposer until a sysadmin stands behind it: then another one must agree.
"""

from sqlalchemy.orm import Session

from dashboard.policy.roles import Role
from models import Proposal, Staff, bound

from . import access_log, api_tokens, invitations
from .cases import case_of, find
from .invitations import Sender
from .proposals import Outcome, check_token, done, open_proposal
from .refusals import SamePerson, SomeoneWasFaster
from .staff import give_back, keep_one, lock_sysadmins


def agree(session: Session, public_id: str, *, sender: Sender) -> Outcome:
    """Agree to a colleague's proposal and carry it out; or stand behind one that came from the command line.

    Raise SamePerson, OwnRole, SomeoneWasFaster (decided meanwhile), or Invalid when it can no longer be done.
    """
    sysadmins = lock_sysadmins(session)
    row = open_proposal(session, public_id)
    if row.proposed_by is None:
        row.proposed_by = bound(session).staff_id
        return done(session, row, "proposal_stood_behind", Outcome(row.number, row.kind, stood_behind=True))
    _decide(session, row, agreed=True)
    if row.kind == "invitation":
        invitations.issue(session, email=row.subject, name=row.name or "", role=row.detail, sender=sender)
        outcome = Outcome(row.number, row.kind)
    elif row.kind == "role":
        outcome = _give_role(session, row, sysadmins=sysadmins)
    else:
        outcome = _make_token(session, row)
    return done(session, row, "proposal_agreed", outcome)


def refuse(session: Session, public_id: str) -> Outcome:
    """Refuse a colleague's proposal."""
    lock_sysadmins(session)
    row = open_proposal(session, public_id)
    if row.proposed_by is None:
        row.decided_at, row.agreed = bound(session).at, False
    else:
        _decide(session, row, agreed=False)
    return done(session, row, "proposal_refused", Outcome(row.number, row.kind))


def _decide(session: Session, row: Proposal, *, agreed: bool) -> None:
    if row.proposed_by == bound(session).staff_id:
        raise SamePerson
    row.decided_by, row.decided_at, row.agreed = bound(session).staff_id, bound(session).at, agreed


def _give_role(session: Session, row: Proposal, *, sysadmins: set[str]) -> Outcome:
    colleague = find(session, Staff, row.subject, lock="update")
    if not colleague.active:
        raise SomeoneWasFaster
    if row.detail != Role.SYSADMIN:
        keep_one(sysadmins, colleague.id)
    colleague.role = row.detail
    access_log.record(session, "role_changed", case=case_of(colleague), reason=row.detail)
    give_back(session, colleague, reason="role_changed")
    return Outcome(row.number, row.kind)


def _make_token(session: Session, row: Proposal) -> Outcome:
    check_token(session, name=row.subject, scope=row.detail)
    clear = api_tokens.make(session, name=row.subject, scope=row.detail)
    return Outcome(row.number, row.kind, token=clear, token_name=row.subject)
