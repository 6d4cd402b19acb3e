"""Staff and tokens: who works here in which role, what two sysadmins must agree on, what one may end at once.

No name and no address goes into a flash, a title or an address of a page. A new token is shown on the answer itself.
"""

from typing import Any

from flask import current_app, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import agreements, api_tokens, proposals, staff
from dashboard.services.invitations import Sender
from dashboard.services.refusals import Invalid
from models import Staff

from . import staff_forms as forms
from .base import Banner, Form, RecordList, Row, expose


class StaffView(RecordList):
    """Everything about staff and tokens; each change calls a service and ends in a redirect, but for a new token."""

    columns = (
        ("ref", lazy_gettext("Number")),
        ("who", lazy_gettext("Who")),
        ("role", lazy_gettext("Role")),
        ("state", lazy_gettext("State")),
        ("seen", lazy_gettext("Last signed in")),
    )
    caption = lazy_gettext("Staff members, newest first")
    list_template = "staff/index.html"

    def __init__(self) -> None:
        """Mount at /admin/staff/."""
        super().__init__(Staff, name=lazy_gettext("Staff and tokens"), endpoint="staff", url="/admin/staff/")

    @expose("/")
    @permits(P.STAFF_LIST)
    def index(self) -> str:
        """List proposals, staff and tokens."""
        return self.show(
            proposals=proposals.waiting(self.guarded), names=staff.names(self.guarded),
            tokens=api_tokens.every(self.guarded), words=forms, banner=_banner(),
        )  # fmt: skip

    def row(self, record: Staff) -> Row:
        """Show a staff member."""
        ref = f"S-{record.number}"
        macros: Any = current_app.jinja_env.get_template("staff/cells.html").module
        if "invitation_links" not in g:
            g.invitation_links = staff.links(self.guarded)
        cells = [
            ref, macros.who(record), forms.ROLE_WORDS[record.role],
            macros.state(record, g.invitation_links.get(record.id), g.at - staff.UNUSED),
            macros.seen(record.last_seen_at),
        ]  # fmt: skip
        return Row(cells, ref, url_for(".details", public_id=record.id), _("Open"))

    @expose("/<public_id>")
    @permits(P.STAFF_LIST)
    def details(self, public_id: str) -> str:
        """Show one staff member, and what can be proposed or ended."""
        return self._details(self.guarded, public_id, forms.RoleForm(formdata=None))

    def _details(self, session: Any, public_id: str, form: forms.RoleForm) -> str:
        who = staff.person(session, public_id)
        crumbs = [(f"S-{who.number}", None)]
        mine = who.id == g.actor.staff_id
        link = staff.links(session).get(who.id)
        return self.page(
            "staff/details.html", crumbs=crumbs, who=who, form=form, mine=mine, link=link, words=forms, banner=_banner()
        )

    @expose("/<public_id>/role", methods=("POST",))
    @acts(P.STAFF_PROPOSE)
    def role(self, public_id: str) -> Any:
        """Propose another role for a colleague; never for oneself."""
        form = forms.RoleForm()
        try:
            number = proposals.change_role(self.guarded, public_id, role=form.role.data or "")
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            with self.look(P.STAFF_LIST) as session:
                return self._details(session, public_id, form)
        return self._proposed(number)

    @expose("/invite", methods=("GET", "POST"))
    @permits(get=P.STAFF_LIST, post=P.STAFF_PROPOSE)
    def invite(self) -> Any:
        """Propose to invite a colleague."""
        form = forms.InviteForm()
        if request.method == "POST" and form.validate():
            domains = current_app.extensions["settings"].staff_domains.split(",")
            given = {"email": form.email.data or "", "name": form.name.data or "", "role": form.role.data or ""}
            try:
                return self._proposed(proposals.invite(self.guarded, **given, domains=domains))
            except Invalid as refusal:
                Form.show_refusal(form, refusal)
        return self.page(
            "staff/invite.html", crumbs=[(_("Invite a colleague"), None)], form=form, words=forms, banner=_banner()
        )

    @expose("/token", methods=("GET", "POST"))
    @permits(get=P.STAFF_LIST, post=P.STAFF_PROPOSE)
    def token(self) -> Any:
        """Propose a token for the app or the website."""
        form = forms.TokenForm()
        if request.method == "POST" and form.validate():
            given = {"name": form.name.data or "", "scope": form.scope.data or ""}
            try:
                return self._proposed(proposals.new_token(self.guarded, **given))
            except Invalid as refusal:
                Form.show_refusal(form, refusal)
        return self.page("staff/token.html", crumbs=[(_("New token"), None)], form=form, words=forms, banner=_banner())

    def _proposed(self, number: int) -> Response:
        flash(_("Proposal %(n)s waits for another system administrator. Nothing has changed yet.", n=number))
        return self.back(".index")

    @expose("/proposal/<public_id>/agree", methods=("POST",))
    @acts(P.STAFF_AGREE)
    def agree(self, public_id: str) -> Any:
        """Agree to a colleague's proposal; a new token is shown on this answer and nowhere else."""
        settings = current_app.extensions["settings"]
        sender = Sender(settings.base_url, settings.company_name)
        try:
            outcome = agreements.agree(self.guarded, public_id, sender=sender)
        except Invalid as refusal:
            flash(
                _(
                    "This cannot be done any more: %(why)s Refuse the proposal.",
                    why=_(refusal.message, **refusal.values),
                ),
                "warn",
            )
            return self.back(".index")
        if outcome.token:
            crumbs = [(_("New token"), None)]
            return self.page("staff/token_made.html", crumbs=crumbs, outcome=outcome, banner=_banner())
        flash(_agreed(outcome))
        return self.back(".index")

    @expose("/proposal/<public_id>/refuse", methods=("POST",))
    @acts(P.STAFF_AGREE)
    def refuse(self, public_id: str) -> Response:
        """Refuse a colleague's proposal."""
        outcome = agreements.refuse(self.guarded, public_id)
        flash(_("Proposal %(n)s is refused. Nothing has changed.", n=outcome.number))
        return self.back(".index")

    @expose("/proposal/<public_id>/withdraw", methods=("POST",))
    @acts(P.STAFF_PROPOSE)
    def withdraw(self, public_id: str) -> Response:
        """Take back my own proposal."""
        outcome = proposals.withdraw(self.guarded, public_id)
        flash(_("Proposal %(n)s is withdrawn. Nothing has changed.", n=outcome.number))
        return self.back(".index")

    @expose("/<public_id>/deactivate", methods=("GET", "POST"))
    @permits(get=P.STAFF_LIST, post=P.STAFF_DEACTIVATE)
    def deactivate(self, public_id: str) -> Any:
        """Ask once, then end a colleague's access at once."""
        refused = ""
        if request.method == "POST":
            try:
                number = staff.deactivate(self.guarded, public_id)
            except Invalid as refusal:
                self.guarded.rollback()
                refused = _(refusal.message)
            else:
                flash(_("S-%(n)s is deactivated and signed out. Their open cases are back in the queue.", n=number))
                return self.back(".index")
        who = staff.person(self.guarded, public_id)
        crumbs = [
            (_("Staff member %(ref)s", ref=f"S-{who.number}"), url_for(".details", public_id=who.id)),
            (_("Deactivate"), None),
        ]
        return self.page(
            "staff/deactivate.html", crumbs=crumbs, who=who, words=forms, refused=refused, banner=_banner()
        )

    @expose("/token/<public_id>/revoke", methods=("GET", "POST"))
    @permits(get=P.STAFF_LIST, post=P.TOKEN_REVOKE)
    def revoke(self, public_id: str) -> Any:
        """Ask once, then make a token useless at once."""
        key = api_tokens.one(self.guarded, public_id)
        if request.method == "POST":
            api_tokens.revoke(self.guarded, key.name)
            flash(_("The token is revoked. Calls with it are refused from now on."))
            return self.back(".index")
        crumbs = [(_("Revoke a token"), None)]
        return self.page("staff/revoke.html", crumbs=crumbs, key=key, words=forms, banner=_banner())


def _agreed(outcome: proposals.Outcome) -> str:
    if outcome.stood_behind:
        return _(
            "You stand behind proposal %(n)s now. Another system administrator must agree to it.", n=outcome.number
        )
    if outcome.kind == "invitation":
        return _(
            "You agreed to proposal %(n)s. The invitation is on its way; its link holds for 72 hours.", n=outcome.number
        )
    return _("You agreed to proposal %(n)s. The role changes with the colleague's next click.", n=outcome.number)


def _banner() -> Banner:
    return Banner(
        you_see=_("Colleagues, with number, name and staff address; no customer"),
        because=_("you run the back-office. Giving a right takes two of you; ending one takes one"),
        until=_("you are no longer a system administrator"),
        recorded=_("each proposal, decision and change"),
        personal=True,
    )
