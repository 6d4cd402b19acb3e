"""The access log for compliance: lines, questions, figures, seals, rights nobody uses. No personal data, in any state.

What is asked for is kept with the officer's session and never stands in an address, which holds codes only.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flask import current_app, flash, g, request, url_for
from flask import session as browser_session
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField

from dashboard.frame import ROLE_LABELS
from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.policy.sentences import sentence
from dashboard.services import oversight, periods, rights
from dashboard.services.log_questions import RELATIONS, Question
from dashboard.services.refusals import Invalid
from dashboard.services.seals import checking, standing
from models import AccessRecord

from . import log_filters
from .base import PAGE_SIZE, Banner, Form, RecordList, Row, expose

FILTERS = ("role", "event", "period", "case")
CASE = re.compile(r"([TCOR])[- ]?(\d{1,12})", re.IGNORECASE)
STAFF = re.compile(r"(?:S[- ]?)?(\d{1,9})", re.IGNORECASE)
KEY = re.compile(r"[a-z2-7]{26}")
KEPT = "log_questions"
MOST_UNUSED = 50
"""Rights the page lists, those unused for longest first."""
MOST_KEPT = 10
"""Questions one session keeps, so that several tabs can each page through their own."""
STOP = 286
"""The status at which htmx asks no more."""
RELATION_WORDS = {"account": lazy_gettext("as a user"), "contact_request": lazy_gettext("as a contact")}
"""A request can concern a person twice; an answer is about one of the two."""
TEXTS = {
    "case": lazy_gettext(
        "Write a case number such as T-1042, a request's code such as R-2207, or a key of 26 letters and digits."
    ),
    "staff": lazy_gettext("Write a staff number such as S-4."),
    "find": lazy_gettext("Write a case number (T-1042), a subject key or a staff number (S-4)."),
}


class WhoSawForm(FlaskForm):
    """Who saw the person of a case."""

    case = StringField(lazy_gettext("Who saw the person of"))
    relation = SelectField(lazy_gettext("If it is a request"), choices=list(RELATION_WORDS.items()))


class WhatSeenForm(FlaskForm):
    """What one staff member saw."""

    staff = StringField(lazy_gettext("What was seen by"))


class FindForm(FlaskForm):
    """Lines of a case, a person or a staff member."""

    find = StringField(lazy_gettext("Find lines of"))


FORMS: Mapping[str, type[FlaskForm]] = {"who_saw": WhoSawForm, "what_seen": WhatSeenForm, "find": FindForm}


class AccessLogView(RecordList):
    """The whole log, in keys, codes and counts."""

    list_template = "access_log/index.html"
    caption = lazy_gettext("Lines of the access log, newest first, without personal data")
    columns = (
        ("at", lazy_gettext("Time")),
        ("who", lazy_gettext("Who")),
        ("event", lazy_gettext("What happened")),
        ("count", lazy_gettext("How many")),
        ("subject_key", lazy_gettext("Subject key")),
        ("because", lazy_gettext("Because")),
        ("outcome", lazy_gettext("Outcome")),
    )

    def __init__(self) -> None:
        """Mount at /admin/access-log/."""
        super().__init__(AccessRecord, name=lazy_gettext("Access log"), endpoint="access_log", url="/admin/access-log/")

    @expose("/")
    @permits(P.ACCESS_LOG_READ)
    def index(self) -> str:
        """Show figures, questions and lines; an answer when one was asked for."""
        code = request.args.get("asked", "")
        question = kept(code)
        ignored = log_filters.ignored(FILTERS) + ([_("the question")] if code and not question else [])
        return self._shown(self.guarded, question=question or Question(), ignored=ignored)

    @expose("/ask/<kind>", methods=("POST",))
    @acts(P.ACCESS_LOG_ASK)
    def ask(self, kind: str) -> Response | str:
        """Keep a question with the session and go to its answer; say at the field what cannot be asked."""
        form = FORMS.get(kind, FindForm)()
        name = next(iter(form._fields))  # each form has one field of its own, and it stands first
        try:
            question = question_of(kind if kind in FORMS else "find", form[name].data or "", field=name)
            question = of_relation(question, request.form.get("relation", ""))
        except Invalid as refusal:
            Form.show_refusal(form, refusal)
            with self.look(P.ACCESS_LOG_READ) as session:
                return self._shown(session, question=Question(), form=form)
        return self.back(".index", asked=keep(question))

    @expose("/verify", methods=("POST",))
    @acts(P.SEAL_VERIFY)
    def verify(self) -> Response:
        """Have the whole log verified by the next run of the job."""
        checking.ask(self.guarded)
        flash(_("The log is verified from the first seal to the last. The outcome appears here."))
        return self.back(".index")

    @expose("/verification/<public_id>")
    @permits(P.SEAL_READ, by_itself=True)
    def verification(self, public_id: str) -> Any:
        """Answer an open page: nothing new (204), how far the verification has come, or that it has ended (286)."""
        found = checking.one(self.guarded, public_id)
        if not found.runs:
            return "", STOP, {"HX-Refresh": "true"}
        if request.args.get("seen") == found.mark:
            return "", 204
        template = current_app.jinja_env.get_template("access_log/verification.html")
        return template.render(verification=found, url=url_for(".verification", public_id=public_id))

    def _shown(self, session: Any, *, question: Question, ignored: list[str] | None = None, form: Any = None) -> str:
        today = periods.day_began(g.at, log_filters.zone())
        cursor = request.args.get("at", "")
        answer = oversight.read(
            session, question=question, cursor=cursor, where=self.filters(), size=PAGE_SIZE, today=today
        )
        forms = {kind: form if isinstance(form, made) else made(formdata=None) for kind, made in FORMS.items()}
        context = self._list_context(answer.lines) | {
            "filters": log_filters.shown(FILTERS), "ignored": ignored or [], "banner": _banner(), "forms": forms,
            "answer": answer, "question": question, "form": form, "empty": _nothing(question),
            "alarm_share": oversight.ALARM_SHARE, "relation_words": RELATION_WORDS, "role_labels": ROLE_LABELS,
            "seals": standing.standing(session, current_app.extensions["settings"].anchor_file),
            "unused": rights.unused(session), "most_unused": MOST_UNUSED,
            "permission_words": {permission.value: sentence(permission) for permission in P},
        }  # fmt: skip
        return self.page(self.list_template, **context)

    def filters(self) -> Mapping[str, Any]:
        """Narrow the list by its coded parameters."""
        return log_filters.narrowed(FILTERS)

    def row(self, record: Any) -> Row:
        """Show one line in words."""
        return Row(log_filters.cells(record, self.columns))


def question_of(kind: str, text: str, *, field: str) -> Question:
    """Turn typed text into a question; raise Invalid at the field when it is no number and no key."""
    text = text.strip()
    case, staff = CASE.fullmatch(text), STAFF.fullmatch(text)
    ref = f"{case[1].upper()}-{int(case[2])}" if case else ""
    if kind != "what_seen" and (case or KEY.fullmatch(text)):
        return Question(kind, case_ref=ref, subject_key="" if case else text)
    if kind != "who_saw" and staff and text.isascii():
        return Question(kind, staff_number=int(staff[1]))
    raise Invalid(field, str(TEXTS[field]))


def of_relation(question: Question, relation: str) -> Question:
    """Say of a request which relation is meant; the first one where nothing sensible was chosen."""
    if question.kind != "who_saw" or not question.case_ref.startswith("R-"):
        return question
    return replace(question, relation=relation if relation in RELATIONS else RELATIONS[0])


def keep(question: Question) -> str:
    """Keep a question with the officer's session; return the code that stands for it in the address."""
    code = secrets.token_hex(4)
    older = list(browser_session.get(KEPT, {}).items())[-(MOST_KEPT - 1) :]
    browser_session[KEPT] = dict([*older, (code, asdict(question))])
    return code


def kept(code: str) -> Question | None:
    """Return the question a code of this session stands for."""
    found = browser_session.get(KEPT, {}).get(code)
    return Question(**found) if found else None


def _banner() -> Banner:
    return Banner(
        _("Staff by number, persons by opaque key, what was seen by the name of the field."),
        _("compliance shows that looks followed the policy, without seeing anyone"),
        _("every line, in any state; no table that says who a person is"),
        _("that you read the log, and how many lines"),
        until_label=_("Your reach"),
    )  # fmt: skip


def _nothing(question: Question) -> tuple[str, str]:
    if question.kind == "who_saw":
        return _("Nobody, by the log"), _("No look at this person is recorded in what you chose.")
    if question.kind == "what_seen":
        return _("Nothing, by the log"), _("No look by this staff number is recorded in what you chose.")
    return _("No line fits"), _("Remove a filter, or ask for another number.")
