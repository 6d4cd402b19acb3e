"""Contact requests: the queue without persons, and one follow-up with its person while it is open and mine (P58)."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import contact_requests, follow_ups
from dashboard.services.cases import case_of
from dashboard.services.refusals import Invalid, NotInReach
from models import ContactRequest

from . import contact_request_forms as forms
from .base import Banner, Form, RecordList, Row, expose
from .queue import seen, seen_as


class ContactRequestsView(RecordList):
    """Everything about submissions of the contact form; each change calls a service and ends in a redirect."""

    columns = (
        ("ref", lazy_gettext("Submission")),
        ("received", lazy_gettext("Received")),
        ("state", lazy_gettext("State")),
    )
    caption = lazy_gettext("Submissions of the contact form, without personal data")

    def __init__(self) -> None:
        """Mount at /admin/contact-requests/."""
        super().__init__(
            ContactRequest,
            name=lazy_gettext("Contact requests"),
            endpoint="contact_requests",
            url="/admin/contact-requests/",
        )

    @expose("/")
    @permits(P.CONTACT_REQUEST_LIST)
    def index(self) -> str:
        """List my open follow-ups, the queue, or those I closed."""
        tabs = [(label, url_for(".index", tab=tab), tab == self._tab) for tab, label in forms.TAB_LABELS.items()]
        return self.show(tabs=tabs, empty=forms.EMPTY[self._tab])

    @property
    def _tab(self) -> str:
        tab = request.args.get("tab", "")
        return tab if tab in forms.TAB_LABELS else "mine"

    @property
    def oldest_first(self) -> bool:
        """Who has waited longest comes first in the queue."""
        return self._tab == "free"

    def filters(self) -> Mapping[str, Any]:
        """Narrow the list to the tab."""
        me = g.actor.staff_id
        return {
            "mine": {"assignee_id": me, "closed_at": None},
            "free": {"assignee_id": None, "closed_at": None},
            "closed": {"assignee_id": me, "outcome": follow_ups.OUTCOMES},
        }[self._tab]

    def _list_context(self, found: Any) -> dict[str, Any]:
        g.tries = contact_requests.tries(self.guarded, [record.id for record in found.records])
        return super()._list_context(found)

    def row(self, record: ContactRequest) -> Row:
        """Show a submission by its number, age and state."""
        ref, tab = case_of(record).ref, self._tab
        macros = current_app.jinja_env.get_template("contact_requests/cells.html").module
        state = macros.state(record, tab, g.tries.get(record.id, 0), forms.OUTCOME_LABELS)  # type: ignore[attr-defined]
        cells = [ref, macros.received(record.submitted_at), state]  # type: ignore[attr-defined]
        if tab == "free":
            return Row(cells, ref, action=(url_for(".take", public_id=record.id, seen=seen(record.id, ref)), _("Take")))
        if tab == "closed":
            return Row(cells, ref)
        return Row(cells, ref, url_for(".details", public_id=record.id), _("Open"))

    @expose("/<public_id>/take", methods=("POST",))
    @acts(P.CONTACT_REQUEST_TAKE)
    def take(self, public_id: str) -> Response:
        """Take a free submission."""
        try:
            ref = follow_ups.take(self.guarded, public_id)
        except NotInReach:
            ref = seen_as(public_id)
            if not ref:
                raise
            flash(_("Someone else took %(ref)s a moment ago.", ref=ref), "warn")
            return self.back(".index", tab="free")
        flash(_("%(ref)s is yours. Its person is shown below.", ref=ref))
        return self.back(".details", public_id=public_id)

    @expose("/<public_id>")
    @permits(P.CONTACT_REQUEST_READ)
    def details(self, public_id: str) -> str:
        """Show a follow-up of mine with its person."""
        return self._details(contact_requests.read(self.guarded, public_id))

    def _details(self, follow_up: contact_requests.FollowUp, **came_back: Any) -> str:
        answer = follow_up.answer.answer if follow_up.answer else None
        blank = {
            "attempt_form": forms.AttemptForm(formdata=None, channel="phone"),
            "answer_form": forms.AnswerForm(formdata=None, asked_by="phone").offer(reached=follow_up.reached),
            "close_form": forms.CloseForm(formdata=None).offer(answer),
            "release_form": forms.ReleaseForm(formdata=None),
        }
        return self.page(
            "contact_requests/details.html",
            crumbs=[(follow_up.ref, None)],
            follow_up=follow_up,
            next_step=next_step(follow_up),
            words=forms,
            tries=follow_ups.TRIES,
            banner=_banner(follow_up),
            **{**blank, **came_back},
        )

    @expose("/<public_id>/attempts", methods=("POST",))
    @acts(P.CONTACT_REQUEST_WORK)
    def attempt(self, public_id: str) -> Any:
        """Record a try to reach the person."""
        form = forms.AttemptForm()
        known = form.known.data or ""

        def act() -> str:
            nth = follow_ups.record_attempt(
                self.guarded,
                public_id,
                channel=form.channel.data or "",
                result=form.result.data or "",
                known=int(known[:6]) if known.isdecimal() else None,
            )
            return _("Attempt %(nth)s is recorded.", nth=nth)

        return self._work(public_id, act, attempt_form=form)

    @expose("/<public_id>/attempts/undo", methods=("POST",))
    @acts(P.CONTACT_REQUEST_WORK)
    def undo_attempt(self, public_id: str) -> Response:
        """Take back the last attempt."""
        try:
            follow_ups.undo_attempt(self.guarded, public_id)
            flash(_("The attempt is taken back."))
        except Invalid as refusal:
            flash(_(refusal.message), "warn")
        return self.back(".details", public_id=public_id)

    @expose("/<public_id>/answer", methods=("POST",))
    @acts(P.CONTACT_REQUEST_WORK)
    def answer(self, public_id: str) -> Any:
        """Record the answer to the permission question."""
        form = forms.AnswerForm()

        def act() -> str:
            follow_ups.answer(
                self.guarded,
                public_id,
                said=form.said.data or "",
                channel=form.asked_by.data or "",
                language=form.language.data or "",
            )
            return _("The answer is recorded. You can close the follow-up now.")

        return self._work(public_id, act, answer_form=form)

    @expose("/<public_id>/close", methods=("POST",))
    @acts(P.CONTACT_REQUEST_WORK)
    def close(self, public_id: str) -> Any:
        """Close the follow-up; my sight of the person ends."""
        form = forms.CloseForm()

        def act() -> str:
            ref = follow_ups.close(self.guarded, public_id, outcome=form.outcome.data or "")
            return _("Follow-up %(ref)s is closed. Your access to its person has ended.", ref=ref)

        return self._work(public_id, act, to=".index", close_form=form)

    @expose("/<public_id>/release", methods=("POST",))
    @acts(P.CONTACT_REQUEST_WORK)
    def release(self, public_id: str) -> Any:
        """Give the submission back to the queue; my sight of the person ends."""
        form = forms.ReleaseForm()

        def act() -> str:
            ref = follow_ups.release(self.guarded, public_id, reason=form.reason.data or "")
            return _("%(ref)s is back in the queue. Your access to its person has ended.", ref=ref)

        return self._work(public_id, act, to=".index", release_form=form)

    def _work(self, public_id: str, act: Callable[[], str], *, to: str = ".details", **forms_sent: Any) -> Any:
        """Do one thing to a follow-up; a refusal comes back at its field, with what was chosen kept."""
        try:
            done = act()
        except Invalid as refusal:
            return self._again(public_id, refusal, **forms_sent)
        flash(done)
        return self.back(to, **({"public_id": public_id} if to == ".details" else {}))

    def _again(self, public_id: str, refusal: Invalid, **forms_sent: Any) -> str:
        """Show the follow-up once more, as a look of its own, with the form that came back."""
        ((_name, form),) = forms_sent.items()
        Form.show_refusal(form, refusal)
        with self.look(P.CONTACT_REQUEST_READ) as session:
            follow_up = contact_requests.read(session, public_id)
        if isinstance(form, forms.AnswerForm):
            form.offer(reached=follow_up.reached)
        if isinstance(form, forms.CloseForm):
            form.offer(follow_up.answer.answer if follow_up.answer else None)
        return self._details(follow_up, form=form, **forms_sent)


def next_step(follow_up: contact_requests.FollowUp) -> str:
    """Return what comes next, so that a page has one primary button: attempt, answer or close."""
    if follow_up.answer:
        return "close"
    return "answer" if follow_up.reached or len(follow_up.attempts) >= follow_ups.TRIES else "attempt"


def _banner(follow_up: contact_requests.FollowUp) -> Banner:
    return Banner(
        you_see=_("one person's name, e-mail address and phone number"),
        because=_("you follow up submission %(ref)s", ref=follow_up.ref),
        until=_("you close it or give it back"),
        recorded=_("now, by you"),
        personal=True,
    )
