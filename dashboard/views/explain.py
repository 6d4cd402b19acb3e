"""STUB to be replaced."""

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P

from .base import Page, calm_banner, expose


class ExplainView(Page):
    """STUB."""

    def __init__(self) -> None:
        """Mount."""
        super().__init__(name="Why may I see it?", endpoint="explain", url="/admin/explain/")

    @expose("/")
    @permits(P.EXPLAIN_READ)
    def index(self) -> str:
        """STUB."""
        return self.page("detail.html", banner=calm_banner())
