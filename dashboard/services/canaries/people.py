"""Who the canary people are: values that can be nobody's, made from the id of their run alone."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.policy.canaries import DOMAIN, PREFIX

LEAVER, STAYER = "leaver", "stayer"
"""One asks to be removed, one goes when time is up."""


@dataclass(frozen=True)
class Canary:
    """One invented person of one run, as of a moment (UTC)."""

    run_id: str
    role: str
    at: datetime

    @property
    def external_id(self) -> str:
        """The id it has at the app and at the website."""
        return f"{PREFIX}{self.run_id}:{self.role}"

    @property
    def company(self) -> str:
        """The id of its company, in which it is alone: the company's name is the person's."""
        return f"{self.external_id}-company"

    @property
    def email(self) -> str:
        """Its address, in a mailbox of the house's own."""
        return f"{self.run_id}.{self.role}@{DOMAIN}"

    @property
    def first_name(self) -> str:
        """Its first name."""
        return "Canary"

    @property
    def last_name(self) -> str:
        """Its last name: one that stands nowhere else, so that it can be looked for."""
        return "".join(c for c in self.run_id if c.isalpha())[:8].title() + self.role.title()

    @property
    def name(self) -> str:
        """Its whole name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def phone(self) -> str:
        """Its number: +999 is no country, and no number of any country is scrubbed or looked for because of it."""
        return f"+999 0000 {int(self.run_id, 36) % 100_000:05}"
