"""Who may do what, as a table: the grants in sentences, and each endpoint by method and principal.

Everything here is derived from the grants, the row conditions and the declarations of the endpoints; nothing is
written down a second time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.policy.decide import grant_for
from dashboard.policy.declare import Declaration
from dashboard.policy.grants import GRANTS, Grant, Rows
from dashboard.policy.roles import Role
from dashboard.policy.sentences import sentence
from models import CONDITIONS, PERSONAL, Category

Endpoint = tuple[str, str, str, Declaration | None]
"""An endpoint with its rule, one method and what it declares, as the front door yields them."""
TOKENS = {"token app": "app", "token website": "website"}
PRINCIPALS = ("anonymous", *(role.value for role in Role), *TOKENS)
ALLOW, DENY, SIGN_IN = "allow", "deny", "sign-in"
SHOWN = tuple(c for c in Category if c in PERSONAL or c is Category.STAFF)
"""The categories worth a word in a table; plain work data and opaque keys always come along."""


@dataclass(frozen=True)
class RowsInWords:
    """Which rows of a table a grant reaches, and which closed categories of columns."""

    table: str
    condition: str
    sentence: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class GrantInWords:
    """One line of the access table in sentences."""

    role: str
    permission: str
    sentence: str
    purpose: str
    promise: str
    rows: Sequence[RowsInWords]
    writes: Sequence[str]
    personal: bool


@dataclass(frozen=True)
class Cell:
    """One line of the access matrix: an endpoint, a method, and the answer for each principal."""

    endpoint: str
    rule: str
    method: str
    permission: str
    answers: dict[str, str]


def in_words(grant: Grant) -> GrantInWords:
    """Return a grant as a compliance officer reads it."""
    return GrantInWords(
        role=grant.role.value, permission=grant.permission.value, sentence=sentence(grant.permission),
        purpose=sentence(grant.purpose), promise=grant.promise, rows=[_rows(rows) for rows in grant.reach],
        writes=sorted(grant.writes), personal=grant.personal,
    )  # fmt: skip


def _rows(rows: Rows) -> RowsInWords:
    shown = tuple(c.value for c in SHOWN if c in rows.categories)
    return RowsInWords(rows.table, rows.condition, CONDITIONS[rows.condition].sentence, shown)


def grants_by_role() -> dict[str, list[GrantInWords]]:
    """Return every grant in words, by role, in the order of the access table."""
    return {role.value: [in_words(g) for g in GRANTS if g.role == role] for role in Role}


def cells(endpoints: Iterable[Endpoint]) -> list[Cell]:
    """Return the access matrix, ordered by rule and method; HEAD is a GET without a body and stands with it."""
    made = [_cell(*item) for item in endpoints if item[2] != "HEAD"]
    return sorted(made, key=lambda cell: (cell.rule, cell.method, cell.endpoint))


def _cell(endpoint: str, rule: str, method: str, declaration: Declaration | None) -> Cell:
    answers = {principal: _answer(principal, method, declaration) for principal in PRINCIPALS}
    return Cell(endpoint, rule, method, _needed(method, declaration), answers)


def _needed(method: str, declaration: Declaration | None) -> str:
    if declaration is None:
        return "refused for everyone"
    if declaration.public:
        return "anyone"
    if declaration.scope:
        return f"token: {declaration.scope}"
    return str(declaration.permission(method) or "no such method")


def _answer(principal: str, method: str, declaration: Declaration | None) -> str:
    if declaration is None:
        return DENY
    if declaration.public:
        return ALLOW
    if declaration.scope:
        scopes = {part.strip() for part in declaration.scope.split(",")}
        return ALLOW if TOKENS.get(principal) in scopes else DENY
    permission = declaration.permission(method)
    if principal == "anonymous" or principal in TOKENS:
        return SIGN_IN
    return ALLOW if permission and grant_for(principal, permission) else DENY
