"""GRANTS: the access table. One entry per role and permission; what is not here is refused.

Each entry says which rows (a row condition written beside its table), which categories of columns, for which purpose,
by which promise, and which tables it may change. The explain page, docs/roles.md and the guard all read this table.
"""

# ruff: noqa: E501 - a table is read by its lines

from dataclasses import dataclass

from models.classification import PERSONAL, Category

from .permissions import Permission as P
from .purposes import Purpose
from .roles import Role

C = Category


@dataclass(frozen=True)
class Rows:
    """Rows of a table, by the name of a row condition, and the categories of columns beside plain work data."""

    table: str
    condition: str
    categories: frozenset[Category]


@dataclass(frozen=True)
class Grant:
    """One line of the access table."""

    role: Role
    permission: P
    purpose: Purpose
    promise: str
    reach: tuple[Rows, ...] = ()
    writes: frozenset[str] = frozenset()

    @property
    def personal(self) -> bool:
        """Whether it shows personal data of a customer or contact."""
        return any(rows.categories & PERSONAL for rows in self.reach)

    @property
    def records(self) -> bool:
        """Whether using it adds to the access log: every look at personal data and every change does."""
        return self.personal or bool(self.writes)


def rows(table: str, condition: str, *categories: Category) -> Rows:
    """Say which rows and categories of a table a grant reaches; plain work data and opaque keys always come along."""
    return Rows(table, condition, frozenset({C.WORK, C.LINK, *categories}))


MYSELF = rows("staff", "myself")
"""What becomes mine is written with my own row locked: a role that has just ended takes nothing along."""
MY_LOOKS = rows("access_record", "my_access_records")
FIGURES = (
    rows("usage_figure", "all_usage_figures"), rows("usage_company", "all_usage_companies"),
    rows("usage_week", "all_usage_weeks"), rows("website_figure", "all_website_figures"),
)  # fmt: skip
"""Counts of groups, rounded; they name nobody, so a look at them is nobody's."""
RETENTION = (
    rows("retention_run", "all_retention_runs"),
    rows("retention_pause", "all_retention_pauses"),
    rows("job_run", "all_job_runs"),
    rows("heartbeat", "all_heartbeats"),
)
PERSON_OF_MY_TICKET = (
    rows("account", "accounts_of_my_open_tickets", C.IDENTITY),
    rows("company", "companies_of_my_open_tickets", C.COMPANY),
)

STAFF_AND_RIGHTS = (
    rows("staff", "all_staff", C.STAFF), rows("proposal", "all_proposals", C.STAFF), rows("api_token", "all_tokens"),
)  # fmt: skip
STRAY_CASES = (
    rows("ticket", "stray_tickets"), rows("contact_request", "stray_contact_requests"),
    rows("onboarding_case", "stray_onboarding_cases"), rows("trace_opening", "stray_openings"),
    rows("subject_request", "stray_subject_requests"),
)  # fmt: skip
SEALS = (
    rows("seal", "all_seals"), rows("seal_checkpoint", "all_checkpoints"), rows("seal_verification", "all_verifications"),
)  # fmt: skip
STRAY_TABLES = frozenset(reach.table for reach in STRAY_CASES)
"""What goes back to the queue when its holder loses the role for it; in the same transaction."""


def _own(role: Role) -> tuple[Grant, ...]:
    """What every role may do: with its own things, and read what names nobody."""
    return (
        Grant(role, P.PREFERENCES_CHANGE, Purpose.OWN, "P57", (MYSELF,), frozenset({"staff.language", "staff.theme"})),
        Grant(role, P.LOOKS_LIST, Purpose.OWN, "P57", (MY_LOOKS,)),
        Grant(role, P.EXPLAIN_READ, Purpose.OWN, "P57"),
        Grant(role, P.STATISTICS_READ, Purpose.IMPROVING, "P35", FIGURES),
    )


