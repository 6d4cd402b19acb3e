"""Subject requests: the clocks without persons, and one request with its course. Nobody here can validate."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.policy.requests import WARN_DAYS
from dashboard.policy.roles import Role
from dashboard.services.cases import case_of
from dashboard.services.listing import SET, Between
from dashboard.services.my_work import start_of_day, turn_of
from dashboard.services.refusals import Invalid, NotInReach
from dashboard.services.requests import lost_mailbox, reading, receiving, watching, working
from models import SubjectRequest

from . import subject_request_forms as forms
from .base import Form, RecordList, Row, calm_banner, expose
from .queue import seen, seen_as
from .subject_request_words import request_banner, sender, watching_banner, zone

STOP = 286
"""The status at which htmx asks no more."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
WAITING = ("awaiting_validation", "awaiting_processors")


class SubjectRequestsView(RecordList):
    """People's requests: the queue, my own, and for compliance the clocks of all."""

    columns = (
        ("ref", lazy_gettext("Case")),
        ("what", lazy_gettext("What")),
        ("state", lazy_gettext("State")),
        ("received", lazy_gettext("Received")),
        ("due", lazy_gettext("Clock")),
    )
    list_template = "subject_requests/list.html"
    caption = lazy_gettext("Subject requests by their clocks, without personal data")

    def __init__(self) -> None:
        """Mount at /admin/subject-requests/."""
        name = lazy_gettext("Subject requests")
        super().__init__(SubjectRequest, name=name, endpoint="subject_requests", url="/admin/subject-requests/")

    @expose("/")
    @permits(P.SUBJECT_REQUEST_LIST)
    def index(self) -> str:
        """List my requests and the queue; for compliance the clocks of all."""
        labels = forms.tab_labels(g.actor.role)
        tabs = [(label, url_for(".index", tab=tab), tab == self._tab) for tab, label in labels.items()]
        figures = watching.figures(self.guarded, today=start_of_day(g.at, zone())) if _watches() else None
        return self.show(
            tabs=tabs, empty=forms.empty_texts()[self._tab], figures=figures, writes=not _watches(),
            **({"banner": watching_banner()} if figures else {}),
        )  # fmt: skip

    @property
    def _tab(self) -> str:
        labels = forms.tab_labels(g.actor.role)
        tab = request.args.get("tab", "")
        return tab if tab in labels else next(iter(labels))

    @property
    def oldest_first(self) -> bool:
        """Who has waited longest comes first; what has ended, last."""
        return self._tab != "closed"

    def filters(self) -> Mapping[str, Any]:
        """Narrow the list to the tab."""
        mine: dict[str, Any] = {} if _watches() else {"assignee_id": g.actor.staff_id}
        soon = start_of_day(g.at, zone()) + timedelta(days=WARN_DAYS + 1)
        narrowed: dict[str, dict[str, Any]] = {
            "free": {"assignee_id": None, "closed_at": None},
            "due": {**mine, "closed_at": None, "due_at": Between(LONG_AGO, soon)},
            "waiting": {**mine, "closed_at": None, "state": WAITING},
            "closed": {**mine, "closed_at": SET},
        }
        return narrowed.get(self._tab, {**mine, "closed_at": None})

    def row(self, record: SubjectRequest) -> Row:
        """Show a request by kind and clock; whose it is stays closed."""
        ref, cells = case_of(record).ref, _cells()
        state = cells.watched(record) if _watches() else cells.state(record, turn_of(record, me=g.actor.staff_id))
        shown = [ref, cells.what(record), state, cells.received(record), cells.due(record)]
        if _watches():
            return Row(shown, ref)
        if record.assignee_id is None and record.closed_at is None:
            take = url_for(".take", public_id=record.id, seen=seen(record.id, ref))
            return Row(shown, ref, action=(take, _("Take")))
        return Row(shown, ref, url_for(".details", public_id=record.id), _("Open"))

    @expose("/<public_id>/take", methods=("POST",))
    @acts(P.SUBJECT_REQUEST_TAKE)
    def take(self, public_id: str) -> Response:
        """Take a free request."""
        try:
            ref = working.take(self.guarded, public_id)
        except NotInReach:
            ref = seen_as(public_id)
            if not ref:
                raise
            flash(_("Someone else took %(ref)s a moment ago.", ref=ref), "warn")
            return self.back(".index", tab="free")
        flash(_("%(ref)s is yours. Have the link sent: only the person can confirm.", ref=ref))
        return self.back(".details", public_id=public_id)

    @expose("/<public_id>")
    @permits(P.SUBJECT_REQUEST_READ)
    def details(self, public_id: str) -> str:
        """Show a request of mine: the address given, its course, and the plan once the person has confirmed."""
        return self._details(reading.read(self.guarded, public_id))

    def _details(self, page: reading.RequestPage) -> str:
        return self.page(
            "subject_requests/details.html", crumbs=[(page.ref, None)], request_page=page, banner=request_banner(page)
        )

    @expose("/<public_id>/progress")
    @permits(P.SUBJECT_REQUEST_READ, by_itself=True)
    def progress(self, public_id: str) -> Any:
        """Answer an open page: nothing new (204), how far it has come, or that it has ended (286)."""
        moving = reading.moving(self.guarded, public_id)
        if not moving.runs:
            return "", STOP, {"HX-Refresh": "true"}
        if request.args.get("seen") == moving.mark:
            return "", 204
        template = current_app.jinja_env.get_template("subject_requests/progress.html")
        return template.render(progress=moving, url=url_for(".progress", public_id=public_id))

    @expose("/<public_id>/sign", methods=("POST",))
    @acts(P.SUBJECT_REQUEST_SIGN)
    def sign(self, public_id: str) -> Response:
        """Sign, as one of two, a removal whose mailbox is lost."""
        try:
            ref = lost_mailbox.sign(self.guarded, public_id, sender=sender())
        except NotInReach:
            ref = seen_as(public_id)
            if not ref:
                raise
            flash(_("%(ref)s no longer waits for your signature.", ref=ref), "warn")
        else:
            flash(_("You signed %(ref)s.", ref=ref))
        return self.back("admin.index")

    @expose("/write", methods=("GET", "POST"))
    @permits(get=P.SUBJECT_REQUEST_READ, post=P.SUBJECT_REQUEST_WRITE)
    def write(self) -> Any:
        """Write a request on someone's behalf; the answer never tells whether the address is known."""
        form = forms.WriteForm()
        if form.validate_on_submit():
            try:
                receiving.on_behalf(self.guarded, receiving.Asked(source="staff", **form.facts()), zone=zone())
            except Invalid as refusal:
                Form.show_refusal(form, refusal)
            else:
                flash(_("The request is written. It waits under Unassigned; only the person can confirm it."))
                return self.back(".index", tab="free")
        crumbs = [(_("Write a request"), None)]
        return self.page("subject_requests/write.html", crumbs=crumbs, form=form, banner=calm_banner())


def _watches() -> bool:
    return bool(g.actor.role == Role.COMPLIANCE)


def _cells() -> Any:
    """The macros of the cells, made once per request: a template's words are looked up whenever it is made."""
    if "request_cells" not in g:
        template = current_app.jinja_env.get_template("subject_requests/cells.html")
        g.request_cells = template.make_module(dict(current_app.jinja_env.globals))
    return g.request_cells
