"""Signing in: sessions kept on the server, and Flask-Security on top of them.

The cookie of a signed-in browser holds a random key; the row behind it holds everything else, so that signing out,
deactivation and time end it at once, copies of the cookie included. Second factors, passkeys and single sign-on find
their place in SECURITY below. Nothing here decides what a staff member may see.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, Request, Response, g, make_response, request
from flask import session as browser_session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import current_user, user_logged_out
from flask_security import LoginForm, UserDatastore, user_authenticated
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, undefer

from dashboard.database.engine import system_session
from dashboard.policy.declare import PERSONS
from dashboard.policy.lifetimes import SESSION_IDLE, SESSION_LONGEST
from dashboard.services.access_log import commit, record
from dashboard.services.refusals import RecordNotWritten
from models import Access, Actor, Category, Reach, Staff, StaffSession, db, utcnow

STATELESS = ("/static/", "/api/", *PERSONS)
"""Addresses that take no cookie."""
TOUCH = timedelta(minutes=1)
"""A session's last use is kept to the minute: a write per request would cost more than it tells."""


class SignedInSession(SecureCookieSession):
    """A browser's session: kept in its row once signed in, in a signed cookie before that."""

    key: str = ""
    row_staff: Staff | None = None
    stale: bool = False
    unreachable: bool = False
    """The database did not answer: nobody can tell who this is, and the front door says so."""

    @classmethod
    def without_a_database(cls) -> "SignedInSession":
        """Return an empty session, so that the request still gets a page."""
        opened = cls()
        opened.unreachable = True
        return opened


def hashed(key: str) -> str:
    """Return what the table keeps of a cookie's key or a one-time link."""
    return hashlib.sha256(key.encode()).hexdigest()


class StaffSessions(SecureCookieSessionInterface):
    """Opens and saves sessions: server-side for staff, a signed cookie for the sign-in form."""

    session_class = SignedInSession
    prefix = "s."

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Find the row of a signed-in browser; anything else is a fresh or form-only session."""
        if request.path.startswith(STATELESS):
            return SignedInSession()
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        if not cookie.startswith(self.prefix):
            return super().open_session(app, request)
        try:
            return self._signed_in(cookie[len(self.prefix) :]) or SignedInSession()
        except SQLAlchemyError:
            return SignedInSession.without_a_database()

    def _signed_in(self, key: str) -> SignedInSession | None:
        at = utcnow()
        with system_session(db.engine, "find the session", read_only=True) as session:
            found = session.execute(
                select(StaffSession, Staff)
                .join(Staff, Staff.id == StaffSession.staff_id)
                .where(StaffSession.key_hash == hashed(key), Staff.active.is_(True))
                .where(StaffSession.seen_at > at - SESSION_IDLE, StaffSession.created_at > at - SESSION_LONGEST)
                .options(undefer(StaffSession.data), undefer(StaffSession.key_hash), undefer(Staff.fs_uniquifier))
                .options(undefer(Staff.name), undefer(Staff.email), undefer(Staff.password))
            ).first()
            session.expunge_all()
        return self._open(key, *found, at=at) if found else None

    def _open(self, key: str, row: StaffSession, staff: Staff, *, at: Any) -> SignedInSession:
        opened = SignedInSession(row.data)
        opened.key, opened.row_staff = key, staff
        opened.stale = at - row.seen_at > TOUCH
        opened.modified = False
        return opened

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Write the row of a signed-in browser, drop it after sign-out, leave others to the signed cookie."""
        db.session.rollback()  # the page is made: what it did not commit must not hold a lock against this write
        if session.get("_user_id") and (session.key or g.get("sign_in_recorded")):
            self._save_row(app, session, response)
            return
        if session.get("_user_id"):  # whoever wrote that: nobody signed in, so there is nobody to keep
            session.clear()
        if session.key:
            with system_session(db.engine, "end the session") as work:
                work.execute(delete(StaffSession).where(StaffSession.key_hash == hashed(session.key)))
                work.commit()
        super().save_session(app, session, response)

    def _save_row(self, app: Flask, session: SignedInSession, response: Response) -> None:
        if not (session.modified or (session.stale and not asked_by_itself())):
            return
        fresh = not session.key
        session.key = session.key or secrets.token_urlsafe(32)
        with system_session(db.engine, "keep the session") as work:
            _write_row(work, session, fresh=fresh)
            work.commit()
        if fresh:
            self._set_cookie(app, session, response)

    def _set_cookie(self, app: Flask, session: SignedInSession, response: Response) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            self.prefix + session.key,
            max_age=SESSION_LONGEST,
            httponly=True,
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
            path="/",
        )
        response.vary.add("Cookie")


def _write_row(work: Any, session: SignedInSession, *, fresh: bool) -> None:
    key_hash, data = hashed(session.key), dict(session)
    if fresh:
        staff_id = work.scalar(select(Staff.id).where(Staff.fs_uniquifier == session["_user_id"]))
        work.add(StaffSession(key_hash=key_hash, staff_id=staff_id, data=data))
        return
    used = {} if asked_by_itself() else {"seen_at": utcnow()}
    work.execute(update(StaffSession).where(StaffSession.key_hash == key_hash).values(data=data, **used))


def asked_by_itself() -> bool:
    """Whether an open page asks this, and nobody at it: that neither uses a session nor is anybody's try."""
    declaration = g.get("declaration")
    return bool(declaration and declaration.by_itself)


