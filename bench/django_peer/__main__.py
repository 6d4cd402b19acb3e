"""Makes Django and answers; without facts, makes its own tables."""

import json
import sys
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import Client as Browser
from werkzeug.test import Client

from bench.worker import get, serve

PAGE_SIZE = 50
LIST = "/admin/django_peer/usageevent/"
CONTRIB = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
TEMPLATES = "django.template.backends.django.DjangoTemplates"
MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)  # fmt: skip
CONTEXT = (
    "template.context_processors.request",
    "contrib.auth.context_processors.auth",
    "contrib.messages.context_processors.messages",
)


def database(url: str) -> dict[str, Any]:
    """Return Django's way of naming a database."""
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:],
            "CONN_MAX_AGE": None,
            "OPTIONS": {"timeout": 60},
        }
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "USER": parts.username or "",
        "PASSWORD": parts.password or "", "HOST": host, "PORT": str(parts.port or ""), "CONN_MAX_AGE": None,
    }  # fmt: skip


def configure(url: str) -> None:
    """Set Django up as `startproject` would."""
    options = {"context_processors": [f"django.{name}" for name in CONTEXT]}
    settings.configure(
        SECRET_KEY="bench", DEBUG=False, ALLOWED_HOSTS=["*"], USE_TZ=True, ROOT_URLCONF="bench.django_peer.urls",
        DATABASES={"default": database(url)}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", STATIC_URL="/static/",
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in CONTRIB), "bench.django_peer"],
        MIDDLEWARE=list(MIDDLEWARE), TEMPLATES=[{"BACKEND": TEMPLATES, "APP_DIRS": True, "OPTIONS": options}],
    )  # fmt: skip
    django.setup()


def signed_in() -> Client:
    """Return a browser that is signed in."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - Django allows this only once it is set up

    users = get_user_model().objects
    user = users.filter(username="bench").first() or users.create_superuser("bench", "bench@demo.example", "bench")
    browser = Browser()
    browser.force_login(user)
    client = Client(get_wsgi_application())
    client.set_cookie("sessionid", browser.cookies["sessionid"].value)
    return client


def main(url: str, facts: dict[str, Any]) -> None:
    """Make the application and answer."""
    configure(url)
    client = signed_in()
    last = (facts["rows"] - 1) // PAGE_SIZE + 1
    numbers = {"first": 1, "page 1000": 1_000, "last": last}
    pages = {f"events.{name}": get(client, f"{LIST}?p={number}") for name, number in numbers.items() if number <= last}
    start, end = (quote(f"{moment[:19]}+00:00") for moment in facts["window"])
    for name, account in zip(("trace.heavy", "trace.light"), facts["accounts"], strict=True):
        narrowed = f"account__id__exact={account}&occurred_at__gte={start}&occurred_at__lte={end}"
        pages[name] = get(client, f"{LIST}?{narrowed}")
    serve(pages)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        main(sys.argv[1], json.loads(sys.argv[2]))
    else:  # while the database is still empty: on SQLite, Django checks every foreign key of it after each table
        configure(sys.argv[1])
        call_command("migrate", verbosity=0)
