"""The access log in words: what each event, reason, purpose and column is called on a page.

Codes stay in the data, words stand here. A code without a word is shown as it is, readable, never hidden.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

EVENTS: Mapping[str, Any] = {
    "contact_request_taken": _("Took a submission"),
    "contact_request_seen": _("Saw a submission and its person"),
    "contact_attempt_recorded": _("Recorded an attempt to reach the person"),
    "contact_attempt_undone": _("Took back an attempt"),
    "permission_answered": _("Recorded the answer to the permission question"),
    "contact_request_released": _("Gave a submission back"),
    "contact_request_closed": _("Closed a follow-up"),
    "ticket_taken": _("Took a ticket"),
    "ticket_seen": _("Saw a ticket and its person"),
    "ticket_written": _("Wrote a ticket for somebody"),
    "ticket_confirmed": _("Confirmed a ticket a colleague wrote"),
    "finding_written": _("Wrote a finding"),
    "error_linked": _("Tied a ticket to an error record"),
    "ticket_released": _("Gave a ticket back"),
    "ticket_handed_over": _("Handed a ticket over"),
    "ticket_closed": _("Closed a ticket"),
    "trace_opened": _("Opened a trace"),
    "trace_seen": _("Saw a trace"),
    "widening_asked": _("Asked to see further back"),
    "widening_agreed": _("Agreed to a wider trace"),
    "widening_refused": _("Refused a wider trace"),
    "account_seen": _("Saw accounts"),
    "onboarding_taken": _("Took a set-up"),
    "onboarding_seen": _("Saw the account to set up"),
    "onboarding_released": _("Gave a set-up back"),
    "onboarding_closed": _("Closed a set-up"),
    "invitation_proposed": _("Proposed an invitation"),
    "role_proposed": _("Proposed a role"),
    "token_proposed": _("Proposed a token"),
    "proposal_agreed": _("Agreed to a proposal"),
    "proposal_refused": _("Refused a proposal"),
    "proposal_stood_behind": _("Stood behind a proposal"),
    "proposal_withdrawn": _("Withdrew a proposal"),
    "staff_invited": _("Invited a colleague"),
    "invitation_used": _("Came in by an invitation"),
    "role_changed": _("Changed a colleague's role"),
    "token_made": _("Made a token"),
    "staff_deactivated": _("Ended a colleague's access"),
    "token_revoked": _("Revoked a token"),
    "signed_in": _("Signed in"),
    "sign_in_failed": _("Sign-in failed"),
    "signed_out": _("Signed out"),
    "access_refused": _("Tried something out of reach"),
    "access_log_read": _("Read the access log"),
}
REASONS: Mapping[str, Any] = {
    "wrong_team": _("belongs to another team"),
    "no_time": _("no time"),
    "know_the_person": _("knows the person"),
    "looked_by_mistake": _("opened by mistake"),
    "solved": _("solved"),
    "no_answer": _("the person did not answer"),
    "duplicate": _("duplicate"),
    "not_a_problem": _("not a problem"),
    "handed_over": _("handed over"),
    "reproduce": _("to reproduce the error"),
    "sequence": _("to find the step that led to it"),
    "data_lost": _("to see whether data was lost"),
    "repeated": _("the error came back after a fix"),
    "own_words": _("reason in own words, on the ticket"),
    "not_in_role": _("no grant gives the role this"),
    "not_in_reach": _("no case reaches it, or it does not exist"),
    "list": _("lines, newest first"),
    "who_saw": _("who saw one person"),
    "what_seen": _("what one staff member saw"),
    "find": _("lines of one case, person or staff member"),
}
PURPOSES: Mapping[str, Any] = {
    "follow_up": _("getting in contact"),
    "support": _("support"),
    "error_analysis": _("error analysis"),
    "onboarding": _("setting up an account"),
    "administration": _("administration"),
    "oversight": _("oversight"),
    "own": _("own things"),
}
FIELDS: Mapping[str, Any] = {
    "first_name": _("first name"),
    "last_name": _("last name"),
    "name": _("name"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "company": _("company"),
    "subject": _("subject line"),
    "body": _("text"),
    "finding": _("finding"),
    "occurred_at": _("time"),
    "session": _("session"),
    "feature": _("where in the app"),
    "action": _("what was done"),
    "properties": _("details"),
}


def word(words: Mapping[str, Any], code: str | None) -> str:
    """Return what a code is called; a code without a word is shown readable."""
    if not code:
        return ""
    return str(words.get(code, code.replace("_", " ")))
