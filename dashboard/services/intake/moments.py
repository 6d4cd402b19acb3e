"""Which moments are believed: not in the future, not from before anything, not older than what may be kept (P50)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.policy.calendar import first_kept
from dashboard.services.refusals import Invalid

AHEAD = timedelta(minutes=5)
"""How far the app's clock may be ahead of ours."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Older than the company: a moment before this is a mistake of the sender's clock."""

IN_THE_FUTURE = "in_the_future"
TOO_OLD = "too_old"


@dataclass(frozen=True)
class Horizon:
    """The span (UTC) in which something can have happened: not before `oldest`, not after `latest`."""

    oldest: datetime
    latest: datetime
    months: int

    @classmethod
    def around(cls, at: datetime, *, months: int, zone: ZoneInfo) -> "Horizon":
        """Return the span that holds at a moment, with so many calendar months of look back."""
        return cls(first_kept(at, months, zone), at + AHEAD, months)

    def refusal(self, moment: datetime) -> str:
        """Return why a moment is refused, as a code; empty when it is fine."""
        if moment > self.latest:
            return IN_THE_FUTURE
        return TOO_OLD if moment < self.oldest else ""

    def require_recent(self, field: str, moment: datetime) -> None:
        """Raise Invalid at the field when the moment lies in the future or further back than what may be kept."""
        self.require_past(field, moment)
        if moment < self.oldest:
            raise Invalid(field, f"This is more than {self.months} calendar months ago, which is not kept.")

    def require_past(self, field: str, moment: datetime) -> None:
        """Raise Invalid at the field when the moment lies in the future or before the year 2000."""
        if moment > self.latest:
            raise Invalid(field, "This lies in the future, by more than 5 minutes.")
        if moment < BEGINNING:
            raise Invalid(field, "This lies before the year 2000.")
