"""The outbox: a message is written in the transaction of what caused it, and sent afterwards.

Address and text are kept no longer than sending takes, or giving up. Nothing of a message goes into a log or an
error's text.
"""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.config import LOOPBACK, ROOT, Settings
from dashboard.database.changes import alone
from dashboard.policy import canaries
from models import Message, to_the_house, utcnow

from .erasure import profile

FOLDER = ROOT / "var" / "outbox"
"""Where messages lie as files while there is no mail server."""
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))
"""How long the next try waits after each failed one; there are no more tries than entries."""
AT_ONCE = 50
"""Messages per run: a run that never ends could not be stopped cleanly."""
SEALED = "sealed:"
"""An address that lies encrypted in the payload of a request, whose id follows."""
HOUSE = to_the_house(canaries.DOMAIN, sealed=SEALED)
"""Messages to the house's own mailbox: `collect` reads them, and they never leave."""
PATIENCE = 6
"""Seconds the mail server may take to answer; shorter than a stop may take."""
EMPTY = {"address": "", "body": ""}
"""What is left of a message's address and text."""
Send = Callable[[EmailMessage], object]


class Undelivered(Exception):
    """Cannot continue because at least one message could not be sent; it is tried again later."""


def queue(
    session: Session,
    *,
    type: str,  # noqa: A002
    cause: str,
    address: str,
    subject: str,
    body: str,
    subject_key: str | None = None,
) -> None:
    """Write a message in the caller's transaction. The subject carries no personal value; the cause is kind and id."""
    kept = {"type": type, "cause": cause, "address": address, "subject": subject, "body": body}
    session.add(Message(**kept, subject_key=subject_key))


def deliver(session: Session, settings: Settings) -> int:
    """Send what waits; return how many went. Raise Undelivered, after trying all, when some did not.

    A mail server that cannot be reached counts as no try: its OSError ends the run, and a long night loses nothing.
    """
    _empty_given_up(session)  # also what was cut off in its last try
    waiting = _waiting(session)
    if not waiting:
        return 0
    with _way_out(settings) as send:
        went = [_try(session, message_id, send=send, settings=settings) for message_id in waiting]
    _empty_given_up(session)
    if not all(went):
        raise Undelivered
    return len(went)


def _waiting(session: Session) -> list[str]:
    due = (Message.sent_at.is_(None), Message.next_try_at <= utcnow(), Message.attempts < len(WAITS), ~HOUSE)
    found = list(session.scalars(select(Message.id).where(*due).order_by(Message.created_at).limit(AT_ONCE)))
    session.commit()
    return found


def _try(session: Session, message_id: str, *, send: Send, settings: Settings) -> bool:
    """Send one message, unless another process has it. The claim is committed first: no lock is held meanwhile."""
    mail = _claim(session, message_id, settings)
    if mail is None:
        return True
    try:
        send(mail)
    except smtplib.SMTPServerDisconnected as error:
        _settle(session, message_id, error=type(error).__name__)
        raise
    except (smtplib.SMTPException, ValueError) as error:
        _settle(session, message_id, error=type(error).__name__)
        return False
    _settle(session, message_id, sent_at=utcnow(), error=None, **EMPTY)
    return True


def _claim(session: Session, message_id: str, settings: Settings) -> EmailMessage | None:
    columns = (Message.address, Message.subject, Message.body, Message.attempts, Message.created_at)
    found = session.execute(select(*columns).where(Message.id == message_id)).one()
    claim = (
        update(Message)
        .where(Message.id == message_id, Message.sent_at.is_(None), Message.next_try_at <= utcnow())
        .where(Message.attempts == found.attempts)
        .values(attempts=found.attempts + 1, next_try_at=utcnow() + WAITS[min(found.attempts, len(WAITS) - 1)])
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    mine = session.scalar(claim)
    session.commit()
    if not mine:
        return None
    return _mail(message_id, found, to=_address(session, found.address), sender=settings.mail_from)


def _address(session: Session, kept: str) -> str:
    """Return where a message goes; the last one of an erased person has its address in their sealed payload."""
    if not kept.startswith(SEALED):
        return kept
    known = profile.unseal(session, kept.removeprefix(SEALED))
    session.commit()
    return known.addresses[0] if known and known.addresses else ""


def _settle(session: Session, message_id: str, **values: object) -> None:
    statement = update(Message).where(Message.id == message_id).values(**values)
    session.execute(alone(statement))
    session.commit()


def _empty_given_up(session: Session) -> None:
    """Keep of a message whose tries are used up that it was given up, and neither address nor text."""
    used_up = (Message.sent_at.is_(None), Message.attempts >= len(WAITS), Message.address != "")
    session.execute(alone(update(Message).where(*used_up).values(**EMPTY)))
    session.commit()


def _mail(message_id: str, found: object, *, to: str, sender: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, found.subject  # type: ignore[attr-defined]
    mail["Date"] = format_datetime(found.created_at)  # type: ignore[attr-defined]
    mail["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"  # the same if it is sent twice
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(found.body)  # type: ignore[attr-defined]
    return mail


@contextmanager
def _way_out(settings: Settings) -> Iterator[Send]:
    """Yield what sends one message: over one connection to the mail server, or into a file each."""
    if not settings.smtp_url:
        yield _write_file
        return
    server = _connect(settings.smtp_url)
    try:
        yield server.send_message
    finally:
        server.close()


def _connect(url: str) -> smtplib.SMTP:
    """Connect to the mail server; encrypted and verified, except on this machine (P52)."""
    parts, verified = urlsplit(url), ssl.create_default_context()
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE, context=verified)
    else:
        server = smtplib.SMTP(host, port or 587, timeout=PATIENCE)
    try:
        if parts.scheme == "smtp" and host not in LOOPBACK:
            server.starttls(context=verified)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _write_file(mail: EmailMessage) -> None:
    """Lay the message into the folder, readable by its owner alone; whole or not at all."""
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = FOLDER / f"{utcnow():%Y%m%dT%H%M%S}-{mail['Message-ID'][1:27]}.eml"
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(mail.as_bytes())
    part.rename(path)


def collect(session: Session, *, type: str, cause: str) -> list[str]:  # noqa: A002
    """Take messages out of the house's own mailbox and return their texts; they count as sent. The caller commits."""
    mine = (Message.type == type, Message.cause == cause, Message.sent_at.is_(None), HOUSE)
    found = session.execute(select(Message.id, Message.body).where(*mine)).all()
    read = update(Message).where(Message.id.in_([row.id for row in found])).values(sent_at=utcnow(), **EMPTY)
    session.execute(alone(read))
    return [row.body for row in found]


def files(folder: Path | None = None) -> list[Path]:
    """Return the messages that lie as files, newest first."""
    return sorted((folder or FOLDER).glob("*.eml"), reverse=True)


def waits(session: Session, *, cause: str) -> bool:
    """Whether a message of this cause still waits to be sent, and has tries left."""
    waiting = (Message.cause == cause, Message.sent_at.is_(None), Message.attempts < len(WAITS))
    return session.scalar(select(Message.id).where(*waiting).limit(1)) is not None
