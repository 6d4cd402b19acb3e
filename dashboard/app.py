"""The composition root: makes an application out of its rooms, verifies it, returns it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme

from dashboard import cli, config, errors, frame, front_door, headers, sign_in
from dashboard.api import intake
from dashboard.database.engine import ENGINE_OPTIONS, prepare, system_session
from dashboard.database.migrate import behind
from dashboard.extensions import babel, csrf, security
from dashboard.public import (
    certificates,
    confirmations,
    downloads,
    former,
    invitation,
    lost_mailbox,
    metrics,
    operations,
    outbox,
    privacy,
    standing,
)
from dashboard.services import keys, listing
from dashboard.services.erasure import ledger
from dashboard.services.retention import rules
from dashboard.services.schedule import SCHEDULE
from dashboard.views import (
    access_log,
    access_matrix,
    accounts,
    contact_requests,
    evidence,
    explain,
    home,
    jobs,
    looks,
    onboarding,
    preferences,
    processors,
    promises,
    queue,
    retention,
    staff,
    statistics,
    subject_request_acts,
    subject_requests,
    tickets,
    traces,
)
from models import db

ROOT = config.ROOT
VIEWS = (
    contact_requests.ContactRequestsView,
    tickets.TicketsView,
    traces.TracesView,
    subject_requests.SubjectRequestsView,
    subject_request_acts.SubjectRequestActsView,
    accounts.AccountsView,
    onboarding.OnboardingView,
    retention.RetentionView,
    staff.StaffView,
    jobs.JobsView,
    promises.PromisesView,
    access_log.AccessLogView,
    statistics.StatisticsView,
    processors.ProcessorsView,
    evidence.EvidenceView,
    access_matrix.AccessMatrixView,
    looks.LooksView,
    explain.ExplainView,
)
"""The pages of staff, in the order of the navigation."""
PERSONS = (privacy, confirmations, lost_mailbox, former, standing, certificates, downloads)
"""The pages of the person."""


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """Return a ready application; raise UnsafeSetting, SilentEndpoint or RuleRefused rather than start open."""
    settings = config.read(os.environ if environ is None else environ)
    app = Flask("dashboard", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.from_mapping(flask_settings(settings))
    app.extensions["settings"] = settings
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    connect_rooms(app, settings)
    front_door.verify_declarations(app)
    rules.verify(jobs=[job.name for job in SCHEDULE])
    return app


def refuse_if_behind(app: Flask) -> None:
    """Raise UnsafeSetting when the database lacks a migration."""
    with app.app_context():
        if behind(db.engine):
            raise config.UnsafeSetting(
                "DATABASE_URL is behind the migrations: run `flask --app wsgi database upgrade`."
            )
        refuse_if_restored(app.extensions["settings"])


def refuse_if_restored(settings: config.Settings) -> None:
    """Raise UnsafeSetting when the ledger has lines the database lacks; write to its file what a crash kept from it."""
    with system_session(db.engine, "compare with the ledger") as session:
        try:
            behind_ledger = ledger.is_behind(session, settings.ledger_file)
            if not behind_ledger:
                ledger.catch_up(session, settings.ledger_file)
        except ledger.LedgerBroken as error:
            raise config.UnsafeSetting(
                f"LEDGER_PATH is not what was written ({error}): put the file back as it was."
            ) from error
    if behind_ledger:
        raise config.UnsafeSetting(
            "DATABASE_URL was restored from a backup older than LEDGER_PATH: run `flask --app wsgi erasure replay`."
        )


def flask_settings(settings: config.Settings) -> dict[str, Any]:
    """Return Flask's own settings."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SECURITY_PASSWORD_SALT": "unused-argon2-salts-itself",
        "SQLALCHEMY_DATABASE_URI": settings.url,
        "SQLALCHEMY_ENGINE_OPTIONS": ENGINE_OPTIONS,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 100,
        "PROVIDE_AUTOMATIC_OPTIONS": False,
        "SESSION_COOKIE_NAME": "__Host-session" if settings.base_url.startswith("https") else "session",
        "SESSION_COOKIE_SECURE": settings.base_url.startswith("https"),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # the form token decides; there is no referrer, by our own policy
        "BABEL_DEFAULT_TIMEZONE": settings.time_zone,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "FLASK_ADMIN_RAISE_ON_INTEGRITY_ERROR": True,
        "FLASK_ADMIN_RAISE_ON_VIEW_EXCEPTION": True,
    }


def connect_rooms(app: Flask, settings: config.Settings) -> None:
    """Bind the rooms to the application, in the order in which a request passes them."""
    if settings.url.startswith("sqlite"):
        Path(settings.url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    sign_with(settings.secret_key)
    headers.dress(app)
    front_door.stand_before(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=frame.choose_language)
    sign_in.connect(app, security)
    frame.surround(app)
    app.context_processor(lambda: {"company_name": settings.company_name, "demo": settings.demo})
    errors.handle_errors(app)
    furnish(app)
    app.extensions["endpoints"] = lambda: front_door.endpoints(app)  # for the access matrix, which views show
    intake.connect(app)
    cli.register(app)


def sign_with(secret_key: str) -> None:
    """Hand the secret key to the rooms that make keys of it."""
    listing.sign_cursors_with(secret_key)
    keys.use(secret_key)


def furnish(app: Flask) -> None:
    """Put up the pages."""
    admin = Admin(app, name="Need-to-Know", index_view=home.HomeView(), theme=Bootstrap4Theme())
    for view in VIEWS:
        admin.add_view(view())
    app.add_template_global(queue.seen)
    for blueprint in (
        preferences.blueprint,
        invitation.blueprint,
        outbox.blueprint,
        operations.blueprint,
        metrics.blueprint,
    ):
        app.register_blueprint(blueprint)
    for room in PERSONS:
        csrf.exempt(room.blueprint)  # no session: their forms carry a token of their own
        app.register_blueprint(room.blueprint)
