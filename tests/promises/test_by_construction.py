"""What no check needs to measure, because there is no way in the code to break it. The register names these tests."""

import ast
import re
from dataclasses import fields

from flask import Flask

from dashboard.config import Settings
from dashboard.policy.message_types import NOTICE
from dashboard.processors import registry
from dashboard.services.promises.running import ALARM_TYPE
from dashboard.services.requests.letters import LETTERS
from models import Base
from tests.every.sources import parsed, sources

VISITOR = re.compile(r"visitor", re.IGNORECASE)
SENDS = re.compile(r"requests|urllib3|http\.client|urllib\.request|httpx|aiohttp|smtplib|socket|ftplib|hubspot|boto3")
WAYS_OUT = {
    "dashboard/processors/outgoing.py": "the one way to processors, to hosts of the registry alone",
    "dashboard/processors/hubspot.py": "HubSpot's own client, held to the same hosts",
    "dashboard/services/outbox.py": "letters to the person themselves, through the company's mail server",
    "dashboard/serve.py": "asks its own web server whether it is up",
    "dashboard/demo/clients.py": "the demo's stand-in app and website, which send to us",
    "dashboard/demo/partners.py": "the demo's stand-in partners, on this machine",
    "dashboard/cli_demo.py": "whether a stand-in's port is free",
}
"""Every file that can send something, and to whom."""
TYPES = {*LETTERS, "invitation", ALARM_TYPE, NOTICE}
"""The catalogue of what this house writes: letters about a person's own request or account, and to staff."""


def test_nothing_leads_to_the_analytics_tools_when_settings_and_adapters_are_read() -> None:
    (tools,) = (facts for facts in registry.PROCESSORS if facts.name == "analytics")

    ways = {
        item.name for item in fields(Settings) if re.search(r"analytics.*(url|token|secret|key|password)", item.name)
    }

    assert not ways
    assert not tools.reachable
    assert "analytics" not in registry.MAKERS


def test_no_page_names_a_visitor_when_the_addresses_are_read(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules() if VISITOR.search(rule.rule + rule.endpoint)]
    tables = [
        str(column) for table in Base.metadata.tables.values() for column in table.c if VISITOR.search(str(column))
    ]

    assert not rules
    assert not tables


def types_queued() -> set[str]:
    """The types under which the product queues messages, read from its calls; a variable stands by its name."""
    found = set()
    for path, text in sources().items():
        for node in ast.walk(parsed(text)):
            called = isinstance(node, ast.Call) and ast.unparse(node.func) in {"outbox.queue", "queue"}
            if called and not path.endswith("outbox.py"):
                found |= {ast.unparse(word.value) for word in node.keywords if word.arg == "type"}
    return found


TO_PERSONS = {"letter", "NOTICE"}
"""About their own request, and about the end of their own account."""
TO_STAFF = {"'invitation'", "ALARM_TYPE", "'processor_late'", "'retention_notice'", "'access_log_sealed'"}
"""What the house tells those who keep it."""


def test_no_message_goes_to_a_list_when_the_catalogue_is_read() -> None:
    queued = types_queued()

    assert queued == TO_PERSONS | TO_STAFF, "a new kind of message: to whom, and why?"
    assert not [name for name in TYPES if re.search(r"list|news|offer|campaign|marketing", name)]


def test_only_the_registry_gets_contact_information_when_the_source_is_read() -> None:
    sending = {
        path
        for path, text in sources().items()
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        if node.__dict__.get("level", 0) == 0 and SENDS.match(name)
    }

    assert sending - WAYS_OUT.keys() == set(), "a new way out: who is at its other end, and by which consent?"
    assert registry.MAKERS.keys() <= {facts.name for facts in registry.PROCESSORS}
