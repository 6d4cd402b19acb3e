"""My work: what lies on my desk, per role, without personal data."""

from flask import current_app, flash, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.policy.roles import Role
from dashboard.services import my_work

from .base import Banner, Home, expose

DESKS = {
    Role.REP: my_work.of_rep,
    Role.SUPPORT: my_work.of_support,
    Role.SYSADMIN: my_work.of_sysadmin,
    Role.COMPLIANCE: my_work.of_compliance,
}
DETAILS = {
    "ticket": "tickets.details",
    "contact_request": "contact_requests.details",
    "onboarding_case": "onboarding.details",
    "subject_request": "subject_requests.details",
}
QUEUES = {
    "ticket": "tickets.index",
    "contact_request": "contact_requests.index",
    "onboarding_case": "onboarding.index",
    "subject_request": "subject_requests.index",
}
TAKES = {
    "ticket": "tickets.take",
    "contact_request": "contact_requests.take",
    "onboarding_case": "onboarding.take",
    "subject_request": "subject_requests.take",
}


class HomeView(Home):
    """The page staff land on."""

    def __init__(self) -> None:
        """Mount at /admin/."""
        super().__init__(name=lazy_gettext("My work"), endpoint="admin", url="/admin")

    @expose("/")
    @permits(P.WORK_LIST)
    def index(self) -> str:
        """Show my desk."""
        role = Role(g.actor.role)
        desk = DESKS[role](self.guarded, zone=current_app.extensions["settings"].zone)
        return self.page(
            f"home/{role.value}.html", desk=desk, at=g.at, details=DETAILS, takes=TAKES, banner=_banner(desk, role)
        )

    @expose("/find", methods=("POST",))
    @acts(P.CASE_FIND)
    def find(self) -> Response:
        """Go to a case in my reach by its number; elsewhere the page cannot tell."""
        found = my_work.find_case(self.guarded, request.form.get("q", ""))
        if found is None:
            flash(_("Nothing in your cases or the queue. If it exists elsewhere, this page cannot tell."), "warn")
            return self.back("admin.index")
        if found.mine:
            return self.back(DETAILS[found.table], public_id=found.id)
        flash(_("%(ref)s is in the queue. Take it to see whose it is.", ref=found.ref))
        return self.back(QUEUES[found.table], tab="free")


def _banner(desk: my_work.Desk, role: Role) -> Banner:
    reach = ngettext(
        "%(num)s person, one per case in your hands", "%(num)s people, one per case in your hands", len(desk.mine)
    )
    seen = ngettext("%(num)s look by you", "%(num)s looks by you", desk.looks)
    because = _("a case shows its person only after you open it")
    if role == Role.COMPLIANCE:
        reach = _("figures and lines of the log; no person, in any state")
        because = _("you oversee looks without seeing anyone")
        seen = ngettext("%(num)s line by everyone", "%(num)s lines by everyone", desk.looks)
    refused = _("%(refused)s refused", refused=desk.refused)
    return Banner(
        _("Safe to show to a colleague."), because, reach, f"{seen}, {refused}",
        until_label=_("Your reach"), recorded_label=_("Recorded today"),
    )  # fmt: skip