REP = (
    Grant(Role.REP, P.WORK_LIST, Purpose.FOLLOW_UP, "P58",
          (rows("contact_request", "contact_requests_i_list"), rows("contact_attempt", "attempts_of_my_follow_ups"), MY_LOOKS)),
    Grant(Role.REP, P.CASE_FIND, Purpose.FOLLOW_UP, "P58", (rows("contact_request", "contact_requests_to_work"),)),
    Grant(Role.REP, P.CONTACT_REQUEST_LIST, Purpose.FOLLOW_UP, "P58",
          (rows("contact_request", "contact_requests_i_list"), rows("contact_attempt", "attempts_of_my_follow_ups"))),
    Grant(Role.REP, P.CONTACT_REQUEST_TAKE, Purpose.FOLLOW_UP, "P58",
          (rows("contact_request", "contact_requests_to_work"), MYSELF), frozenset({"contact_request"})),
    Grant(Role.REP, P.CONTACT_REQUEST_READ, Purpose.FOLLOW_UP, "P58",
          (rows("contact_request", "my_follow_ups", C.CONTACT), rows("contact_attempt", "attempts_of_my_follow_ups"), MY_LOOKS)),
    Grant(Role.REP, P.CONTACT_REQUEST_WORK, Purpose.FOLLOW_UP, "P26",
          (rows("contact_request", "my_follow_ups"), rows("contact_attempt", "attempts_of_my_follow_ups"), MY_LOOKS),
          frozenset({"contact_request", "contact_attempt"})),
)  # fmt: skip

SUPPORT = (
    Grant(Role.SUPPORT, P.WORK_LIST, Purpose.SUPPORT, "P59",
          (rows("ticket", "tickets_i_list"), rows("trace_widening", "widenings_to_decide"),
           rows("subject_request", "subject_requests_on_my_desk"), MY_LOOKS)),
    Grant(Role.SUPPORT, P.CASE_FIND, Purpose.SUPPORT, "P59",
          (rows("ticket", "tickets_to_work"), rows("subject_request", "subject_requests_to_work"))),
    Grant(Role.SUPPORT, P.TICKET_LIST, Purpose.SUPPORT, "P59", (rows("ticket", "tickets_i_list"),)),
    Grant(Role.SUPPORT, P.TICKET_TAKE, Purpose.SUPPORT, "P59", (rows("ticket", "tickets_to_work"), MYSELF), frozenset({"ticket"})),
    Grant(Role.SUPPORT, P.TICKET_READ, Purpose.SUPPORT, "P59",
          (rows("ticket", "my_open_tickets", C.FREE_TEXT), *PERSON_OF_MY_TICKET,
           rows("app_error", "errors_of_my_open_tickets"), rows("trace_opening", "my_openings"),
           rows("staff", "support_colleagues", C.STAFF), MY_LOOKS)),
    Grant(Role.SUPPORT, P.TICKET_WORK, Purpose.SUPPORT, "P59",
          (rows("ticket", "my_open_tickets"), rows("app_error", "errors_of_my_open_tickets"),
           rows("trace_opening", "my_openings"), rows("staff", "support_colleagues"), MY_LOOKS),
          frozenset({"ticket", "trace_opening"})),
    Grant(Role.SUPPORT, P.TICKET_WRITE, Purpose.SUPPORT, "P59", (MYSELF,), frozenset({"ticket"})),
    Grant(Role.SUPPORT, P.TICKET_CONFIRM, Purpose.SUPPORT, "P59", (rows("ticket", "tickets_to_confirm"),), frozenset({"ticket"})),
    Grant(Role.SUPPORT, P.TRACE_OPEN, Purpose.ERROR_ANALYSIS, "P36",
          (rows("ticket", "my_open_tickets"), rows("app_error", "errors_of_my_open_tickets"), rows("trace_opening", "my_openings"), MY_LOOKS),
          frozenset({"trace_opening"})),
    Grant(Role.SUPPORT, P.TRACE_READ, Purpose.ERROR_ANALYSIS, "P38",
          (rows("usage_event", "error_window", C.USAGE), rows("ticket", "my_open_tickets"), *PERSON_OF_MY_TICKET,
           rows("app_error", "errors_of_my_open_tickets", C.FREE_TEXT, C.USAGE), rows("trace_opening", "my_openings"),
           rows("trace_widening", "my_widenings"), MY_LOOKS)),
    Grant(Role.SUPPORT, P.TRACE_WIDEN, Purpose.ERROR_ANALYSIS, "P37",
          (rows("ticket", "my_open_tickets"), rows("trace_opening", "my_openings"), rows("trace_widening", "my_widenings"), MY_LOOKS),
          frozenset({"trace_widening"})),
    Grant(Role.SUPPORT, P.TRACE_AGREE, Purpose.ERROR_ANALYSIS, "P37",
          (rows("trace_widening", "widenings_to_decide"), rows("trace_opening", "openings_to_widen")),
          frozenset({"trace_widening", "trace_opening"})),
    Grant(Role.SUPPORT, P.ACCOUNT_LIST, Purpose.SUPPORT, "P59",
          (*PERSON_OF_MY_TICKET, rows("ticket", "my_open_tickets"))),
    Grant(Role.SUPPORT, P.SUBJECT_REQUEST_LIST, Purpose.SUBJECT_REQUEST, "P47",
          (rows("subject_request", "subject_requests_i_list"),)),
    Grant(Role.SUPPORT, P.SUBJECT_REQUEST_TAKE, Purpose.SUBJECT_REQUEST, "P48",
          (rows("subject_request", "subject_requests_to_work"),), frozenset({"subject_request"})),
    Grant(Role.SUPPORT, P.SUBJECT_REQUEST_READ, Purpose.SUBJECT_REQUEST, "P48",
          (rows("subject_request", "subject_requests_assigned_to_me", C.CONTACT), rows("request_step", "steps_of_my_requests"),
           rows("request_link", "links_of_my_requests"), MY_LOOKS)),
    Grant(Role.SUPPORT, P.SUBJECT_REQUEST_WORK, Purpose.SUBJECT_REQUEST, "P48",
          (rows("subject_request", "my_subject_requests"), rows("request_link", "links_of_my_requests"), MY_LOOKS),
          frozenset({"subject_request", "request_link", "message"})),
    Grant(Role.SUPPORT, P.SUBJECT_REQUEST_WRITE, Purpose.SUBJECT_REQUEST, "P47",
          (rows("ticket", "my_open_tickets"), rows("account", "accounts_of_my_open_tickets", C.IDENTITY)), frozenset({"subject_request"})),
    Grant(Role.SUPPORT, P.SUBJECT_REQUEST_SIGN, Purpose.SUBJECT_REQUEST, "P48",
          (rows("subject_request", "subject_requests_to_sign"), rows("request_link", "links_of_requests_to_sign")),
          frozenset({"subject_request", "request_link", "message"})),
)  # fmt: skip

