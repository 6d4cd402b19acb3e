"""Retention: the outcome first, from the data itself; then what the nights will delete, the rules and their runs.

Counts and dates only: no page here knows a row. Compliance reads; a system administrator may also run and pause.
"""

from typing import Any

from flask import current_app, flash, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from dashboard.policy.decide import grant_for
from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.policy.retention import RULES, Rule, rule_of
from dashboard.services import jobs
from dashboard.services.refusals import Invalid, NotInReach
from dashboard.services.retention import asking, nights, outcome, planning, telling
from models import db

from . import retention_words as words
from .base import Banner, Form, Page, expose
from .retention_chart import chart

STOP = 286
"""htmx's own status: ask no more."""
SHOWN_RUNS = 20


class RetentionView(Page):
    """The rules, how they stand, and what can be done."""

    def __init__(self) -> None:
        """Mount at /admin/retention/."""
        super().__init__(name=lazy_gettext("Retention"), endpoint="retention", url="/admin/retention/")

    @expose("/")
    @permits(P.RETENTION_LIST)
    def index(self) -> str:
        """Show the outcome, the coming nights, the rules and the latest runs."""
        coming = self._ahead()
        return self.page(
            "retention/index.html", standings=self._standings(RULES), coming=coming, words=words,
            chart=chart([night.total for night in coming.nights]), runs=asking.history(self.guarded, count=SHOWN_RUNS),
            **self._around(),
        )  # fmt: skip

    @expose("/preview")
    @permits(P.RETENTION_LIST)
    def preview(self) -> str:
        """Show per rule what tonight, 7 and 30 nights will delete."""
        return self.page(
            "retention/preview.html", crumbs=[(_("Preview"), None)], coming=self._ahead(), words=words, rules=RULES,
            **self._around(),
        )  # fmt: skip

    @expose("/rule")
    @permits(P.RETENTION_LIST)
    def rule(self) -> str:
        """Show one rule, by its name: its outcome, what is due now, its runs, and what can be done."""
        return self._rule(rule_of(request.args.get("name", RULES[0].name)))

    @expose("/progress")
    @permits(P.RETENTION_LIST, by_itself=True)
    def progress(self) -> Any:
        """Answer an open page: how far the runs have come, or that they have ended (286)."""
        live = self._live()
        if not live:
            return "", STOP, {"HX-Refresh": "true"}
        return current_app.jinja_env.get_template("retention/progress.html").render(live=live, words=words)

    @expose("/run", methods=("POST",))
    @acts(P.RETENTION_RUN)
    def run(self) -> Any:
        """Have a rule run now, held against the number that was shown."""
        form = words.RunForm()
        shown = asking.Shown(form.shown.data or "", form.word.data or "")
        try:
            number, new = asking.run_now(self.guarded, form.rule.data or "", shown, zone=self._zone)
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            return self._again(form.rule.data, run_form=form)
        told = _("Run %(n)s begins within a minute.") if new else _("Run %(n)s is under way already; there is one run.")
        flash(told % {"n": number}, "ok" if new else "warn")
        return self.back(".index")

    @expose("/pause", methods=("POST",))
    @acts(P.RETENTION_PAUSE)
    def pause(self) -> Any:
        """Pause a rule until a day ends."""
        form = words.PauseForm()
        until = form.until.data if form.validate() else None
        given = {"reason": form.reason.data or "", "until": until, "zone": self._zone}
        try:
            asking.pause(self.guarded, form.rule.data or "", **given)
        except Invalid as refusal:
            form.until.errors = ()
            Form.show_refusal(form, refusal)
            return self._again(form.rule.data, pause_form=form)
        flash(_("The rule is paused. What it should have deleted meanwhile turns red here."), "warn")
        return self.back(".rule", name=form.rule.data)

    @expose("/lift", methods=("POST",))
    @acts(P.RETENTION_PAUSE)
    def lift(self) -> Response:
        """End a pause now."""
        name = request.form.get("rule", "")
        try:
            asking.lift(self.guarded, name)
        except Invalid as refusal:
            flash(_(refusal.message), "warn")
            return self.back(".index")
        flash(_("The pause is over. What is due goes with the next run."))
        return self.back(".rule", name=name)

    def _again(self, name: str | None, **forms: Any) -> str:
        """Show a rule's page again, with what was typed and what is amiss."""
        with self.look(P.RETENTION_LIST) as session:
            return self._rule(rule_of(name or "") or RULES[0], session=session, **forms)

    def _rule(self, rule: Rule | None, *, session: Any = None, **forms: Any) -> str:
        if rule is None:
            raise NotInReach
        session = session or self.guarded
        due = outcome.due_now(db.engine, rule, at=g.at, zone=self._zone)[1]
        filled = {
            "run_form": words.RunForm(formdata=None, rule=rule.name, shown=str(due)),
            "pause_form": words.PauseForm(formdata=None, rule=rule.name),
        }
        forms.get("run_form", filled["run_form"]).shown.data = str(due)
        return self.page(
            "retention/rule.html", crumbs=[(str(words.RULES[rule.name]), None)], rule=rule, words=words, due=due,
            standing=self._standings([rule])[0], runs=planning.runs_of(session, rule.name, count=SHOWN_RUNS),
            coming=self._ahead([rule]), **{**filled, **forms}, **self._around(session),
        )  # fmt: skip

    def _around(self, session: Any = None) -> dict[str, Any]:
        """Return what every page here shows: the banner, what may be done, what is paused, what runs, what is amiss."""
        session = session or self.guarded
        role = g.actor.role
        return {
            "banner": self._banner(session),
            "may_run": grant_for(role, P.RETENTION_RUN) is not None,
            "may_pause": grant_for(role, P.RETENTION_PAUSE) is not None,
            "pauses": asking.pauses(session, at=g.at),
            "amiss": telling.amiss(session, at=g.at),
            "live": self._live(session),
            "at": g.at,
            "last": {rule.name: planning.last_run(session, rule.name) for rule in RULES if rule.is_nightly},
            "last_jobs": jobs.last_runs(session, sorted({rule.by for rule in RULES if not rule.is_nightly})),
            "next_night": nights.began(nights.coming(g.at, self._zone, count=1)[0], self._zone),
        }

    def _live(self, session: Any = None) -> list[Any]:
        """Return the runs that are under way or about to be; one that waits because of a pause is neither."""
        session = session or self.guarded
        return [run for run in planning.live(session) if not planning.is_paused(session, run.rule, at=g.at)]

    @property
    def _zone(self) -> Any:
        return current_app.extensions["settings"].zone

    def _standings(self, rules: Any) -> list[outcome.Outcome]:
        return outcome.outcomes(db.engine, at=g.at, zone=self._zone, rules=rules)

    def _ahead(self, rules: Any = RULES) -> outcome.Ahead:
        return outcome.ahead(db.engine, at=g.at, zone=self._zone, rules=rules)

    def _banner(self, session: Any) -> Banner:
        sign = jobs.last_sign(session)
        return Banner(
            _("Counts and dates only."), _("somebody must see that nothing is kept longer than was said"),
            _("now, from the data itself, not from the jobs’ reports"),
            _("alive %(ago)s", ago=_ago(sign)) if jobs.is_alive(sign, at=g.at) else _("silent: nothing runs by itself"),
            until_label=_("Measured"), recorded_label=_("Scheduler"),
        )  # fmt: skip


def _ago(moment: Any) -> str:
    return str(current_app.jinja_env.filters["ago"](moment))
