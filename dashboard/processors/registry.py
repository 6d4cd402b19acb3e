"""Who else holds data of persons: the table a lawyer may audit (P12–P15, P53–P56).

A processor that is not here is not called: outgoing.py knows no other host. One that must be reached and is not
configured never counts as done.
"""

from collections.abc import Callable, Mapping
from datetime import date

from dashboard.config import Settings

from . import app, hubspot, website
from .base import Adapter, Facts, NotConfigured

REVIEWED = date(2026, 11, 22)
SHIELD = (
    "The policy names the EU-US Privacy Shield for data in the United States, and nothing else. It was struck down on "
    "16 July 2020 (Schrems II, CJEU C-311/18): a ground that holds must be named, or the data must stay in the EU."
)
PROCESSORS: tuple[Facts, ...] = (
    Facts(
        name="hubspot",
        title="HubSpot",
        holds="Submissions of the contact form: first name, last name, e-mail address, phone number.",
        place="United States",
        ground="Privacy Shield",
        valid=False,
        note=SHIELD,
        erasure="Erased for good by address (gdpr-delete), then searched by address until nothing is found. HubSpot "
        "puts an address it does not know on a blocklist of its own.",
        relation="website",
        justification="The policy says that HubSpot processes the contact form (P14).",
        reviewed=REVIEWED,
    ),
    Facts(
        name="app",
        title="SiteLucent app",
        holds="Its own copy of accounts and usage: first name, last name, e-mail address, usage events.",
        place="European Union",
        ground="Use of the app, under the contract with the customer",
        valid=True,
        note="SiteLucent's own: nothing is handed to anybody else.",
        erasure="A signed call with the app's own ids erases; a second one counts what is left, until that is nothing.",
        relation="app",
        own=True,
        justification="Nobody can use the app without an account there.",
        reviewed=REVIEWED,
    ),
    Facts(
        name="website",
        title="SiteLucent website",
        holds="Submissions of the contact form on their way to us: name, e-mail address, phone number.",
        place="European Union",
        ground="The person's own request to be contacted",
        valid=True,
        note="SiteLucent's own: nothing is handed to anybody else.",
        erasure="A signed call with the address erases; a second one counts what is left, until that is nothing.",
        relation="website",
        own=True,
        justification="The contact form stands there.",
        reviewed=REVIEWED,
    ),
    Facts(
        name="mail",
        title="Mail server",
        holds="Messages while they travel: the e-mail address and the text.",
        place="Where the company runs it",
        ground="The request or event that each message answers",
        valid=True,
        note="The policy does not name it. If somebody else than SiteLucent runs it, the policy must (P55).",
        erasure="Messages that still wait here are deleted by us. One that has been handed over cannot be called back: "
        "it goes to the person's own mailbox, and the server lets go of it on delivery.",
        relation="house",
        justification="Persons are asked and told by e-mail: it is the one address we have of them.",
        reachable=False,
        reviewed=REVIEWED,
    ),
    Facts(
        name="analytics",
        title="Website analytics tools",
        holds="Visits to the website: pages, clicks and the device's IP address, for at least 25 months.",
        place="Possibly the United States",
        ground="Privacy Shield",
        valid=False,
        note=f"{SHIELD} It does not say which tools these are either (P55).",
        erasure="Out of our reach: we cannot see which visits are whose. The person can delete the Analytics Cookie in "
        "the browser's settings, and ask the tool itself to erase what it holds.",
        relation="website",
        justification="Improving the experience of the website, with group statistics only (P21, P24).",
        reachable=False,
        reviewed=REVIEWED,
    ),
)
"""Every processor. What the published policy says of each stands in its ground; whether that holds today, beside it."""
MAKERS: Mapping[str, Callable[[Settings], Adapter]] = {
    "hubspot": hubspot.adapter,
    "app": app.adapter,
    "website": website.adapter,
}
"""How each one that can be reached is reached."""


def adapters(settings: Settings) -> dict[str, Adapter]:
    """Return the adapter of every processor that can be reached; without its settings it raises NotNow when asked."""
    return {facts.name: MAKERS[facts.name](settings) for facts in PROCESSORS if facts.reachable}


def configured(settings: Settings) -> frozenset[str]:
    """Return the names of the processors that can be asked: in reach, and the settings say how."""
    return frozenset(name for name, one in adapters(settings).items() if not isinstance(one, NotConfigured))
