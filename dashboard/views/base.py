"""The only subclasses of Flask-Admin's classes: pages, the home page, and read-only lists by keyset.

Stock Flask-Admin opens nine endpoints per model and decides per view. Here an endpoint exists only if its method
declares a permission, lists are read through the guarded session, and nothing is ever written by Flask-Admin.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import g, redirect, render_template, request, url_for
from flask_admin import AdminIndexView, BaseView, expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from dashboard.database.engine import guarded_session
from dashboard.policy.decide import decide
from dashboard.policy.declare import declaration_of
from dashboard.policy.permissions import Permission
from dashboard.services import listing
from dashboard.services.refusals import Invalid
from models import db

PAGE_SIZE = 50

__all__ = ["Banner", "Form", "Home", "Page", "RecordList", "Row", "calm_banner", "expose"]


@dataclass(frozen=True)
class Banner:
    """What you see, because, until, recorded: the four things every page says at one place."""

    you_see: str
    because: str
    until: str = ""
    recorded: str = ""
    personal: bool = False
    until_label: str = ""
    recorded_label: str = ""
    warn: str = ""
    exception: str = ""

    @property
    def rule_url(self) -> str:
        """Where the grant behind this page is explained: kinds only, never a record."""
        grant = g.decision.grant
        return url_for("explain.index", role=grant.role, permission=grant.permission)


def calm_banner(because: str = "") -> Banner:
    """Return the banner of a page without personal data."""
    text = because or _("a case shows its person only after you open it")
    return Banner(you_see=_("Safe to show to a colleague."), because=text)


@dataclass(frozen=True)
class Row:
    """One line of a list: rendered cells, the case's reference, where it opens, what one press does."""

    cells: Sequence[Any]
    ref: str = ""
    open_url: str = ""
    open_label: str = ""
    action: tuple[str, str] | None = None


class Declared:
    """Registers only endpoints that declare a permission, and calls views without Flask-Admin's second guess."""

    _urls: list[tuple[str, str, Any]]
    name: str
    crumbs: ClassVar[tuple[tuple[Any, str], ...]] = ((lazy_gettext("My work"), "admin.index"),)
    front: ClassVar[str] = ".index"
    """The endpoint to which a page's crumbs lead back."""

    def create_blueprint(self, admin: Any) -> Any:
        """Drop every inherited endpoint that declares nothing, then let Flask-Admin build the blueprint."""
        self._urls = [item for item in self._urls if declaration_of(getattr(self, item[1]))]
        blueprint = super().create_blueprint(admin)  # type: ignore[misc]
        blueprint._static_folder = None  # noqa: SLF001 - Flask-Admin's own assets are not served
        return blueprint

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the view once: the inherited retry hides the true error of a TypeError."""
        return fn(self, *args, **kwargs)

    @contextmanager
    def look(self, permission: Permission) -> Iterator[Any]:
        """Open a second guarded session under another permission, to show a page again after a refused form."""
        self.guarded.rollback()
        decision = decide(g.actor, permission, at=g.at)
        with guarded_session(db.engine, decision.access, request_id=g.request_id) as session:
            yield session

    @property
    def guarded(self) -> Any:
        """The guarded session that the front door has bound."""
        return db.session()

    def page(self, template: str, *, crumbs: Sequence[tuple[str, str | None]] = (), **context: Any) -> str:
        """Render a page in the frame; crumbs follow the way to this view's own page."""
        way: list[tuple[str, str | None]] = [(str(label), url_for(endpoint)) for label, endpoint in self.crumbs]
        if crumbs:
            way += [(str(self.name), url_for(self.front)), *crumbs]
        else:
            way.append((str(self.name), None))
        return render_template(template, crumbs=way, **context)

    def back(self, endpoint: str, **values: Any) -> Response:
        """Send the browser on after a POST."""
        return redirect(url_for(endpoint, **values), code=303)


class Page(Declared, BaseView):  # type: ignore[misc]
    """A page of our own."""


class Home(Declared, AdminIndexView):  # type: ignore[misc]
    """The page staff land on."""

    crumbs: ClassVar[tuple[tuple[Any, str], ...]] = ()


class RecordList(Declared, ModelView):  # type: ignore[misc]
    """A read-only list: fifty a page, by keyset, without counting what there is."""

    can_create = can_edit = can_delete = can_export = can_view_details = False
    column_display_actions = False
    list_template = "list.html"
    caption: Any = ""
    empty: tuple[Any, Any] = ("", "")
    columns: ClassVar[Sequence[tuple[str, Any]]] = ()
    """What the list shows: (attribute, label)."""

    def __init__(self, model: Any, **kwargs: Any) -> None:
        """Let Flask-Admin know the model and its columns."""
        self.column_list = [name for name, _label in self.columns]
        self.column_labels = dict(self.columns)
        super().__init__(model, db, **kwargs)

    def scaffold_form(self) -> Any:
        """There are no forms: nothing is written through Flask-Admin."""
        return BaseForm

    def scaffold_list_form(self, *_args: Any, **_kwargs: Any) -> Any:
        """There is no inline editing."""
        return BaseForm

    def filters(self) -> Mapping[str, Any]:
        """Return the attributes and values that narrow the list; subclasses read them from coded parameters."""
        return {}

    @property
    def oldest_first(self) -> bool:
        """Whether the list begins with what has waited longest: a queue does."""
        return False

    def row(self, record: Any) -> Row:
        """Turn a record into a line."""
        return Row(cells=[getattr(record, name) for name, _label in self.columns])

    def show(self, **context: Any) -> str:
        """Render the list at the cursor the address names."""
        found = listing.page(
            self.guarded,
            self.model,
            cursor=request.args.get("at", ""),
            where=self.filters(),
            size=PAGE_SIZE,
            oldest_first=self.oldest_first,
        )
        return self.page(self.list_template, **{**self._list_context(found), **context})

    def _list_context(self, found: listing.Found) -> dict[str, Any]:
        return {
            "title": self.name,
            "caption": self.caption,
            "empty": self.empty,
            "columns": list(self.column_labels.items()),
            "rows": [self.row(record) for record in found.records],
            "shown": len(found.records),
            "more": bool(found.newer if self.oldest_first else found.older),
            "newer_url": self._at(found.newer),
            "older_url": self._at(found.older),
            "banner": calm_banner(),
        }

    def _at(self, cursor: str) -> str | None:
        """Keep the other parameters as they came: handed to url_for, `_scheme` or `endpoint` would steer it."""
        kept = {key: value for key, value in request.args.items() if key != "at"}
        return f"{url_for('.index')}?{urlencode({**kept, 'at': cursor})}" if cursor else None


class Form:
    """Puts a service's refusal at the field it names."""

    @staticmethod
    def show_refusal(form: Any, refusal: Invalid) -> None:
        """Add the message to the field, or to the form when the field is not on it."""
        text = _(refusal.message, **refusal.values)
        field = form._fields.get(refusal.field)
        if field is None:
            form.form_errors.append(text)
        else:
            field.errors = [*field.errors, text]
