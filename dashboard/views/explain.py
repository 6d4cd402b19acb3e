"""Why may I see it: a role, a kind of record and a state are chosen; the guard answers over invented rows.

Every parameter is a code. Nothing here takes a record's id, a number or a name: no real record can be asked about.
"""

from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from dashboard.frame import ROLE_LABELS
from dashboard.policy.decide import grant_for
from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission
from dashboard.policy.permissions import Permission as P
from dashboard.policy.roles import Role
from dashboard.policy.sentences import sentence
from dashboard.services import explain, matrix
from dashboard.services.explain_kinds import KINDS, kind_of
from dashboard.services.explain_states import Kind, State

from . import log_words as words
from .base import Banner, Page, expose


@dataclass(frozen=True)
class Asked:
    """What the parameters ask, as far as they are understood, and which are not."""

    role: Role
    permission: Permission | None
    kind: Kind | None
    state: State | None
    ignored: tuple[str, ...]


class ExplainView(Page):
    """Yes or no, the rule, and what would change the answer; for every role."""

    def __init__(self) -> None:
        """Mount at /admin/explain/."""
        super().__init__(name=lazy_gettext("Why may I see it?"), endpoint="explain", url="/admin/explain/")

    @expose("/")
    @permits(P.EXPLAIN_READ)
    def index(self) -> str:
        """Answer what is asked; without a question show the form."""
        asked = read_question()
        return self.page(
            "explain/index.html", asked=asked, banner=_banner(), roles=ROLE_LABELS, kinds=KINDS, words=words,
            rule=_rule(asked), answer=_answer(asked), overview=_overview(asked),
        )  # fmt: skip


def read_question() -> Asked:
    """Read the coded parameters; what is not understood is named and left out."""
    given = {name: request.args.get(name, "") for name in ("role", "permission", "record", "state")}
    role = Role(given["role"]) if given["role"] in list(Role) else None
    permission = Permission(given["permission"]) if given["permission"] in list(Permission) else None
    kind = kind_of(given["record"])
    state = kind.state(given["state"]) if kind else None
    understood = {"role": role, "permission": permission, "record": kind, "state": state}
    ignored = tuple(str(_labels()[name]) for name, text in given.items() if text and understood[name] is None)
    return Asked(role or Role(g.actor.role), permission, kind, state, ignored)


def _labels() -> dict[str, str]:
    return {"role": _("Who"), "permission": _("Permission"), "record": _("What"), "state": _("In which state")}


def _rule(asked: Asked) -> dict[str, Any] | None:
    """Return the grant a banner's link asks for; or that there is none."""
    if asked.permission is None:
        return None
    grant = grant_for(asked.role, asked.permission)
    told = {"permission": asked.permission.value, "sentence": sentence(asked.permission)}
    return {**told, "grant": matrix.in_words(grant) if grant else None}


def _answer(asked: Asked) -> dict[str, Any] | None:
    if asked.kind is None or asked.state is None:
        return None
    kind, state, role = asked.kind, asked.state, asked.role.value
    answer = explain.answers(kind.code, role)[state.code]
    return {
        "is": answer, "rule": matrix.in_words(answer.grant) if answer.grant else None, "notes": explain.notes(kind),
        "changes": explain.changes(kind, state.code, role=role),
        "others": explain.other_roles(kind, state.code, role=role),
        "yes_states": [s for s in kind.states if explain.answers(kind.code, role)[s.code].yes],
    }  # fmt: skip


def _overview(asked: Asked) -> list[tuple[State, explain.Answer]]:
    """Return the answer in every state, while none is chosen."""
    if asked.kind is None or asked.state is not None:
        return []
    found = explain.answers(asked.kind.code, asked.role.value)
    return [(state, found[state.code]) for state in asked.kind.states]


def _banner() -> Banner:
    return Banner(
        _("Invented cases only: no real record can be asked about."),
        _("everyone may know the rules they work by"),
        _("every kind of record, every role, every state"),
        _("nothing: there is nobody to see"),
        until_label=_("Your reach"),
    )  # fmt: skip
