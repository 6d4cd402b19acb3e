"""Settings, from the environment only. Refuses to start unsafely, naming the setting and the remedy."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "localhost", "::1", "", None}
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)


class UnsafeSetting(Exception):
    """Cannot start because a setting is missing or unsafe; the text names it and says what to do."""


def setting(default: Any, text: str) -> Any:
    """Declare a setting: its default and the sentence docs/settings.md shows."""
    return field(default=default, metadata={"text": text})


@dataclass(frozen=True)
class Settings:
    """Every setting. The environment variable is the field's name in capitals."""

    database_url: str = setting("", "Where the data is: `postgresql+psycopg://…`; unset: SQLite under `var/`.")
    secret_key: str = setting("", "Signs cookies and keys fingerprints; at least 32 characters, kept secret.")
    base_url: str = setting("http://127.0.0.1:8000", "The address staff and persons use; https outside the demo.")
    port: int = setting(8000, "The port of `make run`.")
    company_name: str = setting("SiteLucent", "The company whose policy is enforced.")
    company_address: str = setting("", "The company's postal address, for the record of processing activities.")
    privacy_contact: str = setting(
        "", "Where persons and authorities reach whoever answers for privacy; for the same record."
    )
    smtp_url: str = setting(
        "", "`smtp://host:port` or `smtps://…`; unset: each message becomes an `.eml` file in `var/outbox/`."
    )
    mail_from: str = setting("no-reply@sitelucent.example", "The sender of messages.")
    staff_domains: str = setting("demo.example", "Comma-separated domains of staff addresses (P54).")
    data_region: str = setting("NL", "Country of the database, its replicas and backups; must be in the EU (P17, P19).")
    time_zone: str = setting("Europe/Amsterdam", "The company's time zone: days and clocks on pages.")
    demo: bool = setting(default=False, text="`1`: invented people, known passwords, messages shown at `/outbox`.")
    log_level: str = setting("INFO", "How much is logged.")
    ledger_path: str = setting(
        "", "File of the erasure ledger, outside the database and its backups; unset: `var/erasure-ledger.jsonl`."
    )
    audit_anchor_path: str = setting(
        "",
        "File of the access log's anchors, outside the database and its backups; unset: `access-log-anchors.jsonl` "
        "beside the ledger.",
    )
    backup_days: int = setting(30, "How many days backups live; certificates say until when.")
    intake_rate_per_minute: int = setting(600, "Calls one token may make in a minute; more answer 429.")
    intake_oldest_months: int = setting(
        24, "Usage older than this many calendar months is refused at intake (P50); the demo takes 27."
    )
    hubspot_base_url: str = setting("https://api.hubapi.com", "Where HubSpot is asked to erase a person (P14).")
    hubspot_token: str = setting("", "HubSpot's private-app token; unset: a removal waits and says so.")
    app_webhook_url: str = setting("", "The app's address for our signed calls; unset: a removal waits and says so.")
    app_webhook_secret: str = setting("", "Signs our calls to the app; the app knows it too.")
    website_webhook_url: str = setting("", "The website's address for our signed calls; unset: a removal waits.")
    website_webhook_secret: str = setting("", "Signs our calls to the website; the website knows it too.")

    site_url: str = setting(
        "", "The public website, looked at every hour from outside (P11, P52); unset: not measurable."
    )
    app_url: str = setting("", "The customer app, looked at every hour from outside (P20, P52); unset: not measurable.")
    analytics_months: int = setting(0, "Months the analytics tools keep data, as read in their own settings (P39).")
    analytics_read_on: str = setting("", "The day that was read, as 2026-11-20; a reading counts for a month (P39).")
    metrics_token: str = setting(
        "", "Bearer token of `/metrics`; unset: this machine alone may ask. At least 32 characters."
    )

    @property
    def stand_ins_port(self) -> int:
        """The port of the partners' stand-ins, which `make run` starts beside the demo."""
        return self.port + (1000 if self.port < 64_536 else -1000)

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def ledger_file(self) -> Path:
        """The file of the erasure ledger."""
        return Path(self.ledger_path) if self.ledger_path else ROOT / "var" / "erasure-ledger.jsonl"

    @property
    def anchor_file(self) -> Path:
        """The file of the access log's anchors."""
        beside = self.ledger_file.with_name("access-log-anchors.jsonl")
        return Path(self.audit_anchor_path) if self.audit_anchor_path else beside

    @property
    def backups(self) -> timedelta:
        """How long backups live."""
        return timedelta(days=self.backup_days)

    @property
    def export_folder(self) -> Path:
        """Where files made for persons lie until they are fetched or their week is over."""
        return ROOT / "var" / "exports"

    @property
    def url(self) -> str:
        """The database to use, as SQLAlchemy writes it."""
        return self.database_url or f"sqlite:///{ROOT / 'var' / 'need-to-know.db'}"


