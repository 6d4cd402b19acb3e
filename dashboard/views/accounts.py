"""The accounts in my reach: those of my open cases, because of them."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import accounts

from .base import Banner, Page, expose


class AccountsView(Page):
    """One page: who my open cases are about."""

    def __init__(self) -> None:
        """Mount at /admin/accounts/."""
        super().__init__(name=lazy_gettext("Accounts"), endpoint="accounts", url="/admin/accounts/")

    @expose("/")
    @permits(P.ACCOUNT_LIST)
    def index(self) -> str:
        """Show name, e-mail address and company of each person whose ticket is mine."""
        lines = accounts.of_my_cases(self.guarded)
        seen = ngettext(
            "%(num)s person, one per open ticket of yours", "%(num)s people, one per open ticket of yours", len(lines)
        )
        banner = Banner(
            seen, _("each has an open ticket that is assigned to you"), _("that ticket closes or leaves your hands"),
            _("now, by you: one look per person"), personal=bool(lines),
        )  # fmt: skip
        return self.page("accounts/index.html", lines=lines, most=accounts.MOST, banner=banner)