SYSADMIN = (
    Grant(Role.SYSADMIN, P.WORK_LIST, Purpose.ADMINISTRATION, "P60",
          (rows("onboarding_case", "onboarding_to_work"), rows("job_run", "all_job_runs"), rows("heartbeat", "all_heartbeats"),
           rows("proposal", "all_proposals"), MY_LOOKS)),
    Grant(Role.SYSADMIN, P.CASE_FIND, Purpose.ONBOARDING, "P60", (rows("onboarding_case", "onboarding_to_work"),)),
    Grant(Role.SYSADMIN, P.ONBOARDING_LIST, Purpose.ONBOARDING, "P60", (rows("onboarding_case", "onboarding_to_work"),)),
    Grant(Role.SYSADMIN, P.ONBOARDING_TAKE, Purpose.ONBOARDING, "P61",
          (rows("onboarding_case", "onboarding_to_work"), MYSELF), frozenset({"onboarding_case"})),
    Grant(Role.SYSADMIN, P.ONBOARDING_READ, Purpose.ONBOARDING, "P60",
          (rows("onboarding_case", "onboarding_in_my_hands"), rows("account", "accounts_i_set_up", C.IDENTITY), MY_LOOKS)),
    Grant(Role.SYSADMIN, P.ONBOARDING_WORK, Purpose.ONBOARDING, "P60",
          (rows("onboarding_case", "onboarding_in_my_hands"), MY_LOOKS), frozenset({"onboarding_case"})),
    Grant(Role.SYSADMIN, P.STAFF_LIST, Purpose.ADMINISTRATION, "P57",
          (*STAFF_AND_RIGHTS, rows("invitation", "all_invitations"))),
    Grant(Role.SYSADMIN, P.STAFF_PROPOSE, Purpose.ADMINISTRATION, "P57", STAFF_AND_RIGHTS, frozenset({"proposal"})),
    Grant(Role.SYSADMIN, P.STAFF_AGREE, Purpose.ADMINISTRATION, "P57",
          (*STAFF_AND_RIGHTS, rows("invitation", "all_invitations"), *STRAY_CASES),
          frozenset({"proposal", "staff", "invitation", "api_token", "message", *STRAY_TABLES})),
    Grant(Role.SYSADMIN, P.STAFF_DEACTIVATE, Purpose.ADMINISTRATION, "P57",
          (*STAFF_AND_RIGHTS, rows("invitation", "all_invitations"), *STRAY_CASES,
           rows("staff_session", "sessions_of_those_who_left")),
          frozenset({"staff", "proposal", "invitation", "staff_session", *STRAY_TABLES})),
    Grant(Role.SYSADMIN, P.TOKEN_REVOKE, Purpose.ADMINISTRATION, "P18", (rows("api_token", "all_tokens"),), frozenset({"api_token"})),
    Grant(Role.SYSADMIN, P.RETENTION_LIST, Purpose.ADMINISTRATION, "P41", RETENTION),
    Grant(Role.SYSADMIN, P.RETENTION_RUN, Purpose.ADMINISTRATION, "P41", (rows("retention_run", "all_retention_runs"),),
          frozenset({"retention_run"})),
    Grant(Role.SYSADMIN, P.RETENTION_PAUSE, Purpose.ADMINISTRATION, "P40", (rows("retention_pause", "all_retention_pauses"),),
          frozenset({"retention_pause"})),
    Grant(Role.SYSADMIN, P.JOB_LIST, Purpose.ADMINISTRATION, "P57",
          (rows("job_run", "all_job_runs"), rows("heartbeat", "all_heartbeats"), rows("message", "all_messages"))),
)  # fmt: skip

