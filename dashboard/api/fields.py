"""What a field of the contract may hold. Each type states its limits once, for the check and for the document.

No type takes a control character, a lone surrogate or a sign that turns the direction of writing: no database and no
page has to cope with one.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from dashboard.policy import canaries

_UNSEEN = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069"
"""Characters that cannot be seen, or turn the text around them."""
ONE_LINE = rf"^[^\x00-\x1f{_UNSEEN}]*[^\x00-\x20{_UNSEEN}][^\x00-\x1f{_UNSEEN}]*$"
LINES = (
    rf"^[^\x00-\x08\x0b\x0c\x0e-\x1f{_UNSEEN}]*"
    rf"[^\x00-\x20{_UNSEEN}][^\x00-\x08\x0b\x0c\x0e-\x1f{_UNSEEN}]*$"
)
EXTERNAL_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
TICKET_ID = r"^[a-z2-7]{26}$"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
PHONE = re.compile(r"\d(?:[\s()./-]*\d){6}")
"""Seven digits, whatever stands between them: nothing that counts in the app is written like this."""
LARGEST = 10**12


def _moment(value: object) -> datetime:
    """Return an RFC 3339 date-time as an aware moment in UTC."""
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        raise PydanticCustomError("moment", "Write a date and time with its offset, such as 2026-10-01T09:30:00+02:00.")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("moment", "This date and time does not exist.") from error


def _email(value: str) -> str:
    """Return an e-mail address in lower case; whether its domain answers is not asked."""
    if canaries.is_reserved_address(value):
        raise PydanticCustomError("reserved", canaries.RESERVED_ADDRESS)
    try:
        return validate_email(value.strip(" "), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "Write an e-mail address, such as name@company.example.") from error


def not_reserved(value: str) -> str:
    """Refuse an id that only the house's own canary people may have."""
    if canaries.is_reserved_id(value):
        raise PydanticCustomError("reserved", canaries.RESERVED_ID)
    return value


def _phone(value: str) -> str:
    if sum(character.isdigit() for character in value) < 3:
        raise PydanticCustomError("phone", "Write a phone number.")
    return value


def no_address(value: str) -> str:
    """Refuse a text in which an e-mail address stands."""
    if "@" in value and ADDRESS.search(value):
        raise PydanticCustomError("personal", "An e-mail address must not stand here.")
    return value


def no_person(value: str) -> str:
    """Refuse a text in which an e-mail address or a phone number stands (P10)."""
    if PHONE.search(value):
        raise PydanticCustomError("personal", "A phone number must not stand here.")
    return no_address(value)


def _text(longest: int, pattern: str = ONE_LINE) -> Any:
    return StringConstraints(min_length=1, max_length=longest, pattern=pattern)


Moment = Annotated[
    datetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"}),
    Field(description="RFC 3339, with offset."),
]  # fmt: skip
SenderId = Annotated[
    str, StringConstraints(pattern=EXTERNAL_ID), Field(description="An id of the sender; names nobody.")
]
ExternalId = Annotated[
    str, StringConstraints(pattern=EXTERNAL_ID), AfterValidator(not_reserved),
    Field(description="An id of the sender; names nobody. None begins with canary:, whatever its letters."),
]  # fmt: skip
Name = Annotated[str, _text(200)]
PersonName = Annotated[str, _text(100)]
Email = Annotated[
    str, StringConstraints(max_length=254), AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]  # fmt: skip
Phone = Annotated[str, _text(40), AfterValidator(_phone)]
Subject = Annotated[str, _text(200)]
Body = Annotated[
    str, _text(20_000, LINES),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 20_000, "description": "Text, as written."}),
]  # fmt: skip
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Reason = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Message = Annotated[str, _text(300), AfterValidator(no_address), Field(description="Technical text; names nobody.")]
Word = Annotated[str, _text(60), AfterValidator(no_person)]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Measure = Annotated[float, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
