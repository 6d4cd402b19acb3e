"""Tickets: the queue without persons, one ticket with its person, and the trace that led to its error."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from itsdangerous import BadData, URLSafeSerializer
from markupsafe import Markup
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import my_work, staff_tickets, ticket_work, tickets, traces
from dashboard.services.listing import SET
from dashboard.services.refusals import Invalid, NotInReach, SomeoneWasFaster
from models import Ticket

from . import ticket_forms as forms
from .base import Banner, Form, RecordList, Row, calm_banner, expose
from .timeline import timeline

TABS = ("mine", "free", "closed")


class TicketsView(RecordList):
    """Everything about tickets; each change calls a service and ends in a redirect."""

    columns = (
        ("ref", lazy_gettext("Case")),
        ("what", lazy_gettext("What")),
        ("since", lazy_gettext("Since")),
    )
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
            return Row(cells, line.ref, action=(url_for(".take", public_id=record.id), _("Take")))
        if self._tab == "closed":
            return Row(cells, line.ref)
        return Row(cells, line.ref, url_for(".details", public_id=record.id), _("Open"))

    @expose("/<public_id>/take", methods=("POST",))
    @acts(P.TICKET_TAKE)
    def take(self, public_id: str) -> Response:
        """Take a free ticket."""
        try:
            ref = ticket_work.take(self.guarded, public_id)
        except SomeoneWasFaster:
            flash(_("Someone else took it a moment ago."), "warn")
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
            "finding_form": forms.FindingForm(data={"finding": page.finding}),
            "close_form": forms.CloseForm(),
            "release_form": forms.ReleaseForm(),
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
        return self._work(public_id, form, "finding_form", lambda: ticket_work.write_finding(
            self.guarded, public_id, form.finding.data or ""), _("Your finding is kept with the ticket."))  # fmt: skip

    @expose("/<public_id>/link", methods=("POST",))
    @acts(P.TICKET_WORK)
    def link(self, public_id: str) -> Any:
        """Say which of the person's errors the ticket is about."""
        form = forms.link_form(())
        return self._work(public_id, form, "link_form", lambda: ticket_work.link_error(
            self.guarded, public_id, request.form.get("error", "")), _("Linked. You can open the trace now."))  # fmt: skip

    @expose("/<public_id>/close", methods=("POST",))
    @acts(P.TICKET_WORK)
    def close(self, public_id: str) -> Any:
        """Close the ticket; access to its person ends."""
        form = forms.CloseForm()
        done = _("The ticket is closed. Your access to its person has ended.")
        return self._work(public_id, form, "close_form", lambda: ticket_work.close(
            self.guarded, public_id, request.form.get("reason", "")), done, to=".index")  # fmt: skip

    @expose("/<public_id>/release", methods=("POST",))
    @acts(P.TICKET_WORK)
    def release(self, public_id: str) -> Any:
        """Give the ticket back to the queue."""
        form = forms.ReleaseForm()
        done = _("The ticket is back in the queue. Your access to its person has ended.")
        return self._work(public_id, form, "release_form", lambda: ticket_work.release(
            self.guarded, public_id, request.form.get("reason", "")), done, to=".index")  # fmt: skip

    @expose("/<public_id>/hand-over", methods=("POST",))
    @acts(P.TICKET_WORK)
    def hand_over(self, public_id: str) -> Any:
        """Give the ticket to a colleague."""
        form = forms.hand_over_form(())
        done = _("The ticket is with your colleague. Your access to its person has ended.")
        return self._work(public_id, form, "hand_over_form", lambda: ticket_work.hand_over(
            self.guarded, public_id, request.form.get("colleague", "")), done, to=".index")  # fmt: skip

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
            form.colleague.choices = [(c.id, c.name) for c in page.colleagues]
        return self._details(page, form=form, **{name: form})

    @expose("/write", methods=("GET", "POST"))
    @permits(get=P.TICKET_WRITE, post=P.TICKET_WRITE)
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
        except SomeoneWasFaster:
            flash(_("It no longer waits for a second engineer."), "warn")
        else:
            flash(_("%(ref)s is confirmed. Its engineer sees the person from now on.", ref=ref))
        return self.back("admin.index")

    @expose("/<public_id>/trace", methods=("GET",))
    @permits(P.TRACE_READ)
    def trace(self, public_id: str) -> Any:
        """Show the trace that I opened; without an opening, the page that asks why."""
        same_only = request.args.get("session") == "same"
        try:
            trace = traces.read(self.guarded, public_id, before=_cursor(request.args.get("at", "")), same_only=same_only)
        except traces.NotOpened as closed:
            return self._ask(closed.ref, public_id, forms.ReasonForm(), closed.code)
        return self._trace(trace, same_only=same_only, widen_form=forms.WidenForm())

    def _trace(self, trace: traces.Trace, **context: Any) -> str:
        older = url_for(".trace", public_id=trace.ticket_id, at=_signed(trace.older)) if trace.older else None
        return self.page(
            "tickets/trace.html", crumbs=[(trace.ref, url_for(".details", public_id=trace.ticket_id)), (_("Trace"), None)],
            trace=trace, groups=timeline(trace), older_url=older, banner=trace_banner(trace), **context,
        )  # fmt: skip

    def _ask(self, ref: str, public_id: str, form: Any, code: str) -> str:
        back = url_for(".details", public_id=public_id)
        return self.page(
            "tickets/reason.html", crumbs=[(ref, back), (_("Trace"), None)], form=form, public_id=public_id, code=code,
            banner=calm_banner(_("a look at the trace starts with a reason")),
        )  # fmt: skip

    @expose("/<public_id>/trace/open", methods=("POST",))
    @acts(P.TRACE_OPEN)
    def open(self, public_id: str) -> Any:
        """Open the trace, for a reason."""
        form = forms.ReasonForm()
        try:
            traces.open_trace(
                self.guarded, public_id, reason=form.reason.data or "", text=form.own_words.data or ""
            )
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            ref, code = traces.asked_for(self.guarded, public_id)
            return self._ask(ref, public_id, form, code)
        return self.back(".trace", public_id=public_id)

    @expose("/<public_id>/trace/wider", methods=("POST",))
    @acts(P.TRACE_WIDEN)
    def wider(self, public_id: str) -> Any:
        """Ask a second engineer for a wider window."""
        form = forms.WidenForm()
        try:
            traces.ask_wider(self.guarded, public_id, hours=form.hours.data or "", reason=form.reason.data or "")
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            with self.look(P.TRACE_READ) as session:
                return self._trace(traces.read(session, public_id), same_only=False, widen_form=form, form=form)
        flash(_("Asked. A second engineer sees it on their desk; nobody else can agree."))
        return self.back(".trace", public_id=public_id)

    @expose("/widenings/<public_id>", methods=("POST",))
    @acts(P.TRACE_AGREE)
    def decide(self, public_id: str) -> Response:
        """Decide on a colleague's wider window, as second engineer."""
        agree = request.form.get("agree") == "yes"
        try:
            ref = traces.decide_wider(self.guarded, public_id, agree=agree)
        except SomeoneWasFaster:
            flash(_("It was already decided."), "warn")
        else:
            flash(_("Agreed for %(ref)s.", ref=ref) if agree else _("Refused for %(ref)s.", ref=ref))
        return self.back("admin.index")

    @expose("/<public_id>/trace/alive")
    @permits(P.TRACE_READ)
    def alive(self, public_id: str) -> Any:
        """Say to an open tab whether the trace is still open: 204, or 404 and the tab empties itself."""
        if not traces.still_open(self.guarded, public_id):
            raise NotInReach
        return "", 204


