"""The certificate of a removal, for whoever has its link: what was removed where, what was kept, that it is genuine."""

from typing import Any

from flask import Blueprint, current_app

from dashboard.database.engine import system_session
from dashboard.frame import here
from dashboard.policy.declare import public
from dashboard.processors.registry import PROCESSORS
from dashboard.services.erasure import certifying
from models import db

from .person import WHY, gone, page

blueprint = Blueprint("certificates", __name__)
OUT_OF_REACH = {facts.name: facts.erasure for facts in PROCESSORS if not facts.reachable}
"""What a certificate says of who cannot be reached by us."""


@blueprint.get("/privacy/certificate/<path:token>", merge_slashes=False)
@public(WHY)
def show(token: str) -> Any:
    """Show the certificate, checked at this moment against what is kept."""
    with system_session(db.engine, "show a certificate", read_only=True) as session:
        found = certifying.read(session, token)
    if found is None:
        return gone()
    address = current_app.extensions["settings"].base_url + here("certificates.show", token=token)
    facts = {"certificate": found, "out_of_reach": OUT_OF_REACH, "token": token, "address": address}
    return page("public/certificate.html", **facts)
