"""Carrying out a validated removal, step by step, until nothing is found anywhere and a certificate says so.

Each stage looks at the state, does what is due and commits; whatever was cut off is found and taken up by the next
run, and a request that two processes hold at once is carried out by one of them. `fault.point` names the places where
a crash is tried.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from dashboard.database import hygiene
from dashboard.policy import requests as policy
from dashboard.policy.requests import Event, State
from dashboard.services import access_log, outbox
from dashboard.services.cases import case_of
from dashboard.services.requests import matching, working
from models import Person, RequestStep, SealedPayload, SubjectRequest, bound

from . import certifying, erasing, fault, finding, ledger, planning, profile, residue
from .asking import ask_all
from .files import delete_files, files_left
from .means import Means, steps_of

CARRIED_OUT = (State.VALIDATED, State.RUNNING, State.AWAITING_PROCESSORS, State.VERIFIED)


def waiting(session: Session) -> list[str]:
    """Return the removals that are validated and not certified, the oldest first."""
    due = or_(SubjectRequest.not_before.is_(None), SubjectRequest.not_before <= bound(session).at)
    query = select(SubjectRequest.id).where(
        SubjectRequest.kind == policy.Kind.REMOVAL, SubjectRequest.state.in_(CARRIED_OUT), due
    )
    return list(session.scalars(query.order_by(SubjectRequest.validated_at)))


def carry_out(means: Means, request_id: str) -> str:
    """Take a removal as far as it goes now and return its state; safe to call at any time, by any number."""
    stages: Mapping[str, Callable[[Means, str], bool]] = {
        State.VALIDATED: _start, State.RUNNING: _erase, State.AWAITING_PROCESSORS: _finish_everywhere,
        State.VERIFIED: _certify,
    }  # fmt: skip
    while True:
        state = _state(means, request_id)
        if state not in stages or not stages[state](means, request_id):
            return state


def _state(means: Means, request_id: str) -> str:
    with means.session() as session:
        return session.scalar(select(SubjectRequest.state).where(SubjectRequest.id == request_id)) or ""


def _locked(session: Session, request_id: str, state: State) -> SubjectRequest | None:
    """Return the request if it is still in this state and nobody else holds it."""
    return session.scalar(
        select(SubjectRequest)
        .where(SubjectRequest.id == request_id, SubjectRequest.state == state)
        .options(undefer(SubjectRequest.email))
        .with_for_update(skip_locked=True)
    )


def _start(means: Means, request_id: str) -> bool:
    """Lay down the steps, with what is found: from here on the person and the engineer see a plan with counts."""
    with means.session() as session:
        request = _locked(session, request_id, State.VALIDATED)
        if request is None:
            return False
        person = finding.person_at(session, request.email or "")
        session.add_all(_laid_down(session, request.id, person))
        request.state, request.executed_at = policy.move(request.state, Event.STARTED), bound(session).at
        request.plan_hash = planning.hash_of(planning.plan())
        fault.point("start.before_commit")
        session.commit()
    fault.point("start.after_commit")
    return True


def _laid_down(session: Session, request_id: str, person: Person) -> Iterator[RequestStep]:
    for position, place in enumerate(planning.plan()):
        model = planning.model_of(place.location)
        found = erasing.count(session, model, person) if model else None
        facts = {"location": place.location, "relation": place.relation, "action": place.action, "found": found}
        yield RequestStep(request_id=request_id, position=position, **facts)


def _erase(means: Means, request_id: str) -> bool:
    """The database part: one transaction. Afterwards the request itself names nobody any more."""
    with means.session() as session:
        request = _locked(session, request_id, State.RUNNING)
        if request is None:
            return False
        known = _known(session, request.email or "")
        kept_rows = erasing.own_texts(session, known.person)
        found = erasing.erase(session, known, request_id=request.id, kept_for=means.settings.backups)
        fault.point("erase.after_tables")
        profile.seal(session, request.id, known, rows=kept_rows)
        _keep_counts(session, request.id, found)
        _end_the_others(session, request, known)
        _name_nobody(request, backups_until=bound(session).at + means.settings.backups)
        matching.record_keys(session, request, known.person)
        access_log.record(session, "request_erased", case=case_of(request), count=sum(found.values()))
        fault.point("erase.before_commit")
        session.commit()
    fault.point("erase.after_commit")
    return True


def _name_nobody(request: SubjectRequest, *, backups_until: datetime) -> None:
    request.state = policy.move(request.state, Event.ERASED)
    request.email = request.email_key = None
    request.backups_until = backups_until


def _known(session: Session, email: str) -> profile.Profile:
    return profile.with_address(profile.profile_of(session, finding.person_at(session, email)), email)


def _keep_counts(session: Session, request_id: str, found: Mapping[str, int]) -> None:
    for step in steps_of(session, request_id):
        if step.location in found:
            step.found = max(step.found or 0, found[step.location])
            step.done_at = bound(session).at


def _end_the_others(session: Session, request: SubjectRequest, known: profile.Profile) -> None:
    """Whatever else this person had asked for ends with their data."""
    others = select(SubjectRequest).where(
        SubjectRequest.id.in_(known.person.requests),
        SubjectRequest.id != request.id,
        SubjectRequest.closed_at.is_(None),
    )
    for other in session.scalars(others.with_for_update()):
        working.end(session, other, state=State.WITHDRAWN, outcome="removed")


def _finish_everywhere(means: Means, request_id: str) -> bool:
    """Write the ledger's file, delete files, ask processors, read everything back, scan: then nothing is left."""
    with means.session() as session:
        known = profile.unseal(session, request_id)
        ledger.catch_up(session, means.settings.ledger_file)
    fault.point("ledger.written")
    if known is None:
        return False
    _clear_files(means, request_id, known)
    return ask_all(means, request_id, known) and _verify(means, request_id, known)


