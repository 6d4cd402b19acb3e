"""What exists: tables, what each column is, and which rows a reach covers.

Others import tables from here and nowhere else.
"""

from . import stray
from .access import Access, Actor, Reach
from .account import Account, AccountPreference, OnboardingCase
from .audit import AccessRecord
from .base import CONDITIONS, Base, RowCondition, db, new_id, privacy_of, utcnow
from .classification import CLOSED, PERSONAL, Category, ColumnPrivacy, OnErasure, TablePrivacy
from .company import Company, CompanyAdministrator
from .contact import ContactAttempt, ContactRequest
from .guard import AlreadyBound, OutOfReach, bind, bound
from .operation import Heartbeat, IdempotencyRecord, JobRun, RateWindow, count_call
from .staff import ApiToken, Invitation, Message, Proposal, Staff, StaffSession
from .ticket import AppError, Ticket
from .usage import TraceOpening, TraceWidening, UsageEvent, record_events

__all__ = [
    "CLOSED",
    "CONDITIONS",
    "PERSONAL",
    "Access",
    "AccessRecord",
    "Account",
    "AccountPreference",
    "Actor",
    "AlreadyBound",
    "ApiToken",
    "AppError",
    "Base",
    "Category",
    "ColumnPrivacy",
    "Company",
    "CompanyAdministrator",
    "ContactAttempt",
    "ContactRequest",
    "Heartbeat",
    "IdempotencyRecord",
    "Invitation",
    "JobRun",
    "Message",
    "OnErasure",
    "OnboardingCase",
    "OutOfReach",
    "Proposal",
    "RateWindow",
    "Reach",
    "RowCondition",
    "Staff",
    "StaffSession",
    "TablePrivacy",
    "Ticket",
    "TraceOpening",
    "TraceWidening",
    "UsageEvent",
    "bind",
    "bound",
    "count_call",
    "db",
    "new_id",
    "privacy_of",
    "record_events",
    "stray",
    "utcnow",
]
