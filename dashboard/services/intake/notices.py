"""Whoever's account somebody else ended is told, in the transaction that ends it (P43, P44).

The policy promises it where an administrator asked; we tell those whose company cancelled as well.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.policy.message_types import NOTICE
from dashboard.services import outbox
from models import Account, bound

TOLD_WITHIN = timedelta(days=30)
"""An end that lies further back is history the app hands over: its person was told, or not, when it happened."""
SUBJECT = "Your account has been deactivated · Uw account is gedeactiveerd"
BODY = """Your account for the app was deactivated at the request of {who_en}.

You cannot sign in any more. Your account information is kept for 24 calendar months and then deleted. You may ask us to
remove it at once, or for a copy of it: see the privacy page of our website.

Uw account voor de app is gedeactiveerd op verzoek van {who_nl}.

U kunt niet meer inloggen. Uw accountgegevens worden 24 kalendermaanden bewaard en dan verwijderd. U kunt ons vragen ze
meteen te verwijderen, of om een kopie: zie de privacypagina van onze website.
"""
WHO = {
    "administrator": {"who_en": "your company's administrator", "who_nl": "de beheerder van uw bedrijf"},
    "company": {
        "who_en": "your company, which ended its subscription",
        "who_nl": "uw bedrijf, dat het abonnement heeft beëindigd",
    },
}


def tell(session: Session, account_ids: Collection[str], *, by: str, at: datetime) -> None:
    """Write the notice to these accounts; `by` is administrator or company, `at` when they ended (UTC)."""
    if at < bound(session).at - TOLD_WITHIN or not account_ids:
        return
    addresses = select(Account.id, Account.email).where(Account.id.in_(account_ids)).order_by(Account.id)
    for account_id, address in session.execute(addresses):
        outbox.queue(
            session, type=NOTICE, cause=f"deactivation {by}", address=address, subject=SUBJECT,
            body=BODY.format(**WHO[by]), subject_key=account_id,
        )  # fmt: skip
