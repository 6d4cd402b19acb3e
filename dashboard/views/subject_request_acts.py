"""What an engineer does to a request of theirs: send the link, extend, refuse, withdraw, release. Never validate."""

from collections.abc import Callable
from typing import Any, ClassVar

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.services.refusals import Invalid
from dashboard.services.requests import lost_mailbox, reading, working

from . import subject_request_forms as forms
from .base import Form, Page, calm_banner, expose
from .subject_request_words import sender

LETTERS = {"refuse": "request_refused", "extend": "request_extended"}
"""The acts of which the person is told, by the letter."""


class SubjectRequestActsView(Page):
    """Stands under the subject requests: every act belongs to one."""

    front: ClassVar[str] = "subject_requests.index"

    def __init__(self) -> None:
        """Mount beside the requests; Flask-Admin wants to know which view is its first."""
        self._default_view = "refuse"
        name = lazy_gettext("Subject requests")
        super().__init__(name=name, endpoint="subject_request_acts", url="/admin/subject-requests")

    @expose("/<public_id>/send", methods=("POST",))
    @acts(P.SUBJECT_REQUEST_WORK)
    def send(self, public_id: str) -> Response:
        """Have the link sent to the address on file."""
        done = _("The link goes to the address on file. Only the person can confirm.")
        return self._act(public_id, lambda: working.send_link(self.guarded, public_id, sender=sender()), done)

    @expose("/<public_id>/refuse", methods=("GET", "POST"))
    @permits(get=P.SUBJECT_REQUEST_READ, post=P.SUBJECT_REQUEST_WORK)
    def refuse(self, public_id: str) -> Any:
        """Refuse it for a coded reason; the person is told."""
        done = _("The request is refused; the person is told why. It names nobody any more.")
        return self._with_reason(
            "refuse", public_id, lambda why: working.refuse(self.guarded, public_id, why, sender=sender()), done
        )

    @expose("/<public_id>/extend", methods=("GET", "POST"))
    @permits(get=P.SUBJECT_REQUEST_READ, post=P.SUBJECT_REQUEST_WORK)
    def extend(self, public_id: str) -> Any:
        """Put its due date off for a coded reason; the person is told."""
        done = _("The request is extended; the person is told why.")
        return self._with_reason(
            "extend", public_id, lambda why: working.extend(self.guarded, public_id, why, sender=sender()), done
        )

    @expose("/<public_id>/release", methods=("GET", "POST"))
    @permits(get=P.SUBJECT_REQUEST_READ, post=P.SUBJECT_REQUEST_WORK)
    def release(self, public_id: str) -> Any:
        """Give it back to the queue for a coded reason."""
        done = _("The request is back in the queue. Its link, if one was sent, works no more.")
        return self._with_reason(
            "release", public_id, lambda why: working.release(self.guarded, public_id, why), done, to=".index"
        )

    @expose("/<public_id>/withdraw", methods=("GET", "POST"))
    @permits(get=P.SUBJECT_REQUEST_READ, post=P.SUBJECT_REQUEST_WORK)
    def withdraw(self, public_id: str) -> Any:
        """End a request that its person took back."""
        if request.method != "POST":
            return self._ask("withdraw", _subject(self.guarded, public_id, "withdraw"))
        done = _("The request is withdrawn. It names nobody any more.")
        return self._act(public_id, lambda: working.withdraw(self.guarded, public_id), done)

    @expose("/<public_id>/lost-mailbox", methods=("GET", "POST"))
    @permits(get=P.SUBJECT_REQUEST_READ, post=P.SUBJECT_REQUEST_WORK)
    def lost_mailbox(self, public_id: str) -> Any:
        """Ask the administrators of the person's company who asks."""
        if request.method != "POST":
            return self._ask("lost_mailbox", _subject(self.guarded, public_id, "lost_mailbox"))
        done = _("The administrators of the person's company are asked, if there are any. Then two of us sign.")
        return self._act(public_id, lambda: lost_mailbox.start(self.guarded, public_id, sender=sender()), done)

    def _with_reason(
        self, act: str, public_id: str, verb: Callable[[str], str], done: str, *, to: str = ".details"
    ) -> Any:
        """Show the page of an act, or do it; a refusal comes back at its field."""
        form = forms.reason_form(act)
        if request.method != "POST":
            return self._ask(act, _subject(self.guarded, public_id, act), form)
        try:
            verb(form.reason.data or "")
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            with self.look(P.SUBJECT_REQUEST_READ) as session:
                subject = _subject(session, public_id, act)
            return self._ask(act, subject, form)
        flash(done)
        return self.back(f"subject_requests{to}", **({"public_id": public_id} if to == ".details" else {}))

    def _ask(self, act: str, subject: reading.Subject, form: Any = None) -> str:
        """Show the page about one act: what happens, why, and the message that goes out."""
        back = url_for("subject_requests.details", public_id=subject.id)
        label = forms.act_labels()[act]
        return self.page(
            "subject_requests/act.html", crumbs=[(subject.ref, back), (label, None)], act=act, label=label,
            subject=subject, form=form, banner=calm_banner(_("this page is about an act alone")),
        )  # fmt: skip

    def _act(self, public_id: str, act: Callable[[], str], done: str) -> Response:
        """Do one thing to a request and show it again; a refusal is said there."""
        try:
            act()
        except Invalid as refusal:
            self.guarded.rollback()
            flash(_(refusal.message, **refusal.values), "warn")
        else:
            flash(done)
        return self.back("subject_requests.details", public_id=public_id)


def _subject(session: Any, public_id: str, act: str) -> reading.Subject:
    return reading.subject(session, public_id, letter=LETTERS.get(act, ""), sender=sender())
