"""What exists: tables, what each column is, and which rows a reach covers.

Others import tables from here and nowhere else.
"""

from . import stray
from .access import Access, Actor, Reach
from .account import Account, AccountPreference, FormerAddress, OnboardingCase
from .app_message import AppMessage
from .audit import AccessRecord
from .base import CONDITIONS, Base, RowCondition, db, new_id, privacy_of, utcnow
from .canary import CanaryKey, CanaryPath, CanaryRun, marked, real, to_the_house
from .classification import CLOSED, PERSONAL, Category, ColumnPrivacy, OnErasure, TablePrivacy
from .company import Company, CompanyAdministrator
from .contact import ContactAttempt, ContactRequest
from .erasure import ErasedFingerprint, LedgerEntry, Suppression, Tombstone, leave_marks, lock_ledger
from .guard import AlreadyBound, OutOfReach, bind, bound
from .operation import Heartbeat, IdempotencyRecord, JobRun, RateWindow, count_call
from .person import Person, fate_of, may_hold, models_of_persons, rows_of, tie_of
from .promise import PromiseResult, PromiseStanding
from .request_parts import ExportFile, RequestLink, RequestStep, SealedPayload
from .retention import Lease, RetentionForecast, RetentionPause, RetentionRun
from .seal import Seal, SealCheckpoint, SealVerification, lock_seals
from .shape import columns_of, every_table, is_moment, leads_an_index, pointing_at
from .staff import ApiToken, Invitation, Message, Proposal, Staff, StaffSession
from .statistics import (
    ANYTHING,
    EVERYONE,
    REST,
    UsageCompany,
    UsageDay,
    UsageFigure,
    UsageWeek,
    WebsiteFigure,
    WeekCount,
    counts_of_week,
    first_use,
    people_of_companies,
    roll_up_day,
)
from .subject_request import SubjectRequest, receive_request
from .ticket import AppError, Ticket
from .usage import TraceOpening, TraceWidening, UsageEvent, record_events

__all__ = [
    "ANYTHING",
    "CLOSED",
    "CONDITIONS",
    "EVERYONE",
    "PERSONAL",
    "REST",
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
    "FormerAddress",
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
    "PromiseResult",
    "PromiseStanding",
    "Proposal",
    "RateWindow",
    "Reach",
    "RequestLink",
    "RequestStep",
    "RetentionForecast",
    "RetentionPause",
    "RetentionRun",
    "RowCondition",
    "Seal",
    "SealCheckpoint",
    "SealVerification",
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
    "UsageCompany",
    "UsageDay",
    "UsageEvent",
    "UsageFigure",
    "UsageWeek",
    "WebsiteFigure",
    "WeekCount",
    "bind",
    "bound",
    "columns_of",
    "count_call",
    "counts_of_week",
    "db",
    "every_table",
    "fate_of",
    "first_use",
    "is_moment",
    "leads_an_index",
    "leave_marks",
    "lock_ledger",
    "lock_seals",
    "marked",
    "may_hold",
    "models_of_persons",
    "new_id",
    "people_of_companies",
    "pointing_at",
    "privacy_of",
    "real",
    "receive_request",
    "record_events",
    "roll_up_day",
    "rows_of",
    "stray",
    "tie_of",
    "to_the_house",
    "utcnow",
]
