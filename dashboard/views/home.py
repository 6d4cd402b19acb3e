"""STUB."""
from flask_babel import lazy_gettext

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P

from .base import Home, calm_banner, expose


class HomeView(Home):
    """The page staff land on."""

    def __init__(self) -> None:
        """Mount."""
        super().__init__(name=lazy_gettext("My work"), endpoint="admin", url="/admin")

    @expose("/")
    @permits(P.WORK_LIST)
    def index(self) -> str:
        """STUB."""
        return self.page("detail.html", banner=calm_banner())
