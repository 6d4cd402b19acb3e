"""What exists: tables, what each column is, and which rows a reach covers.

Others import tables from here and nowhere else.
"""

from . import stray
from .access import Access, Actor, Reach
from .account import Account, AccountPreference, OnboardingCase
from .app_message import AppMessage
from .audit import AccessRecord
from .base import CONDITIONS, Base, RowCondition, db, new_id, privacy_of, utcnow
from .canary import CanaryKey, CanaryPath, CanaryRun, real, to_the_house
from .classification import CLOSED, PERSONAL, Category, ColumnPrivacy, OnErasure, TablePrivacy
from .company import Company, CompanyAdministrator
from .contact import ContactAttempt, ContactRequest
from .erasure import ErasedFingerprint, LedgerEntry, Suppression, Tombstone, lock_ledger
from .guard import AlreadyBound, OutOfReach, bind, bound
from .operation import Heartbeat, IdempotencyRecord, JobRun, RateWindow, count_call
from .person import Person, fate_of, models_of_persons, rows_of, tie_of
from .promise import PromiseResult, PromiseStanding
from .request_parts import ExportFile, RequestLink, RequestStep, SealedPayload
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
    "AppMessage",
    "Base",
    "CanaryKey",
    "CanaryPath",
    "CanaryRun",
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
    "LedgerEntry",
    "Message",
    "OnErasure",
    "OnboardingCase",
    "OutOfReach",
    "Person",
    "PromiseResult",
    "PromiseStanding",
    "Proposal",
    "RateWindow",
    "Reach",
    "RequestLink",
    "RequestStep",
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
    "count_call",
    "db",
    "fate_of",
    "lock_ledger",
    "models_of_persons",
    "new_id",
    "privacy_of",
    "real",
    "receive_request",
    "record_events",
    "rows_of",
    "stray",
    "tie_of",
    "to_the_house",
    "utcnow",
]
