"""STUB to be replaced."""

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P

from .base import Page, calm_banner, expose


class AccountsView(Page):
    """STUB."""

    def __init__(self) -> None:
        """Mount."""
        super().__init__(name="Accounts", endpoint="accounts", url="/admin/accounts/")

    @expose("/")
    @permits(P.ACCOUNT_LIST)
    def index(self) -> str:
        """STUB."""
        return self.page("detail.html", banner=calm_banner())
