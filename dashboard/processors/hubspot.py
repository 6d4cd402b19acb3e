"""HubSpot, which holds what is typed into the contact form (P14, P15), through its official client.

Erased for good with gdpr-delete: a plain delete can be taken back for 90 days. The client quotes answers
in its errors and its log, so nothing it raises leaves this file, and its log stays shut.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from hubspot import HubSpot
from hubspot.crm.contacts import ApiException, Filter, FilterGroup, PublicGdprDeleteInput, PublicObjectSearchRequest
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as TimedOut
from urllib3.util import Retry

from dashboard.config import Settings

from . import outgoing
from .base import Adapter, NotConfigured, NotNow, Search
from .receipts import NOTHING_TO_ASK, receipt

PATIENCE = (outgoing.CONNECT_SECONDS, outgoing.READ_SECONDS)
NO_RETRIES = Retry(total=False)
"""Neither again nor elsewhere: without it the client would repeat a call by itself and follow redirects."""
GROUPS = 5
"""How many groups of filters HubSpot takes in one search."""
TRACE = "x-hubspot-correlation-id"
Answered = tuple[Any, int, Mapping[str, str]]
logging.getLogger("hubspot").setLevel(logging.WARNING)


class Contacts:
    """The contacts at HubSpot."""

    def __init__(self, url: str, *, token: str, allowed: frozenset[str]) -> None:
        """Take the address, the token and the hosts that may be called."""
        self._url, self._allowed = url.rstrip("/"), allowed
        client = HubSpot(access_token=token, host=self._url, base_url=self._url, retry=NO_RETRIES)
        self._basic, self._search = client.crm.contacts.basic_api, client.crm.contacts.search_api

    def erase(self, search: Search) -> str:
        """Erase by address, then whatever a search by address still finds: merged contacts keep second addresses."""
        if not search.addresses:
            return NOTHING_TO_ASK
        status, trace = 0, ""
        for address in search.addresses:
            status, trace = self._purge(PublicGdprDeleteInput(object_id=address, id_property="email"))
        for contact in self._found(search.addresses):
            self._purge(PublicGdprDeleteInput(object_id=contact))
        return receipt(status, trace=trace)

    def still_there(self, search: Search) -> bool:
        """Search by address until nothing is found; only HubSpot's own count says so, never a missing page."""
        return bool(self._found(search.addresses))

    def _purge(self, what: Any) -> tuple[int, str]:
        _nothing, status, headers = self._call(self._basic.purge_with_http_info, what)
        return status, headers.get(TRACE, "")

    def _found(self, addresses: tuple[str, ...]) -> set[str]:
        groups = [FilterGroup(filters=[Filter(property_name="email", operator="EQ", value=a)]) for a in addresses]
        found: set[str] = set()
        for first in range(0, len(groups), GROUPS):
            asked = PublicObjectSearchRequest(
                filter_groups=groups[first : first + GROUPS], limit=100, properties=["email"]
            )
            found |= _ids(*self._call(self._search.do_search_with_http_info, asked))
        return found

    def _call(self, send: Callable[..., Answered], what: Any) -> Answered:
        """Send one call; raise NotNow outside of any handler, so that nothing the client raised hangs on it."""
        outgoing.check(self._url, allowed=self._allowed)
        answer = _tried(send, what)
        if isinstance(answer, NotNow):
            outgoing.note(self._url, answer.because)
            raise answer
        outgoing.note(self._url, answer[1])
        if refusal := outgoing.refusal(answer[1], answer[2]):
            raise refusal
        return answer


def _tried(send: Callable[..., Answered], what: Any) -> Answered | NotNow:
    try:
        data, status, headers = send(what, _request_timeout=PATIENCE)
    except ApiException as error:
        return None, int(error.status or 0), error.headers or {}
    except NewConnectionError:  # to urllib3 a kind of timeout
        return NotNow("unreachable")
    except TimedOut:
        return NotNow("timed_out")
    except (HTTPError, OSError):
        return NotNow("unreachable")
    except Exception:  # noqa: BLE001 - whatever the client makes of an answer, its error may quote it
        return NotNow("not_understood")
    return data, int(status), headers


def _ids(data: Any, status: int, _headers: Mapping[str, str]) -> set[str]:
    if status != 200 or not isinstance(getattr(data, "total", None), int):
        raise NotNow("not_understood")
    found = {str(one.id) for one in data.results}
    if data.total and not found:
        raise NotNow("not_understood")
    return found


def adapter(settings: Settings) -> Adapter:
    """Return how HubSpot is reached."""
    if not settings.hubspot_token:
        return NotConfigured()
    allowed = outgoing.hosts(settings)
    return Contacts(settings.hubspot_base_url, token=settings.hubspot_token, allowed=allowed)
