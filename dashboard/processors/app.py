"""SiteLucent's own app, which keeps its copy of accounts and usage. It knows persons by its own ids."""

import secrets
from collections.abc import Sequence

from dashboard.config import Settings

from . import outgoing
from .base import Adapter, NotConfigured, Search
from .receipts import receipt
from .webhook import Webhook


class App(Webhook):
    """The app."""

    key = "external_ids"

    def known_by(self, search: Search) -> Sequence[str]:
        """Return the app's own ids."""
        return search.external_ids

    def deactivate(self, external_id: str) -> str:
        """Ask the app to deactivate an account (P42–P44); return the receipt or raise NotNow."""
        trace = secrets.token_hex(8)
        return receipt(self._call("/deactivate", {"external_id": external_id}, trace=trace).status, trace=trace)


def adapter(settings: Settings) -> Adapter:
    """Return how the app is reached."""
    if not settings.app_webhook_url:
        return NotConfigured()
    return App(settings.app_webhook_url, secret=settings.app_webhook_secret, allowed=outgoing.hosts(settings))