class StaffDirectory(UserDatastore):
    """The rows Flask-Security signs in: read and written in a session of their own, never the page's."""

    def __init__(self) -> None:
        """Staff are looked up here; roles are policy's business."""
        super().__init__(Staff, None)  # type: ignore[arg-type]

    def find_user(self, case_insensitive: bool = False, **attributes: Any) -> Staff | None:  # noqa: ARG002, FBT001, FBT002
        """Return the staff member with these attributes, active or not, as a row of no session."""
        name, value = next(iter(attributes.items()))
        value = value.lower() if name == "email" else value
        with system_session(db.engine, "sign in", read_only=True) as session:
            found: Staff | None = session.scalar(
                select(Staff).where(getattr(Staff, name) == value).options(undefer("*"))
            )
            session.expunge_all()
        return found

    def put(self, model: Any) -> Any:
        """Refuse: signing in changes no row; staff rows change through services/staff.py."""
        raise NotImplementedError(type(model).__name__)

    def commit(self) -> None:
        """Do nothing: nothing was changed."""


def load_staff(uniquifier: str) -> Staff | None:
    """Return the staff member of this browser's row, if the row still names the same one."""
    staff: Staff | None = getattr(browser_session, "row_staff", None)
    return staff if staff and staff.fs_uniquifier == uniquifier else None


def actor_of(staff: Staff) -> Actor:
    """Return the frozen actor that policy judges."""
    return Actor(staff.id, staff.role, staff.number)


class SignInForm(LoginForm):
    """The sign-in form without "remember me": a session ends with its row, and nothing outlives it."""

    remember = None  # type: ignore[assignment]


def log_sign_in(_app: Flask, *, user: Staff, **_facts: Any) -> None:
    """Record a sign-in under the name of whose it is, and when it was; raise RecordNotWritten, signed out again.

    The form's token from before is void.
    """
    browser_session.pop("csrf_token", None)
    try:
        with _about_oneself(actor_of(user)) as session:
            record(session, "signed_in")
            session.execute(update(Staff).where(Staff.id == user.id).values(last_seen_at=utcnow()))
            commit(session)
    except (RecordNotWritten, SQLAlchemyError) as error:
        browser_session.clear()
        g.pop("_login_user", None)  # where Flask-Login keeps whom it has just signed in
        raise RecordNotWritten("signed_in") from error
    g.sign_in_recorded = True


def log_sign_out(_app: Flask, *, user: Staff, **_facts: Any) -> None:
    """Record a sign-out under the name of whose it was."""
    if isinstance(user, Staff):
        with _about_oneself(actor_of(user)) as session:
            record(session, "signed_out")
            session.commit()


def _about_oneself(actor: Actor) -> Session:
    """Open a session that reaches one's own row and the log, and nothing else."""
    own = {"staff": Reach("myself", frozenset({Category.WORK}))}
    writes = frozenset({"access_record", "staff.last_seen_at"})
    return Session(db.engine, info={"access": Access(actor, "sign-in", "own", "P57", own, writes), **_request_id()})


def recording_failures(login: Callable[[], Any]) -> Callable[[], Response]:
    """Record each try after which nobody is signed in, whatever the answer looks like; raise RecordNotWritten."""

    @wraps(login)
    def recorded() -> Response:
        answer = make_response(login())
        if request.method == "POST" and not current_user.is_authenticated:
            _log_failure()
        return answer

    return recorded


def _log_failure() -> None:
    """Record that a sign-in failed: no address."""
    with system_session(db.engine, "record a failed sign-in") as session:
        session.info.update(_request_id())
        record(session, "sign_in_failed")
        commit(session)


def _request_id() -> dict[str, str]:
    return {"request_id": g.get("request_id", "")}


SECURITY: dict[str, Any] = {
    "SECURITY_LOGIN_URL": "/login",
    "SECURITY_LOGOUT_URL": "/logout",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_POST_LOGIN_VIEW": "/admin/",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_USER_IDENTITY_ATTRIBUTES": [
        {"email": {"mapper": lambda value: value.strip().lower()[:254], "case_insensitive": True}}
    ],
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_SEND_REGISTER_EMAIL": False,
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_CLI_USERS_NAME": False,  # `flask users create` would make staff with nobody's agreement
    "SECURITY_CLI_ROLES_NAME": False,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
}
"""Flask-Security's settings. The second factor, passkeys and single sign-on add theirs here."""


def connect(app: Flask, security: Any) -> None:
    """Bind sessions and Flask-Security to an application."""
    app.session_interface = StaffSessions()
    app.config.update(SECURITY)
    security.init_app(app, StaffDirectory(), register_blueprint=True, login_form=SignInForm)
    security.want_json(lambda _request: False)  # a sign-in answers with a page: no token, no word about an account
    app.view_functions["security.login"] = recording_failures(app.view_functions["security.login"])
    app.login_manager.user_loader(load_staff)  # type: ignore[attr-defined]
    # Flask-Security would also take a token of its own from address, header or body, and read every body for it:
    # here a browser's session is the only way in, and a machine's body is nobody's business but the API's.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    # Flask-Login offers no switch for its second cookie, which would outlive row, sign-out and deactivation.
    app.login_manager._load_user_from_remember_cookie = lambda _cookie: None  # type: ignore[attr-defined]  # noqa: SLF001
    user_authenticated.connect(log_sign_in, app)
    user_logged_out.connect(log_sign_out, app)