def _clear_files(means: Means, request_id: str, known: profile.Profile) -> None:
    gone = delete_files(known, folders=_folders(means))
    fault.point("files.deleted")
    with means.session() as session:
        for step in steps_of(session, request_id):
            if step.location in gone and step.done_at is None:
                step.found, step.done_at = gone[step.location], bound(session).at
        session.commit()


def _folders(means: Means) -> dict[str, Path]:
    return {planning.MESSAGES_ON_DISK: outbox.FOLDER, planning.EXPORT_FILES: means.settings.export_folder}


def _verify(means: Means, request_id: str, known: profile.Profile) -> bool:
    """Read every table back and scan for residue; only if nothing is found anywhere does the request go on."""
    settled = hygiene.settle(means.engine, erasing.small_tables())
    with means.session() as session:
        request = _locked(session, request_id, State.AWAITING_PROCESSORS)
        if request is None:
            return False
        left = erasing.left_over(session, known.person)
        left |= files_left(known, folders=_folders(means))
        rows = profile.rows_kept(session, request_id)
        hits = residue.scan(session, residue.known(session, request_id), folders=_folders(means).values(), own=rows)
        clean = settled and _note(session, request_id, left, hits=len(hits))
        if clean:
            request.state, request.verified_at = policy.move(request.state, Event.NOTHING_FOUND), bound(session).at
        fault.point("verify.before_commit")
        session.commit()
    return clean


def _note(session: Session, request_id: str, left: Mapping[str, int], *, hits: int) -> bool:
    at, clean = bound(session).at, not hits and not any(left.values())
    for step in steps_of(session, request_id):
        if step.location == planning.RESIDUE:
            step.left, step.done_at = hits, at
            step.verified_at = None if hits else at
        elif step.location in left:
            step.left, step.verified_at = left[step.location], None if left[step.location] else at
        elif step.action in {"scrub", "keep"}:
            step.verified_at = None if hits else at
    return clean


def _certify(means: Means, request_id: str) -> bool:
    """Sign the certificate and queue the closing message; the sealed payload lives until that has gone."""
    with means.session() as session:
        request = _locked(session, request_id, State.VERIFIED)
        if request is None:
            return False
        known = profile.unseal(session, request_id)
        request.signature = certifying.sign(request, steps_of(session, request_id))
        working.end(session, request, state=policy.move(request.state, Event.SIGNED), outcome="certified")
        request.certified_at = bound(session).at
        certifying.say_goodbye(session, request, known, settings=means.settings)
        access_log.record(session, "request_certified", case=case_of(request))
        fault.point("certify.before_commit")
        session.commit()
    fault.point("certify.after_commit")
    return True


def destroy_payloads(session: Session) -> int:
    """Destroy what carrying out no longer needs: the closing message has gone, or was given up."""
    certified = (
        select(SealedPayload, SubjectRequest)
        .join(SubjectRequest, SubjectRequest.id == SealedPayload.request_id)
        .where(SubjectRequest.certified_at.is_not(None))
    )
    gone = 0
    for payload, request in session.execute(certified).all():
        if not outbox.waits(session, cause=certifying.cause_of(request)):
            session.delete(payload)
            gone += 1
    session.commit()
    return gone
