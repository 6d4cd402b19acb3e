"""Tickets: the queue without persons, one ticket with its person, and what can be done with it."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import my_work, staff_tickets, ticket_work, tickets
from dashboard.services.listing import SET
from dashboard.services.refusals import Invalid, NotInReach
from dashboard.services.requests import receiving
from models import Ticket

from . import ticket_forms as forms
from .base import Banner, Form, RecordList, Row, calm_banner, expose
from .queue import seen, seen_as

TABS = ("mine", "free", "closed")


class TicketsView(RecordList):
    """Everything about tickets; each change calls a service and ends in a redirect."""

    columns = (("ref", lazy_gettext("Case")), ("what", lazy_gettext("What")), ("since", lazy_gettext("Since")))
    list_template = "tickets/list.html"
    caption = lazy_gettext("Tickets, newest first, without personal data")

    def __init__(self) -> None:
        """Mount at /admin/tickets/."""
        super().__init__(Ticket, name=lazy_gettext("Tickets"), endpoint="tickets", url="/admin/tickets/")

    @expose("/")
    @permits(P.TICKET_LIST)
    def index(self) -> str:
        """List my open tickets, the queue, or those I closed."""
        tabs = [(label, url_for(".index", tab=tab), tab == self._tab) for tab, label in forms.tab_labels().items()]
        return self.show(tabs=tabs, empty=forms.empty_texts()[self._tab])

    @property
    def _tab(self) -> str:
        tab = request.args.get("tab", "mine")
        return tab if tab in TABS else "mine"

    def filters(self) -> Mapping[str, Any]:
        """Narrow the list to the tab."""
        mine = {"assignee_id": g.actor.staff_id}
        return {"mine": mine | {"closed_at": None}, "closed": mine | {"closed_at": SET}}.get(
            self._tab, {"assignee_id": None, "closed_at": None}
        )

    def row(self, record: Ticket) -> Row:
        """Show a ticket by kind and code; what it says and whose it is stays closed."""
        line = my_work.ticket_line(record)
        cells = [line.ref, render_cell("what", line), render_cell("since", line)]
        if self._tab == "free":
            take = url_for(".take", public_id=record.id, seen=seen(record.id, line.ref))
            return Row(cells, line.ref, action=(take, _("Take")))
        if self._tab == "closed":
            return Row(cells, line.ref)
        return Row(cells, line.ref, url_for(".details", public_id=record.id), _("Open"))

    @expose("/<public_id>/take", methods=("POST",))
    @acts(P.TICKET_TAKE)
    def take(self, public_id: str) -> Response:
        """Take a free ticket."""
        try:
            ref = ticket_work.take(self.guarded, public_id)
        except NotInReach:
            ref = seen_as(public_id)
            if not ref:
                raise
            flash(_("Someone else took %(ref)s a moment ago.", ref=ref), "warn")
            return self.back(".index", tab="free")
        flash(_("%(ref)s is yours. Its person is shown below.", ref=ref))
        return self.back(".details", public_id=public_id)

    @expose("/<public_id>")
    @permits(P.TICKET_READ)
    def details(self, public_id: str) -> str:
        """Show a ticket of mine with its person."""
        return self._details(tickets.read(self.guarded, public_id))

    def _details(self, page: tickets.TicketPage, **context: Any) -> str:
        shown = {
            "finding_form": forms.FindingForm(formdata=None, data={"finding": page.finding}),
            "close_form": forms.CloseForm(formdata=None),
            "release_form": forms.ReleaseForm(formdata=None),
            "hand_over_form": forms.hand_over_form(page.colleagues),
            "link_form": forms.link_form(page.linkable) if page.linkable else None,
        }
        return self.page(
            "tickets/details.html", crumbs=[(page.ref, None)], ticket=page, banner=ticket_banner(page),
            **{**shown, **context},
        )  # fmt: skip

    @expose("/<public_id>/finding", methods=("POST",))
    @acts(P.TICKET_WORK)
    def finding(self, public_id: str) -> Any:
        """Keep what was found."""
        form = forms.FindingForm()
        return self._work(
            public_id,
            form,
            "finding_form",
            lambda: ticket_work.write_finding(self.guarded, public_id, form.finding.data or ""),
            _("Your finding is kept with the ticket."),
        )

    @expose("/<public_id>/link", methods=("POST",))
    @acts(P.TICKET_WORK)
    def link(self, public_id: str) -> Any:
        """Say which of the person's errors the ticket is about."""
        form = forms.link_form(())
        return self._work(
            public_id,
            form,
            "link_form",
            lambda: ticket_work.link_error(self.guarded, public_id, request.form.get("error", "")),
            _("Linked. You can open the trace now."),
        )

    @expose("/<public_id>/close", methods=("POST",))
    @acts(P.TICKET_WORK)
    def close(self, public_id: str) -> Any:
        """Close the ticket; access to its person ends."""
        form = forms.CloseForm()
        done = _("The ticket is closed. Your access to its person has ended.")
        return self._work(
            public_id,
            form,
            "close_form",
            lambda: ticket_work.close(self.guarded, public_id, request.form.get("reason", "")),
            done,
            to=".index",
        )

    @expose("/<public_id>/release", methods=("POST",))
    @acts(P.TICKET_WORK)
    def release(self, public_id: str) -> Any:
        """Give the ticket back to the queue."""
        form = forms.ReleaseForm()
        done = _("The ticket is back in the queue. Your access to its person has ended.")
        return self._work(
            public_id,
            form,
            "release_form",
            lambda: ticket_work.release(self.guarded, public_id, request.form.get("reason", "")),
            done,
            to=".index",
        )

    @expose("/<public_id>/hand-over", methods=("POST",))
    @acts(P.TICKET_WORK)
    def hand_over(self, public_id: str) -> Any:
        """Give the ticket to a colleague."""
        form = forms.hand_over_form(())
        done = _("The ticket is with your colleague. Your access to its person has ended.")
        return self._work(
            public_id,
            form,
            "hand_over_form",
            lambda: ticket_work.hand_over(self.guarded, public_id, request.form.get("colleague", "")),
            done,
            to=".index",
        )

    def _work(self, public_id: str, form: Any, name: str, act: Any, done: str, *, to: str = ".details") -> Any:
        """Do one thing to a ticket; a refusal comes back at its field, with the typed text kept."""
        try:
            act()
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            return self._again(public_id, name, form)
        flash(done)
        return self.back(to, **({"public_id": public_id} if to == ".details" else {}))

    def _again(self, public_id: str, name: str, form: Any) -> str:
        """Show the ticket once more, as a look of its own, with the form that came back."""
        with self.look(P.TICKET_READ) as session:
            page = tickets.read(session, public_id)
        if name == "link_form":
            form.error.choices = forms.error_choices(page.linkable)
        if name == "hand_over_form":
            form.colleague.choices = forms.colleague_choices(page.colleagues)
        return self._details(page, form=form, **{name: form})

    @expose("/<public_id>/request", methods=("POST",))
    @acts(P.SUBJECT_REQUEST_WRITE)
    def file_request(self, public_id: str) -> Response:
        """Make a request about their own data of what the person wrote in this ticket (P47)."""
        kind, zone = request.form.get("kind", ""), current_app.extensions["settings"].zone
        try:
            receiving.from_ticket(self.guarded, public_id, kind=kind, zone=zone)
        except Invalid as refusal:
            flash(_(refusal.message, **refusal.values), "warn")
        else:
            flash(_("The request is written. It waits under Subject requests; only the person can confirm it."))
        return self.back(".details", public_id=public_id)

    @expose("/write", methods=("GET", "POST"))
    @permits(get=P.TICKET_LIST, post=P.TICKET_WRITE)
    def write(self) -> Any:
        """Write a ticket for somebody who called."""
        form = forms.WriteForm()
        if form.validate_on_submit():
            try:
                ref = staff_tickets.write(self.guarded, **form.facts())
            except Invalid as refusal:
                Form.show_refusal(form, refusal)
            else:
                flash(_("%(ref)s is written. It unlocks nobody until it is confirmed.", ref=ref))
                return self.back(".index")
        return self.page("tickets/write.html", crumbs=[(_("Write a ticket"), None)], form=form, banner=calm_banner())

    @expose("/<public_id>/confirm", methods=("POST",))
    @acts(P.TICKET_CONFIRM)
    def confirm(self, public_id: str) -> Response:
        """Confirm a colleague's ticket, as second engineer."""
        try:
            ref = staff_tickets.confirm(self.guarded, public_id)
        except NotInReach:
            ref = seen_as(public_id)
            if not ref:
                raise
            flash(_("%(ref)s no longer waits for a second engineer.", ref=ref), "warn")
        else:
            flash(_("%(ref)s is confirmed. Its engineer sees the person from now on.", ref=ref))
        return self.back("admin.index")


def ticket_banner(page: tickets.TicketPage) -> Banner:
    """Say what a ticket's page shows and why."""
    if page.person is None:
        return Banner(
            _("the words of the ticket; its person stays closed"),
            _("ticket %(ref)s is yours, but it unlocks nobody", ref=page.ref),
            _("a second engineer or the person confirms it"), _("now, by you"), personal=True,
        )  # fmt: skip
    return Banner(
        _("one person, and what they wrote"),
        _("ticket %(ref)s is yours until it closes", ref=page.ref),
        _("you close, release or hand over the ticket"),
        _("now, by you"), personal=True,
    )  # fmt: skip


def render_cell(name: str, line: my_work.CaseLine) -> Markup:
    """Render one cell of the list."""
    return Markup(getattr(_cells(), name)(line))  # noqa: S704 - a template's own escaped output


def _cells() -> Any:
    """The macros of the cells, made once per request: a template's words are looked up whenever it is made."""
    if "ticket_cells" not in g:
        template = current_app.jinja_env.get_template("tickets/cells.html")
        g.ticket_cells = template.make_module(dict(current_app.jinja_env.globals))
    return g.ticket_cells
