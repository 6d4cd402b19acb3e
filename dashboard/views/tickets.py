"""STUB to be replaced."""
from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P
from models import Ticket

from .base import RecordList, expose


class TicketsView(RecordList):
    """STUB."""

    columns = (("number", "Case"), ("kind", "What"))

    def __init__(self) -> None:
        """Mount."""
        super().__init__(Ticket, name="Tickets", endpoint="tickets", url="/admin/tickets/")

    @expose("/")
    @permits(P.TICKET_LIST)
    def index(self) -> str:
        """STUB."""
        return self.show()
