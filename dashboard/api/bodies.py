"""The bodies of the contract, field by field. Strict: no property but these, no value of another type."""

from typing import Annotated, Literal, NotRequired, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from .fields import (
    Body,
    Code,
    Email,
    ExternalId,
    Language,
    Message,
    Moment,
    Name,
    PersonName,
    Phone,
    Reason,
    SenderId,
    Subject,
    Word,
)
from .properties import Properties

MOST_EVENTS = 1_000
STRICT = ConfigDict(strict=True, extra="forbid")
OPEN_ANSWER = ConfigDict(extra="ignore")


class Sent(BaseModel):
    """Whatever is sent."""

    model_config = STRICT


class ContactRequest(Sent):
    """A submission of the contact form: exactly these, no other property (P6)."""

    name: Name
    email: Email
    phone: Phone
    submitted_at: Moment
    external_id: ExternalId | None = Field(None, description="The website's id; the same twice is one submission.")


class Company(Sent):
    """A customer."""

    name: Name
    administrators: Annotated[list[ExternalId], Field(max_length=500)] | None = Field(
        None, description="Accounts that administer the company; replaces those known. Absent: as they are."
    )


class Cancellation(Sent):
    """The end of a subscription."""

    cancelled_at: Moment


class Account(Sent):
    """A person's account: three personal fields (P9), from the person or the company's administrator (P16)."""

    company: ExternalId
    first_name: PersonName
    last_name: PersonName
    email: Email
    source: Literal["self", "company_admin"]
    set_up: Literal["automatic", "needs_help"] | None = Field(None, description="Absent: as it is; first automatic.")
    reason: Reason | None = Field(None, description="A code: why set_up needs_help. Required then, and only then.")
    created_at: Moment | None = Field(None, description="When the account was made; absent: now.")

    @model_validator(mode="after")
    def _help_has_a_reason(self) -> Self:
        if (self.set_up == "needs_help") != (self.reason is not None):
            raise PydanticCustomError("reason", "set_up needs_help comes with a reason, as a code; nothing else does.")
        return self


class FirstSignIn(Sent):
    """The person came for the first time."""

    at: Moment


class Deactivation(Sent):
    """The end of an account."""

    requested_by: ExternalId = Field(description="self, or the external id of an administrator of the company.")
    at: Moment


class Preferences(TypedDict, total=False):
    """Which types of message the person wants; types left out stay as they are."""

    __pydantic_config__ = STRICT  # type: ignore[misc]

    data_alert: bool
    report_ready: bool
    system_status: bool
    weekly_summary: bool


class Event(TypedDict):
    """Something one account did in the app."""

    __pydantic_config__ = STRICT  # type: ignore[misc]

    id: SenderId
    account: ExternalId
    occurred_at: Moment
    session: SenderId
    feature: Word
    action: Word
    properties: NotRequired[Properties]


class UsageEvents(Sent):
    """A batch of usage events."""

    events: Annotated[list[Event], Field(max_length=MOST_EVENTS)]


class AppError(Sent):
    """The app failed for one account."""

    id: ExternalId
    account: ExternalId
    occurred_at: Moment
    code: Code
    session: ExternalId | None = None
    feature: Word | None = None
    message: Message | None = None


class Ticket(Sent):
    """What a customer wrote to support."""

    account: ExternalId
    kind: Literal["question", "system_error", "deactivation"]
    subject: Subject
    body: Body
    error: ExternalId | None = Field(
        None, description="The app's id of the error it is about; required for system_error, and only there."
    )
    language: Language | None = Field(None, description="The language it is written in, as two letters.")
    written_at: Moment | None = Field(None, description="When it was written; absent: now.")


class SentMessage(Sent):
    """A message the app sent to one account, without its words (P31)."""

    id: ExternalId
    account: ExternalId
    type: Code
    cause: ExternalId = Field(description="The app's id of the request or event that caused it.")
    sent_at: Moment


class SubjectRequest(Sent):
    """A person asks about their own data: overview, retrieval or removal."""

    kind: Literal["overview", "retrieval", "removal"]
    email: Email
    language: Literal["en", "nl"] | None = Field(None, description="The language to answer in; absent: English.")


class Confirmation(Sent):
    """The customer says in the app that a ticket which staff wrote is theirs."""

    account: ExternalId
    at: Moment
