"""Evidence: how the canary people fared, the key that folders are signed with, the record of processing activities."""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from dashboard.frame import ROLE_LABELS
from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P
from dashboard.services.activities import record
from dashboard.services.canaries import reading
from dashboard.services.evidence import signing

from .base import Banner, Page, expose


class EvidenceView(Page):
    """What shows that the policy is kept, beside the promises themselves. There is nobody to see."""

    def __init__(self) -> None:
        """Mount at /admin/evidence/."""
        super().__init__(name=lazy_gettext("Evidence"), endpoint="evidence", url="/admin/evidence/")

    @expose("/")
    @permits(P.EVIDENCE_READ)
    def index(self) -> str:
        """Show the last walk of the canary people, those before it, and how a folder is verified."""
        walks = reading.walks(self.guarded)
        return self.page(
            "evidence/index.html", walks=walks, last=walks[0] if walks else None, fingerprint=signing.fingerprint(),
            public_key=signing.public_key(), ways=_ways(), banner=_banner(),
        )  # fmt: skip

    @expose("/processing-activities")
    @permits(P.EVIDENCE_READ)
    def processing_activities(self) -> str:
        """Show the record of processing activities, as the code stands now."""
        made = record.record(current_app.extensions["settings"])
        here = _("Record of processing activities")
        return self.page(
            "evidence/activities.html", record=made, persons=record.PERSONS, roles=ROLE_LABELS, crumbs=[(here, None)],
            banner=_banner(),
        )  # fmt: skip


def _ways() -> dict[str, str]:
    """Name each call that a canary makes."""
    return {
        "add_contact_request": _("Contact form"),
        "put_company": _("Company"),
        "put_account": _("Account"),
        "put_preferences": _("Choice of messages"),
        "add_usage_events": _("Usage events"),
        "add_error": _("Error of the app"),
        "add_ticket": _("Ticket"),
        "add_message": _("Message that the app sent"),
        "note_first_sign_in": _("First sign-in"),
        "deactivate_account": _("Deactivation"),
        "cancel_company": _("Cancellation by the company"),
        "add_subject_request": _("Request about their own data"),
    }


def _banner() -> Banner:
    return Banner(
        _("Figures, rules, and people who do not exist."),
        _("compliance must be able to show that the policy is kept"),
        _("the tables, the grants and the registry that the application runs by, as they are now"),
        _("nothing: there is nobody to see"),
        until_label=_("Where it comes from"),
    )  # fmt: skip