def read(environ: Mapping[str, str]) -> Settings:
    """Read and check the settings; raise UnsafeSetting when one is unsafe, outside the demo."""
    values: dict[str, Any] = {}
    for item in fields(Settings):
        given = environ.get(item.name.upper(), "")
        if given:
            values[item.name] = _convert(item.name, item.default, given)
    settings = Settings(**values)
    _refuse_unusable(settings)
    if settings.demo:
        return _demo(settings, values)
    _refuse_unsafe(settings)
    return settings


def _convert(name: str, default: Any, given: str) -> Any:
    if isinstance(default, bool):
        return given == "1"
    if not isinstance(default, int):
        return given
    if not (given.isdecimal() and given.isascii()):
        raise UnsafeSetting(f"{name.upper()} must be a whole number.")
    return int(given)


def _demo(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Fill in what only the demo may leave open: a key of its own, and room at intake for its invented past."""
    key = settings.secret_key or _demo_key()
    wider = {"intake_oldest_months": 27, "intake_rate_per_minute": 60_000}
    base = values.get("base_url", f"http://127.0.0.1:{settings.port}")
    return Settings(**{**wider, **_stand_ins(settings), **values, "secret_key": key, "base_url": base})


def _stand_ins(settings: Settings) -> dict[str, str]:
    """Return the addresses of the partners' stand-ins on this machine; their secrets are worthless elsewhere."""
    base, secret = f"http://127.0.0.1:{settings.stand_ins_port}", "demo-only-partners-secret"
    return {
        "hubspot_base_url": base, "app_webhook_url": f"{base}/app", "website_webhook_url": f"{base}/website",
        "hubspot_token": secret, "app_webhook_secret": secret, "website_webhook_secret": secret,
    }  # fmt: skip


def _demo_key() -> str:
    path = ROOT / "var" / "demo-key"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text()


def _refuse_unusable(settings: Settings) -> None:
    """Refuse what would fail later, on a page or in a job, far from its cause."""
    if not settings.url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise UnsafeSetting("DATABASE_URL must begin with postgresql+psycopg:// or sqlite:///.")
    if not 0 < settings.port < 65_536:
        raise UnsafeSetting("PORT must lie between 1 and 65535.")
    if settings.log_level not in logging.getLevelNamesMapping():
        raise UnsafeSetting("LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    if settings.analytics_read_on and not _is_day(settings.analytics_read_on):
        raise UnsafeSetting("ANALYTICS_READ_ON must be a day, such as 2026-11-20.")
    try:
        ZoneInfo(settings.time_zone)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise UnsafeSetting("TIME_ZONE must be a name such as Europe/Amsterdam.") from error


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _refuse_unsafe(settings: Settings) -> None:
    if len(set(settings.secret_key)) < 12 or len(settings.secret_key) < 32:
        raise UnsafeSetting("SECRET_KEY is missing or weak: set at least 32 random characters.")
    if not settings.base_url.startswith("https://"):
        raise UnsafeSetting("BASE_URL must begin with https:// (P52).")
    if settings.data_region not in EU:
        raise UnsafeSetting("DATA_REGION must be a country of the European Union, as two letters (P17, P19).")
    if settings.metrics_token and len(settings.metrics_token) < 32:
        raise UnsafeSetting("METRICS_TOKEN is too short: set at least 32 random characters, or none.")
    _refuse_open_links(settings)


def _refuse_open_links(settings: Settings) -> None:
    database = urlsplit(settings.url)
    mode = parse_qs(database.query).get("sslmode", [""])[0]
    if database.scheme.startswith("postgresql") and database.hostname not in LOOPBACK and mode != "verify-full":
        raise UnsafeSetting("DATABASE_URL must say sslmode=verify-full: the link is not encrypted and verified (P52).")
    mail = urlsplit(settings.smtp_url)
    if mail.scheme not in {"", "smtp", "smtps"}:
        raise UnsafeSetting("SMTP_URL must begin with smtp:// or smtps://.")
    _refuse_open_processors(settings)


def _refuse_open_processors(settings: Settings) -> None:
    for name in ("hubspot_base_url", "app_webhook_url", "website_webhook_url"):
        url = getattr(settings, name)
        if url and not is_closed(url):
            raise UnsafeSetting(f"{name.upper()} must begin with https://: persons' addresses go there (P53).")
    for name in ("app_webhook", "website_webhook"):
        if getattr(settings, f"{name}_url") and len(getattr(settings, f"{name}_secret")) < 32:
            raise UnsafeSetting(f"{name.upper()}_SECRET is missing or weak: set at least 32 random characters.")


def is_closed(url: str) -> bool:
    """Whether nobody on the way can read what goes to this address: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        _port, host = parts.port, parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
