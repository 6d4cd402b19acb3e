"""SiteLucent's website, where submissions of the contact form wait until they are handed over. It knows addresses."""

from collections.abc import Sequence

from dashboard.config import Settings

from . import outgoing
from .base import Adapter, NotConfigured, Search
from .webhook import Webhook


class Website(Webhook):
    """The website."""

    key = "addresses"

    def known_by(self, search: Search) -> Sequence[str]:
        """Return the addresses typed into the form."""
        return search.addresses


def adapter(settings: Settings) -> Adapter:
    """Return how the website is reached."""
    if not settings.website_webhook_url:
        return NotConfigured()
    secret = settings.website_webhook_secret
    return Website(settings.website_webhook_url, secret=secret, allowed=outgoing.hosts(settings))
