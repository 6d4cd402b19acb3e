"""The partners' stand-in over real HTTP on a free port of this machine, and the settings that point there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread

import pytest

from dashboard.config import Settings
from dashboard.demo.partners import Partners, Secrets
from dashboard.processors import outgoing
from dashboard.processors.base import Adapter, NotNow
from dashboard.processors.registry import adapters

SECRETS = Secrets(
    hubspot="token-of-hubspot", app="secret-of-the-app-" + "a" * 20, website="secret-of-the-site-" + "w" * 20
)


def raised(call: Callable[..., object], *args: object) -> NotNow:
    """The refusal a call ends with."""
    with pytest.raises(NotNow) as caught:
        call(*args)
    return caught.value


@pytest.fixture
def partners() -> Iterator[Partners]:
    server = Partners(0, SECRETS)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.ending.set()
    server.shutdown()
    thread.join()
    server.server_close()


def settings_for(url: str) -> Settings:
    return replace(
        Settings(), hubspot_base_url=url, app_webhook_url=f"{url}/app", website_webhook_url=f"{url}/website",
        hubspot_token=SECRETS.hubspot, app_webhook_secret=SECRETS.app, website_webhook_secret=SECRETS.website,
    )  # fmt: skip


@pytest.fixture
def settings(partners: Partners) -> Settings:
    return settings_for(partners.url)


@pytest.fixture
def reached(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Adapter]:
    """The adapters, with less patience than in life: a test of a late answer must not take long."""
    monkeypatch.setattr(outgoing, "READ_SECONDS", 0.4)
    monkeypatch.setattr("dashboard.processors.hubspot.PATIENCE", (1.0, 0.4))
    return adapters(settings)
