"""Every check, by its promise. Importing this file fills the table; a new file of checks is named here."""

from collections.abc import Mapping

from . import (
    accounts,
    columns,
    contacts,
    looks,
    messages,
    overview,
    partners,
    regions,
    requests,
    retention,
    statistics,
    traces,
    usage,
    wire,
)
from .base import Check, by_promise

ROOMS = (
    accounts,
    columns,
    contacts,
    looks,
    messages,
    overview,
    partners,
    regions,
    requests,
    retention,
    statistics,
    traces,
    usage,
    wire,
)
"""The files of checks, by subject."""
CHECKS: Mapping[str, Check] = by_promise()
"""Every check by its promise, in the order of the promises."""
