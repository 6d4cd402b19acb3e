"""Onboarding: the queue without names, and one set-up with its account's three fields while it is mine (P60, P61)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import current_app, flash, g, request, url_for
from flask_babel import get_timezone, lazy_gettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import onboarding
from dashboard.services.cases import case_of
from dashboard.services.refusals import Invalid, NotInReach
from models import OnboardingCase

from . import onboarding_forms as forms
from .base import Banner, Form, RecordList, Row, calm_banner, expose
from .queue import seen, seen_as


class OnboardingView(RecordList):
    """Everything about set-ups that need a person; each change calls a service and ends in a redirect."""

    columns = (
        ("ref", lazy_gettext("Case")),
        ("why", lazy_gettext("Why automation stopped")),
        ("since", lazy_gettext("Since")),
        ("state", lazy_gettext("State")),
    )
    caption = lazy_gettext("Set-ups that need a person, without names")
    oldest_first = True
    list_template = "onboarding/list.html"
    empty = (
        lazy_gettext("No set-up needs a person"),
        lazy_gettext("Accounts set themselves up. A case appears here when one cannot."),
    )

    def __init__(self) -> None:
        """Mount at /admin/onboarding/."""
        super().__init__(
            OnboardingCase, name=lazy_gettext("Onboarding"), endpoint="onboarding", url="/admin/onboarding/"
        )

    @expose("/")
    @permits(P.ONBOARDING_LIST)
    def index(self) -> str:
        """List the cases that are free and those in my hands."""
        since = month_start(g.at)
        return self.show(share=onboarding.share(self.guarded, since=since), since=since)

    def row(self, record: OnboardingCase) -> Row:
        """Show a case by the reason automation gave, in words."""
        ref = case_of(record).ref
        mine = onboarding.is_mine(self.guarded, record)
        macros: Any = current_app.jinja_env.get_template("onboarding/cells.html").module
        cells = [ref, forms.why(record.reason), macros.since(record.opened_at), macros.state(record, mine)]
        if mine:
            return Row(cells, ref, url_for(".details", public_id=record.id), _("Open"))
        return Row(cells, ref, url_for(".take", public_id=record.id, seen=seen(record.id, ref)), _("Take"))

    @expose("/<public_id>/take", methods=("GET", "POST"))
    @permits(get=P.ONBOARDING_LIST, post=P.ONBOARDING_TAKE)
    def take(self, public_id: str) -> Any:
        """Ask why, then take the case; before that nothing of the person is shown."""
        try:
            return self._take(public_id) if request.method == "POST" else self._ask(public_id, forms.TakeForm())
        except NotInReach:
            ref = seen_as(public_id)
            if not ref:
                raise
            flash(_("Someone else took %(ref)s a moment ago.", ref=ref), "warn")
            return self.back(".index")

    def _take(self, public_id: str) -> Any:
        form = forms.TakeForm()
        try:
            ref = onboarding.take(self.guarded, public_id, reason=form.reason.data or "")
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            return self._ask(public_id, form)
        flash(_("%(ref)s is yours. Its person is shown below.", ref=ref))
        return self.back(".details", public_id=public_id)

    def _ask(self, public_id: str, form: forms.TakeForm) -> Any:
        case = onboarding.waiting(self.guarded, public_id)
        if case.mine:
            return self.back(".details", public_id=public_id)
        return self.page(
            "onboarding/take.html",
            crumbs=[(case.ref, None)],
            case=case,
            why=forms.why(case.reason),
            form=form,
            take_url=url_for(".take", public_id=case.id, seen=seen(case.id, case.ref)),
            banner=calm_banner(_("a case shows its person only after you give a reason")),
        )

    @expose("/<public_id>")
    @permits(P.ONBOARDING_READ)
    def details(self, public_id: str) -> str:
        """Show a case of mine with its account's three fields."""
        return self._details(onboarding.read(self.guarded, public_id))

    def _details(self, set_up: onboarding.SetUp, **came_back: Any) -> str:
        blank = {"close_form": forms.CloseForm(formdata=None), "release_form": forms.ReleaseForm(formdata=None)}
        return self.page(
            "onboarding/details.html",
            crumbs=[(set_up.ref, None)],
            set_up=set_up,
            words=forms,
            banner=_banner(set_up),
            **{**blank, **came_back},
        )

    @expose("/<public_id>/close", methods=("POST",))
    @acts(P.ONBOARDING_WORK)
    def close(self, public_id: str) -> Any:
        """Close the case; my sight of the account ends."""
        form = forms.CloseForm()

        def act() -> str:
            ref = onboarding.close(self.guarded, public_id, outcome=form.outcome.data or "")
            return _("Case %(ref)s is closed. Your access to its person has ended.", ref=ref)

        return self._end(public_id, act, close_form=form)

    @expose("/<public_id>/release", methods=("POST",))
    @acts(P.ONBOARDING_WORK)
    def release(self, public_id: str) -> Any:
        """Give the case back to the queue; my sight of the account ends."""
        form = forms.ReleaseForm()

        def act() -> str:
            ref = onboarding.release(self.guarded, public_id, reason=form.reason.data or "")
            return _("%(ref)s is back in the queue. Your access to its person has ended.", ref=ref)

        return self._end(public_id, act, release_form=form)

    def _end(self, public_id: str, act: Callable[[], str], **forms_sent: Any) -> str | Response:
        """End my hold on a case; a refusal comes back at its field, as a look of its own."""
        try:
            done = act()
        except Invalid as refusal:
            ((_name, form),) = forms_sent.items()
            Form.show_refusal(form, refusal)
            with self.look(P.ONBOARDING_READ) as session:
                set_up = onboarding.read(session, public_id)
            return self._details(set_up, form=form, **forms_sent)
        flash(done)
        return self.back(".index")


def month_start(at: datetime) -> datetime:
    """Return when the month of a moment began, in the company's time zone."""
    local = at.astimezone(get_timezone())
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _banner(set_up: onboarding.SetUp) -> Banner:
    if set_up.person is None:
        return calm_banner(_("the person has signed in, so case %(ref)s shows them no longer", ref=set_up.ref))
    filters = current_app.jinja_env.filters
    ends = _("Ends on %(at)s", at=filters["day_time"](set_up.ends_at))
    return Banner(
        you_see=_("one account's first name, last name and e-mail address"),
        because=_("you set it up in case %(ref)s", ref=set_up.ref),
        until=_("first sign-in, closing, or %(day)s", day=filters["day"](set_up.ends_at)),
        recorded=_("now, by you: %(reason)s", reason=forms.TAKE_LABELS.get(set_up.taken_because, "")),
        personal=True,
        warn=ends if set_up.ends_soon else "",
    )
