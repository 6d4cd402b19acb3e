"""STUB to be replaced."""

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P

from .base import Page, calm_banner, expose


class AccessLogView(Page):
    """STUB."""

    def __init__(self) -> None:
        """Mount."""
        super().__init__(name="Access log", endpoint="access_log", url="/admin/access-log/")

    @expose("/")
    @permits(P.ACCESS_LOG_READ)
    def index(self) -> str:
        """STUB."""
        return self.page("detail.html", banner=calm_banner())