COMPLIANCE = (
    Grant(Role.COMPLIANCE, P.WORK_LIST, Purpose.OVERSIGHT, "P57",
          (rows("access_record", "all_access_records"), rows("job_run", "all_job_runs"), rows("heartbeat", "all_heartbeats"))),
    Grant(Role.COMPLIANCE, P.ACCESS_LOG_READ, Purpose.OVERSIGHT, "P57",
          (rows("access_record", "all_access_records"), rows("staff", "all_staff"), *SEALS), frozenset({"access_record"})),
    Grant(Role.COMPLIANCE, P.ACCESS_LOG_ASK, Purpose.OVERSIGHT, "P57"),
    Grant(Role.COMPLIANCE, P.SEAL_READ, Purpose.OVERSIGHT, "P57", (rows("seal_verification", "all_verifications"),)),
    Grant(Role.COMPLIANCE, P.SEAL_VERIFY, Purpose.OVERSIGHT, "P57",
          (rows("seal_verification", "all_verifications"),), frozenset({"seal_verification"})),
    Grant(Role.COMPLIANCE, P.ACCESS_MATRIX_READ, Purpose.OVERSIGHT, "P57"),
    Grant(Role.COMPLIANCE, P.SUBJECT_REQUEST_LIST, Purpose.OVERSIGHT, "P45",
          (rows("subject_request", "all_subject_requests"), rows("request_step", "all_request_steps"))),
    Grant(Role.COMPLIANCE, P.PROMISE_LIST, Purpose.OVERSIGHT, "P1",
          (rows("promise_standing", "all_promise_standings"), rows("promise_result", "all_promise_results"),
           rows("canary_run", "all_canary_runs"), rows("canary_path", "all_canary_paths"))),
    Grant(Role.COMPLIANCE, P.PROMISE_CHECK, Purpose.OVERSIGHT, "P1", (), frozenset({"promise_standing", "promise_result"})),
    Grant(Role.COMPLIANCE, P.RETENTION_LIST, Purpose.OVERSIGHT, "P41", RETENTION),
    Grant(Role.COMPLIANCE, P.EVIDENCE_READ, Purpose.OVERSIGHT, "P1",
          (rows("canary_run", "all_canary_runs"), rows("canary_path", "all_canary_paths"))),
    Grant(Role.COMPLIANCE, P.PROCESSOR_LIST, Purpose.OVERSIGHT, "P55", (rows("request_step", "all_request_steps"),)),
)  # fmt: skip

GRANTS: tuple[Grant, ...] = tuple(
    grant
    for role, table in ((Role.REP, REP), (Role.SUPPORT, SUPPORT), (Role.SYSADMIN, SYSADMIN), (Role.COMPLIANCE, COMPLIANCE))
    for grant in (*table, *_own(role))
)  # fmt: skip
"""The whole access table."""
