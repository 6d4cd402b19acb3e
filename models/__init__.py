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
from .erasure import ErasedFingerprint, LedgerEntry, Suppression, Tombstone, lock_ledger
from .guard import AlreadyBound, OutOfReach, bind, bound
from .operation import Heartbeat, IdempotencyRecord, JobRun, RateWindow, count_call
from .person import Person, fate_of, models_of_persons, rows_of, tie_of
from .request_parts import ExportFile, RequestLink, RequestStep, SealedPayload
from .retention import Lease, RetentionForecast, RetentionPause, RetentionRun
from .shape import columns_of, every_table, is_moment, leads_an_index, pointing_at
from .staff import ApiToken, Invitation, Message, Proposal, Staff, StaffSession
from .subject_request import SubjectRequest, receive_request
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
    "ErasedFingerprint",
    "ExportFile",
    "Heartbeat",
    "IdempotencyRecord",
    "Invitation",
    "JobRun",
    "Lease",
    "LedgerEntry",
    "Message",
    "OnErasure",
    "OnboardingCase",
    "OutOfReach",
    "Person",
    "Proposal",
    "RateWindow",
    "Reach",
    "RequestLink",
    "RequestStep",
    "RetentionForecast",
    "RetentionPause",
    "RetentionRun",
    "RowCondition",
    "SealedPayload",
    "Staff",
    "StaffSession",
    "SubjectRequest",
    "Suppression",
    "TablePrivacy",
    "Ticket",
    "Tombstone",
    "TraceOpening",
    "TraceWidening",
    "UsageEvent",
    "bind",
    "bound",
    "columns_of",
    "count_call",
    "db",
    "every_table",
    "fate_of",
    "is_moment",
    "leads_an_index",
    "lock_ledger",
    "models_of_persons",
    "new_id",
    "pointing_at",
    "privacy_of",
    "receive_request",
    "record_events",
    "rows_of",
    "stray",
    "tie_of",
    "utcnow",
]
