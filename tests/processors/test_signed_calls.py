"""Calls to the app and the website are signed, fresh, and go nowhere but where the settings say."""

import logging
import time
from dataclasses import replace

import pytest
import requests

from dashboard.config import Settings
from dashboard.demo.partners import Mode, Partners
from dashboard.processors import outgoing, webhook
from dashboard.processors.app import App
from dashboard.processors.base import NotNow, Search
from dashboard.processors.hubspot import Contacts
from dashboard.processors.registry import adapters
from tests.processors.conftest import SECRETS, raised

PERSON = Search(addresses=("ada@x.example",), external_ids=("acc-1",))


@pytest.mark.parametrize("name", ["app", "website"])
def test_a_call_is_refused_when_its_secret_is_another(name: str, partners: Partners, settings: Settings):
    partners.copies.app.add("acc-1")
    stranger = adapters(replace(settings, **{f"{name}_webhook_secret": "x" * 40}))[name]

    refusals = [raised(stranger.erase, PERSON), raised(stranger.still_there, PERSON)]

    assert [refusal.because for refusal in refusals] == ["not_allowed", "not_allowed"]
    assert partners.copies.app == {"acc-1"}


@pytest.mark.parametrize(("drift", "status"), [(0, 204), (-290, 204), (290, 204), (-310, 401), (310, 401)])
def test_a_call_is_refused_when_it_is_stale(drift: int, status: int, partners: Partners):
    body, path, timestamp = b'{"external_ids": ["acc-1"]}', "/app/erasure", str(int(time.time() + drift))

    answer = requests.post(partners.url + path, data=body, timeout=2, headers=signed(body, path, timestamp))

    assert answer.status_code == status


def signed(body: bytes, path: str, timestamp: str, *, secret: str = SECRETS.app) -> dict[str, str]:
    made = webhook.signature(secret, path=path, timestamp=timestamp, body=body)
    return {"X-Timestamp": timestamp, "X-Signature": made}


@pytest.mark.parametrize(
    ("sent", "path", "changed"),
    [
        (b'{"external_ids": ["acc-2"]}', "/app/erasure", {}),
        (b'{"external_ids": ["acc-1"]}', "/app/erasure/check", {}),
        (b'{"external_ids": ["acc-1"]}', "/app/erasure", {"X-Timestamp": "1"}),
        (b'{"external_ids": ["acc-1"]}', "/app/erasure", {"X-Signature": ""}),
        (b'{"external_ids": ["acc-1"]}', "/app/erasure", {"X-Timestamp": "²"}),
    ],
    ids=["another body", "another path", "an old moment", "no signature", "no number"],
)
def test_a_call_is_refused_when_anything_signed_was_changed(sent, path, changed, partners: Partners):
    timestamp = str(int(time.time()))
    headers = signed(b'{"external_ids": ["acc-1"]}', "/app/erasure", timestamp)
    headers |= {name: value.encode() for name, value in changed.items()}

    answer = requests.post(partners.url + path, data=sent, timeout=2, headers=headers)

    assert answer.status_code == 401


def test_an_account_is_deactivated_when_the_app_knows_it(partners: Partners, reached):
    partners.copies.app.add("acc-1")

    receipts = [reached["app"].deactivate("acc-1"), reached["app"].deactivate("acc-2")]

    assert partners.copies.deactivated == {"acc-1"}
    assert [receipt[:3] for receipt in receipts] == ["204", "404"]


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("http://app.example/hooks", "link_not_encrypted"),
        ("ftp://127.0.0.1/", "link_not_encrypted"),
        ("https://", "link_not_encrypted"),
        ("https://app.example:x/", "link_not_encrypted"),
        ("https://other.example/hooks", "host_not_allowed"),
        ("https://app.example:8443/hooks", "host_not_allowed"),
        ("https://app.example@other.example/", "host_not_allowed"),
        ("http://127.0.0.1:9/", "host_not_allowed"),
    ],
)
def test_nothing_leaves_when_the_address_is_open_or_unknown(url: str, because: str, monkeypatch):
    monkeypatch.setattr(requests.Session, "send", lambda *_a, **_k: pytest.fail("it went out"))
    allowed = frozenset({"app.example:443"})

    refusals = [
        raised(App(url, secret="s" * 32, allowed=allowed).erase, PERSON),
        raised(App(url, secret="s" * 32, allowed=allowed).still_there, PERSON),
        raised(Contacts(url, token="t", allowed=allowed).erase, PERSON),
    ]

    assert {refusal.because for refusal in refusals} == {because}


def test_only_the_settings_hosts_are_allowed_when_they_are_read():
    settings = replace(
        Settings(), app_webhook_url="https://app.example/x", website_webhook_url="http://127.0.0.1:9001/y"
    )

    assert outgoing.hosts(settings) == {"api.hubapi.com:443", "app.example:443", "127.0.0.1:9001"}


def test_no_proxy_and_no_password_is_taken_when_the_environment_names_them(
    partners: Partners, reached, monkeypatch, tmp_path
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hush\n")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    found = [adapter.still_there(PERSON) for adapter in reached.values()]

    assert found == [False, False, False]


def test_each_call_is_logged_by_host_and_outcome_when_it_went_out(partners: Partners, reached, caplog):
    caplog.set_level(logging.INFO, logger="dashboard.processors.outgoing")
    partners.modes["/app/erasure"] = Mode(drop=True)
    host = outgoing.host(partners.url)

    reached["website"].erase(PERSON)
    with pytest.raises(NotNow):
        reached["app"].erase(PERSON)

    assert [record.getMessage() for record in caplog.records] == [
        f"outgoing {host} 204",
        f"outgoing {host} unreachable",
    ]
