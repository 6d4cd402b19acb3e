"""The trace of one error: asked for with a reason, read in its window, widened by two people."""

from typing import Any

from flask import abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from dashboard.frame import short
from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import traces
from dashboard.services.refusals import Invalid, NotInReach

from . import ticket_forms as forms
from .base import Banner, Form, Page, calm_banner, expose
from .queue import seen_as
from .timeline import timeline


class TracesView(Page):
    """Stands under the tickets: every trace belongs to one."""

    front = "tickets.index"

    def __init__(self) -> None:
        """Mount beside the tickets; Flask-Admin wants to know which view is its first."""
        self._default_view = "read"
        super().__init__(name=lazy_gettext("Tickets"), endpoint="traces", url="/admin/tickets")

    @expose("/<public_id>/trace")
    @permits(P.TRACE_READ)
    def read(self, public_id: str) -> Any:
        """Show the trace that I opened; without an opening, the page that asks why."""
        same_only = request.args.get("session") == "same"
        try:
            before = _event_of(request.args.get("at", ""))
            trace = traces.read(self.guarded, public_id, before=before, same_only=same_only)
        except traces.NotOpened as closed:
            return self._ask(closed.ref, public_id, forms.ReasonForm(), closed.code)
        return self._trace(trace, same_only=same_only, widen_form=forms.WidenForm())

    def _trace(self, trace: traces.Trace, **context: Any) -> str:
        older = url_for(".read", public_id=trace.ticket_id, at=_cursor_of(trace.older)) if trace.older else None
        ticket_url = url_for("tickets.details", public_id=trace.ticket_id)
        return self.page(
            "tickets/trace.html", crumbs=[(trace.ref, ticket_url), (_("Trace"), None)],
            trace=trace, groups=timeline(trace), older_url=older, banner=trace_banner(trace), **context,
        )  # fmt: skip

    def _ask(self, ref: str, public_id: str, form: Any, code: str) -> str:
        back = url_for("tickets.details", public_id=public_id)
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
            traces.open_trace(self.guarded, public_id, reason=form.reason.data or "", text=form.own_words.data or "")
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            ref, code = traces.asked_for(self.guarded, public_id)
            return self._ask(ref, public_id, form, code)
        return self.back(".read", public_id=public_id)

    @expose("/<public_id>/trace/wider", methods=("POST",))
    @acts(P.TRACE_WIDEN)
    def widen(self, public_id: str) -> Any:
        """Ask a second engineer for a wider window."""
        form = forms.WidenForm()
        try:
            traces.ask_wider(self.guarded, public_id, hours=form.hours.data or "", reason=form.reason.data or "")
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            with self.look(P.TRACE_READ) as session:
                return self._trace(traces.read(session, public_id), same_only=False, widen_form=form, form=form)
        flash(_("Asked. A second engineer sees it on their desk; nobody else can agree."))
        return self.back(".read", public_id=public_id)

    @expose("/widenings/<public_id>", methods=("POST",))
    @acts(P.TRACE_AGREE)
    def decide(self, public_id: str) -> Response:
        """Decide on a colleague's wider window, as second engineer."""
        agree = request.form.get("agree") == "yes"
        try:
            ref = traces.decide_wider(self.guarded, public_id, agree=agree)
        except NotInReach:
            ref = seen_as(public_id)
            if not ref:
                raise
            flash(_("For %(ref)s there is nothing left to decide.", ref=ref), "warn")
        else:
            flash(_("Agreed for %(ref)s.", ref=ref) if agree else _("Refused for %(ref)s.", ref=ref))
        return self.back("admin.index")

    @expose("/<public_id>/trace/alive")
    @permits(P.TRACE_READ, by_itself=True)
    def alive(self, public_id: str) -> Any:
        """Say to an open tab whether the trace is still open: 204, or 404 and the tab empties itself."""
        if not traces.still_open(self.guarded, public_id):
            abort(404)
        return "", 204


def _cursors() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="trace")


def _cursor_of(event_id: str) -> str:
    return str(_cursors().dumps(event_id))


def _event_of(cursor: str) -> str:
    """Return the event's id that a cursor holds; a tampered one shows the first page."""
    try:
        return str(_cursors().loads(cursor))
    except BadData:
        return ""


def trace_banner(trace: traces.Trace) -> Banner:
    """Say what the trace shows, why, and until when."""
    widened = (
        _("Widened, agreed by a second engineer on %(at)s", at=short(trace.widened_at)) if trace.widened_at else ""
    )
    window = {"start": short(trace.window_from), "end": short(trace.window_until)}
    return Banner(
        _("the usage of one account, %(start)s to %(end)s", **window),
        _("ticket %(ref)s is yours and is about this error", ref=trace.ref),
        _("you close or release the ticket, or %(at)s", at=short(trace.ends_at)),
        _("%(at)s by you: “%(reason)s”", at=short(trace.opened_at), reason=forms.reason_labels()[trace.reason]),
        personal=True, exception=widened,
        warn=_("Ends at %(at)s", at=short(trace.ends_at)) if trace.ends_soon else "",
    )  # fmt: skip
