"""The partners' stand-in as a program of its own, beside the demo."""

import os
import socket
import subprocess
import sys
import time

import pytest
import requests

from dashboard.cli_demo import stand_ins
from dashboard.config import ROOT, read
from dashboard.processors.base import Search
from dashboard.processors.registry import adapters
from tests.processors.conftest import raised

PERSON = Search(addresses=("ada@x.example",), external_ids=("acc-1",))


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def demo():
    """The settings of a demo whose stand-ins' port is free, and its stand-in, running."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = read({"DEMO": "1", "SECRET_KEY": "k" * 40, "PORT": str(port - 1000)})
    child = stand_ins(settings)
    process = subprocess.Popen(child.command, cwd=ROOT, env={**os.environ, **dict(child.environment)})
    deadline = time.monotonic() + 10
    while not answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield settings
    process.terminate()
    process.wait()


def test_the_demo_reaches_its_stand_ins_when_nothing_is_configured(demo):
    reached = adapters(demo)

    receipts = [adapter.erase(PERSON) for adapter in reached.values()]

    assert [receipt[:3] for receipt in receipts] == ["204", "204", "204"]
    assert not any(adapter.still_there(PERSON) for adapter in reached.values())


def test_a_stand_in_fails_when_it_is_told_to(demo):
    told = {"path": "/app/erasure", "status": 503, "retry_after": "7"}
    token = {"Authorization": f"Bearer {demo.hubspot_token}"}
    answers = [requests.post(demo.hubspot_base_url + "/modes", json=told, headers=h, timeout=2) for h in ({}, token)]

    refusal = raised(adapters(demo)["app"].erase, PERSON)

    assert [answer.status_code for answer in answers] == [401, 204]
    assert (refusal.because, refusal.wait) == ("server_error", 7)


@pytest.mark.parametrize(("port", "beside"), [("8000", 9000), ("64535", 65535), ("64536", 63536), ("65535", 64535)])
def test_the_stand_ins_have_a_port_of_their_own_when_the_demo_has_any(port: str, beside: int):
    assert read({"DEMO": "1", "SECRET_KEY": "k", "PORT": port}).stand_ins_port == beside


def test_the_demo_takes_a_real_address_when_one_is_given():
    settings = read({"DEMO": "1", "SECRET_KEY": "k", "APP_WEBHOOK_URL": "https://app.example/hooks"})

    assert settings.app_webhook_url == "https://app.example/hooks"
    assert settings.website_webhook_url == "http://127.0.0.1:9000/website"


def test_the_stand_in_is_a_program_of_python_when_it_is_started():
    child = stand_ins(read({"DEMO": "1", "SECRET_KEY": "k"}))

    assert child.command == (sys.executable, "-m", "dashboard.demo.partners")
    assert child.port == 9000
