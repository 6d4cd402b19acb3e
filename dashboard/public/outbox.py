"""The demo's mailbox: what would have been sent lies here to be read. It exists under DEMO=1 alone."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Blueprint, abort, current_app, render_template

from dashboard.policy.declare import public
from dashboard.services import outbox

blueprint = Blueprint("outbox", __name__)
SHOWN = 50


@dataclass(frozen=True)
class Letter:
    """One message as it would have arrived."""

    to: str
    subject: str
    at: datetime
    text: str


@blueprint.get("/outbox")
@public("The demo has no mail server, and its people are invented: their messages are read here. Else a 404.")
def index() -> str:
    """Show the newest messages."""
    if not current_app.extensions["settings"].demo:
        abort(404)
    files = outbox.files()
    letters = [_read(path) for path in files[:SHOWN]]
    return render_template("public/outbox.html", letters=letters, more=len(files) > SHOWN)


def _read(path: Path) -> Letter:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text = mail.get_content()
    return Letter(mail["To"] or "", mail["Subject"] or "", mail["Date"].datetime, text)
