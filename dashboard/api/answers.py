"""The answers of the contract: ids, codes and counts, never a personal value."""

from typing import Literal

from pydantic import BaseModel, Field


class CaseAnswer(BaseModel):
    """A case: its id, and the reference staff use."""

    id: str
    ref: str


class ErrorAnswer(BaseModel):
    """The ticket that the error opened."""

    ticket: str
    ref: str


class MessageAnswer(BaseModel):
    """The message that is kept."""

    id: str


class ConfirmationAnswer(CaseAnswer):
    """Whether the ticket is confirmed; one that was closed before is not."""

    confirmed: bool


class ReceivedAnswer(BaseModel):
    """The same for everyone: nobody learns whether the address is known, or was asked about before."""

    status: Literal["received"]


class CompanyAnswer(BaseModel):
    """A company and its state."""

    external_id: str
    state: Literal["active", "cancelled"]


class CancellationAnswer(CompanyAnswer):
    """How many accounts the cancellation deactivated."""

    deactivated: int


class AccountAnswer(BaseModel):
    """An account and its state."""

    external_id: str
    state: Literal["active", "deactivated"]


class PreferencesAnswer(BaseModel):
    """The preferences in force."""

    data_alert: bool
    report_ready: bool
    system_status: bool
    weekly_summary: bool


Why = Literal["unknown_account", "account_deactivated", "in_the_future", "too_old", "unknown_property", "invalid"]


class RefusedEvent(BaseModel):
    """One event that was refused: its place in the batch (from 0), why, and at which field."""

    index: int
    reason: Why
    field: str | None = None


class UsageAnswer(BaseModel):
    """What became of the batch: the three add up to what was sent."""

    accepted: int = Field(description="Events that are new and written.")
    duplicate: int = Field(description="Events that were here already, or twice in this batch.")
    refused: list[RefusedEvent]
