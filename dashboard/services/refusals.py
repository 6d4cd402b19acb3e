"""Why a service cannot continue. One handler (dashboard/errors.py) maps each of these to a page."""


class CannotContinue(Exception):
    """The root of every refusal of a service."""


class NotInReach(CannotContinue):
    """Cannot continue because the thing does not exist, or no case of theirs reaches it: nobody learns which."""


class AccessEnded(CannotContinue):
    """Cannot continue because their own access to this case has ended; said to the former assignee alone."""

    def __init__(self, at: object, because: str) -> None:
        """Keep when it ended (UTC) and the coded reason."""
        super().__init__(because)
        self.at = at
        self.because = because


class SomeoneWasFaster(CannotContinue):
    """Cannot continue because a colleague changed it a moment ago."""


class SamePerson(CannotContinue):
    """Cannot continue because a second person must do this."""


class OwnRole(SamePerson):
    """Cannot continue because nobody has a say in their own role."""


class RecordNotWritten(CannotContinue):
    """Cannot continue because the look cannot be recorded: without a record there is no personal data."""


class Invalid(CannotContinue):
    """Cannot continue because a field holds something unusable; names the field and says what to do."""

    def __init__(self, field: str, message: str, **values: str) -> None:
        """Keep the field's name, the message shown at it, and what stands for its %(names)s."""
        super().__init__(message % values if values else message)
        self.field = field
        self.message = message
        self.values = values


class DiffersFromBefore(CannotContinue):
    """Cannot continue because the same id came before with other content; nothing is overwritten."""


class KeyUsedOtherwise(CannotContinue):
    """Cannot continue because the idempotency key belongs to a call with another body."""
