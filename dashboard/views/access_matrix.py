"""STUB to be replaced."""

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P

from .base import Page, calm_banner, expose


class AccessMatrixView(Page):
    """STUB."""

    def __init__(self) -> None:
        """Mount."""
        super().__init__(name="Access matrix", endpoint="access_matrix", url="/admin/access-matrix/")

    @expose("/")
    @permits(P.ACCESS_MATRIX_READ)
    def index(self) -> str:
        """STUB."""
        return self.page("detail.html", banner=calm_banner())