def _cursors() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="trace")


def _signed(older: tuple[Any, str]) -> str:
    return str(_cursors().dumps([older[0].isoformat(), older[1]]))


def _cursor(text: str) -> Any:
    """Read a cursor; a tampered one shows the first page."""
    try:
        moment, event = _cursors().loads(text)
    except (BadData, ValueError, TypeError):
        return None
    return traces.cursor(moment, event)


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


def trace_banner(trace: traces.Trace) -> Banner:
    """Say what the trace shows, why, and until when."""
    day_time = current_app.jinja_env.filters["day_time"]
    widened = _("Widened, agreed by a second engineer on %(at)s", at=day_time(trace.widened_at)) if trace.widened_at else ""
    return Banner(
        _("the usage of one account, %(start)s to %(end)s", start=day_time(trace.window_from), end=day_time(trace.window_until)),
        _("ticket %(ref)s is yours and is about this error", ref=trace.ref),
        _("you close or release the ticket, or %(at)s", at=day_time(trace.ends_at)),
        _("%(at)s by you: %(reason)s", at=day_time(trace.opened_at), reason=forms.reason_labels()[trace.reason]),
        personal=True, exception=widened,
        warn=_("Ends at %(at)s", at=day_time(trace.ends_at)) if trace.ends_soon else "",
    )  # fmt: skip


def render_cell(name: str, line: my_work.CaseLine) -> Markup:
    """Render one cell of the list."""
    template = current_app.jinja_env.get_template("tickets/cells.html")
    cell = getattr(template.make_module(dict(current_app.jinja_env.globals)), name)
    return Markup(cell(line))  # noqa: S704 - a template's own escaped output
