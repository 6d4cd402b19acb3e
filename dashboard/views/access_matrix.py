"""Who may do what: the grants in sentences, and each endpoint by method and role. No person, no record."""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from dashboard.frame import ROLE_LABELS
from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P
from dashboard.policy.roles import Role
from dashboard.policy.sentences import sentence
from dashboard.services import matrix

from .base import Banner, Page, expose


class AccessMatrixView(Page):
    """The access table and the access matrix, read from the code that decides."""

    def __init__(self) -> None:
        """Mount at /admin/access-matrix/."""
        super().__init__(name=lazy_gettext("Access matrix"), endpoint="access_matrix", url="/admin/access-matrix/")

    @expose("/")
    @permits(P.ACCESS_MATRIX_READ)
    def index(self) -> str:
        """Show every grant and every endpoint."""
        roles = [(role.value, ROLE_LABELS[role], sentence(role)) for role in Role]
        return self.page(
            "access_matrix/index.html", roles=roles, grants=matrix.grants_by_role(), banner=_banner(),
            cells=matrix.cells(current_app.extensions["endpoints"]()), principals=_principals(),
            heads=[(_("Address"),), (_("Permission"),), *((label,) for _name, label in _principals())],
        )  # fmt: skip


def _principals() -> list[tuple[str, str]]:
    """Name whoever can ask: nobody, each role in a word, and the two kinds of token."""
    words = {
        "anonymous": _("Nobody signed in"), "rep": _("Rep"), "support": _("Support"), "sysadmin": _("Sysadmin"),
        "compliance": _("Compliance"), "token app": _("App"), "token website": _("Website"),
    }  # fmt: skip
    return [(name, words[name]) for name in matrix.PRINCIPALS]


def _banner() -> Banner:
    return Banner(
        _("Rules only: who may do what, on which rows, by which promise."),
        _("compliance must be able to read what is enforced"),
        _("the same table the front door and the guard decide by, as it is now"),
        _("nothing: there is nobody to see"),
        until_label=_("Where it comes from"),
    )  # fmt: skip
