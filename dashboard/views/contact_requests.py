"""STUB to be replaced."""

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P

from .base import Page, calm_banner, expose


class ContactRequestsView(Page):
    """STUB."""

    def __init__(self) -> None:
        """Mount."""
        super().__init__(name="Contact requests", endpoint="contact_requests", url="/admin/contact-requests/")

    @expose("/")
    @permits(P.CONTACT_REQUEST_LIST)
    def index(self) -> str:
        """STUB."""
        return self.page("detail.html", banner=calm_banner())
