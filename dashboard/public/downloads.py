"""What was made for a person, behind their own link: the overview to read, the copy to fetch, the certificate on paper.

No session, no cookie, nothing kept by a browser, no file named after anybody. Handing out is recorded first (P3).
"""

from typing import Any

from flask import Blueprint, Response, current_app, request, send_file
from flask_babel import get_locale

from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.frame import here
from dashboard.policy.declare import public
from dashboard.services.erasure import certifying
from dashboard.services.overview import certificate, fetching
from models import db

from .person import WHY, gone, page

blueprint = Blueprint("downloads", __name__)
TYPES = {"zip": "application/zip", "pdf": "application/pdf"}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@blueprint.get("/privacy/download/<path:token>", merge_slashes=False)
@public(WHY)
def show(token: str) -> Any:
    """Say what lies ready and until when; hand out nothing."""
    with system_session(db.engine, "show what lies ready for a person", read_only=True) as session:
        ready = fetching.look(session, _settings(), token)
    if ready is None:
        return gone()
    return page("public/download.html", ready=ready, token=token, size=kilobytes(ready.main.size))


def kilobytes(size: int) -> int:
    """Return a size in kB, at least 1."""
    return max(round(size / 1000), 1)


@blueprint.get("/privacy/download/<token>/file")
@public(WHY)
def fetch(token: str) -> Any:
    """Hand out the file, after recording it; a HEAD learns only that it is there."""
    hand_out = fetching.look if request.method == "HEAD" else fetching.fetch
    with system_session(db.engine, "hand out what lies ready") as session:
        ready = hand_out(session, _settings(), token)
    if ready is None:
        return gone()
    try:
        return _sent(ready)
    except FileNotFoundError:  # its week ended a moment ago
        return gone()


def _sent(ready: fetching.Ready) -> Response:
    kind = TYPES[fetching.MAIN[ready.kind]]
    return send_file(ready.main.path, kind, as_attachment=True, download_name=ready.name, etag=False, conditional=False)


@blueprint.get("/privacy/overview/<path:token>", merge_slashes=False)
@public(WHY)
def overview(token: str) -> Any:
    """Show the overview as it stood when it was made, in the language of the page."""
    with system_session(db.engine, "show an overview to its person") as session:
        found = fetching.read(session, _settings(), token, language=str(get_locale()))
    if found is None:
        return gone()
    return page("public/overview.html", ready=found[0], document=found[1], token=token)


@blueprint.get("/privacy/certificate/<token>.pdf")
@public(WHY)
def certificate_pdf(token: str) -> Any:
    """Hand out a certificate as PDF, checked at this moment."""
    with system_session(db.engine, "show a certificate", read_only=True) as session:
        found = certifying.read(session, token)
    if found is None:
        return gone()
    address = _settings().base_url + here("certificates.show", token=token)
    drawn = certificate.certificate_pdf(found, _settings(), language=str(get_locale()), address=address)
    named = {"Content-Disposition": f"attachment; filename=certificate-{found.ref}.pdf"}
    return Response(drawn, content_type=TYPES["pdf"], headers=named)
