"""Settings: what is assumed, and that an unsafe one stops the start with its name and the remedy."""

from dataclasses import fields

import pytest

from dashboard import config
from dashboard.app import create_app
from dashboard.config import Settings, UnsafeSetting, read

SAFE = {"SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz", "BASE_URL": "https://desk.example"}


def test_defaults_hold_when_only_the_needed_is_set():
    settings = read(SAFE)

    assert settings.url == f"sqlite:///{config.ROOT / 'var' / 'need-to-know.db'}"
    assert (settings.port, settings.company_name, settings.data_region) == (8000, "SiteLucent", "NL")
    assert (settings.demo, settings.log_level, settings.intake_rate_per_minute) == (False, "INFO", 600)
    assert (settings.intake_oldest_months, str(settings.zone)) == (24, "Europe/Amsterdam")


def test_an_empty_variable_counts_as_unset_when_it_is_given():
    assert read({**SAFE, "PORT": "", "DATA_REGION": ""}) == read(SAFE)


def test_values_arrive_when_they_are_set():
    url = "postgresql+psycopg://u:p@127.0.0.1/x"

    settings = read(
        {**SAFE, "DATABASE_URL": url, "PORT": "9001", "TIME_ZONE": "Europe/Vilnius", "SMTP_URL": "smtps://mail:465"}
    )

    assert (settings.url, settings.port, str(settings.zone)) == (url, 9001, "Europe/Vilnius")


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("SECRET_KEY", "", "set at least 32 random characters"),
        ("SECRET_KEY", "short", "set at least 32 random characters"),
        ("SECRET_KEY", "ab" * 40, "set at least 32 random characters"),
        ("BASE_URL", "http://desk.example", "must begin with https://"),
        ("BASE_URL", "desk.example", "must begin with https://"),
        ("DATA_REGION", "US", "country of the European Union"),
        ("DATA_REGION", "nl", "country of the European Union"),
        ("DATABASE_URL", "postgresql+psycopg://u@db.example/x", "sslmode=verify-full"),
        ("DATABASE_URL", "postgresql+psycopg://u@db.example/x?sslmode=require", "sslmode=verify-full"),
        ("DATABASE_URL", "mysql://u@127.0.0.1/x", "postgresql+psycopg://"),
        ("DATABASE_URL", "postgresql://u@127.0.0.1/x", "postgresql+psycopg://"),
        ("SMTP_URL", "http://mail", "smtp:// or smtps://"),
        ("HUBSPOT_BASE_URL", "http://api.hubapi.com", "must begin with https://"),
        ("APP_WEBHOOK_URL", "http://app.example/hooks", "must begin with https://"),
        ("APP_WEBHOOK_URL", "app.example/hooks", "must begin with https://"),
        ("APP_WEBHOOK_URL", "https://[", "must begin with https://"),
        ("WEBSITE_WEBHOOK_URL", "http:///hooks", "must begin with https://"),
        ("TIME_ZONE", "Mars/Olympus", "such as Europe/Amsterdam"),
        ("TIME_ZONE", "../../etc/passwd", "such as Europe/Amsterdam"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO"),
        ("PORT", "0", "between 1 and 65535"),
        ("PORT", "65536", "between 1 and 65535"),
        ("PORT", "-1", "whole number"),
        ("PORT", "80a", "whole number"),
        ("PORT", "²", "whole number"),
        ("INTAKE_RATE_PER_MINUTE", "many", "whole number"),
        ("INTAKE_OLDEST_MONTHS", "1.5", "whole number"),
    ],
)
def test_the_start_is_refused_with_name_and_remedy_when_a_setting_is_unsafe(name, value, remedy):
    with pytest.raises(UnsafeSetting) as refusal:
        read({**SAFE, name: value})

    assert name in str(refusal.value)
    assert remedy in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////data/x.db",
        "postgresql+psycopg://u@127.0.0.1/x",
        "postgresql+psycopg://u@localhost/x",
        "postgresql+psycopg://u@/x?host=/run/postgresql",
        "postgresql+psycopg://u@db.example/x?sslmode=verify-full&sslrootcert=/ca.pem",
    ],
)
def test_the_start_goes_on_when_the_link_is_local_or_verified(url):
    assert read({**SAFE, "DATABASE_URL": url}).url == url


@pytest.mark.parametrize(
    "url", ["https://app.example/hooks", "http://127.0.0.1:9000/app", "http://localhost:1", "http://[::1]:1/"]
)
def test_the_start_goes_on_when_a_call_out_is_local_or_encrypted(url):
    given = {"APP_WEBHOOK_URL": url, "APP_WEBHOOK_SECRET": "s" * 32, "HUBSPOT_BASE_URL": url}

    assert read({**SAFE, **given}).app_webhook_url == url


@pytest.mark.parametrize("name", ["APP_WEBHOOK", "WEBSITE_WEBHOOK"])
@pytest.mark.parametrize("secret", ["", "short"])
def test_the_start_is_refused_when_calls_out_would_not_be_signed(name, secret):
    with pytest.raises(UnsafeSetting, match=f"^{name}_SECRET is missing or weak: set at least 32"):
        read({**SAFE, f"{name}_URL": "https://app.example/hooks", f"{name}_SECRET": secret})


def test_no_secret_stands_in_the_refusal_when_a_setting_is_unsafe():
    with pytest.raises(UnsafeSetting) as refusal:
        read({**SAFE, "DATABASE_URL": "postgresql+psycopg://u:hush-hush@db.example/x"})

    assert "hush-hush" not in str(refusal.value)


def test_the_demo_makes_and_keeps_its_own_key_when_none_is_given(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "ROOT", tmp_path)

    first, second = read({"DEMO": "1"}), read({"DEMO": "1"})

    kept = tmp_path / "var" / "demo-key"
    assert len(first.secret_key) >= 48
    assert first.secret_key == second.secret_key == kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_demo_takes_the_given_when_it_is_given():
    settings = read({"DEMO": "1", **SAFE, "PORT": "8100", "INTAKE_OLDEST_MONTHS": "3"})

    assert (settings.secret_key, settings.base_url) == (SAFE["SECRET_KEY"], SAFE["BASE_URL"])
    assert settings.intake_oldest_months == 3


def test_the_demo_has_its_own_address_and_room_when_nothing_is_given():
    settings = read({"DEMO": "1", "SECRET_KEY": "k", "PORT": "8100"})

    assert settings.base_url == "http://127.0.0.1:8100"
    assert (settings.intake_oldest_months, settings.intake_rate_per_minute) == (27, 60_000)


@pytest.mark.parametrize("value", ["", "0", "yes", "true", "2"])
def test_the_demo_is_off_when_it_is_not_exactly_one(value):
    assert read({**SAFE, "DEMO": value}).demo is False


def test_every_setting_has_a_sentence_when_documents_are_made():
    assert [item.name for item in fields(Settings) if not item.metadata.get("text")] == []


def test_an_application_is_not_made_when_a_setting_is_unsafe():
    with pytest.raises(UnsafeSetting):
        create_app({"BASE_URL": "https://desk.example"})
