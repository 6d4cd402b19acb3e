"""Messages the app itself sent, as it reports them: type, cause and moment, never a word of them (P31, P32, P43)."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped

from .base import Base, Key, UtcDateTime, column, new_id, utcnow
from .classification import Category, OnErasure, TablePrivacy


class AppMessage(Base):
    """One message the app sent to one account."""

    __tablename__ = "app_message"
    __privacy__ = TablePrivacy("account", "Shows that the app writes upon a request or an event alone (P31, P32).")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    external_id: Mapped[str] = column(String(64), unique=True, note="The app's id of the message.")
    account_id: Mapped[str] = column(
        Key, foreign_key="account.id", category=Category.LINK, note="To whom.", on_erasure=OnErasure.DELETE
    )
    type: Mapped[str] = column(String(40), note="From the catalogue, if the app keeps to it (P31).")
    cause: Mapped[str] = column(String(64), note="The request or event that caused it, by the app's id.")
    sent_at: Mapped[datetime] = column(UtcDateTime, index=True, note="When the app sent it.")
    received_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was reported here.")
    __table_args__ = (Index("ix_app_message_account", "account_id", "type"),)
