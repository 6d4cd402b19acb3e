"""Every twin; a new file of twins is named here."""

from . import (  # noqa: F401 - each fills TWINS
    twins_of_accounts,
    twins_of_contacts,
    twins_of_looks,
    twins_of_partners,
    twins_of_requests,
    twins_of_traces,
    twins_of_usage,
    twins_of_wire,
)
from .twins import TWINS

__all__ = ["TWINS"]
