"""Who may import whom: downwards only, at the top of a file, never in a circle. Read from the source itself."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.every.sources import functions, parsed, sources

FRONT = {"api", "errors", "extensions", "frame", "front_door", "headers", "public", "serve", "sign_in", "views"}
"""The rooms that speak to browsers and machines."""
BELOW = {"config", "database", "models", "policy", "processors"}
WORK = {"checks", "services"} | BELOW
MAY_IMPORT: Mapping[str, set[str]] = {
    "wsgi": {"app"},
    "scheduler": {"app", "cli"} | WORK,
    "app": {"cli"} | FRONT | WORK,
    "cli": {"cli", "demo", "serve"} | WORK,
    "errors": {"api", "front_door"} | WORK,
    "front_door": {"sign_in"} | WORK,
    "views": {"frame"} | WORK,
    "public": {"frame"} | WORK,
    "api": {"extensions"} | WORK,
    "sign_in": WORK,
    "frame": {"models", "policy"},
    "headers": set(),
    "serve": set(),
    "extensions": set(),
    "services": {"checks"} | BELOW,
    "checks": BELOW,
    "processors": {"config", "models", "policy"},
    "database": {"config", "models", "policy"},
    "policy": {"models"},
    "config": set(),
    "demo": set(),
    "models": set(),
}
"""Each room with the rooms it may import beside itself. cli stands for every cli_*.py."""
PURE = {"models.access", "models.classification"}
"""What policy may know of the tables, and what others may import by its own path."""
UNGUARDED = {"text", "Table", "table", "insert", "literal_column", "TextClause", ""}
"""Names of SQLAlchemy that make a statement no row condition can follow; the empty one is the library as a whole."""
RAW = {"exec_driver_sql", "__table__"}
"""Attributes that do the same."""
RAW_CALLS = {
    "connection", "prefix_with", "suffix_with", "with_hint", "with_statement_hint", "op", "bool_op",
    "bulk_insert_mappings", "bulk_save_objects", "bulk_update_mappings",
}  # fmt: skip
"""Methods that do: some bring text, some pass by what the guard listens to."""
BRIDGES = {
    ("models/base.py", "flask_sqlalchemy"),  # brings db, whose sessions the front door binds
    ("models/staff.py", "flask_security"),  # what signing in asks of a staff row
}
"""Where a room below the web takes a class from a Flask extension."""
ADMIN_CLASSES = {"BaseView", "AdminIndexView", "ModelView"}


@dataclass(frozen=True)
class Import:
    """One import: who, whom (a module of ours or a library's), the name that was taken, and where."""

    importer: str
    module: str
    name: str
    line: int
    local: bool

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.importer}:{self.line}"


def module_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def room_of(module: str) -> str:
    """The room a module stands in: its folder, or its own name at the top."""
    first, _, rest = module.partition(".")
    room = rest.partition(".")[0] if first == "dashboard" and rest else first
    return "cli" if room.startswith("cli_") else room


def is_ours(module: str) -> bool:
    return module.partition(".")[0] in {"dashboard", "models", "wsgi", "scheduler"}


def imports(texts: Mapping[str, str]) -> Iterator[Import]:
    modules = {module_of(path) for path in texts} | {module_of(path) for path in sources()}
    for path, text in texts.items():
        tree = parsed(text)
        inside = {id(node) for function in functions(tree) for node in ast.walk(function)}
        for node in ast.walk(tree):
            for module, name in names(node, path):
                whole = f"{module}.{name}"
                target = whole if whole in modules else module
                yield Import(path, target, name, node.lineno, id(node) in inside)


def names(node: ast.AST, path: str) -> Iterator[tuple[str, str]]:
    """The module and the name of each thing an import statement takes."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        folder = path.removesuffix("/__init__.py").split("/") if path.endswith("/__init__.py") else path.split("/")[:-1]
        above = folder[: len(folder) - node.level + 1] if node.level else []
        module = ".".join([*above, *([node.module] if node.module else [])])
        yield from ((module, alias.name) for alias in node.names)


def upward(found: list[Import], _texts: Mapping[str, str]) -> Iterator[str]:
    """Rooms import downwards only."""
    for one in found:
        room, target = room_of(module_of(one.importer)), room_of(one.module)
        if not is_ours(one.module) or target == room:
            continue
        if room not in MAY_IMPORT:
            yield f"{one.importer}: a new room; give {room!r} a line in MAY_IMPORT"
        elif target not in MAY_IMPORT[room]:
            may = sorted(MAY_IMPORT[room])
            yield f"{one.place}: {room} must not import {target} ({one.module}); it may import {may}"


def tables_by_another_path(found: list[Import], _texts: Mapping[str, str]) -> Iterator[str]:
    """Tables come from `models`; policy knows its two pure modules and no table."""
    for one in found:
        room = room_of(module_of(one.importer))
        if room_of(one.module) != "models" or room == "models":
            continue
        if room == "policy" and one.module not in PURE:
            yield f"{one.place}: policy is pure; it may import {sorted(PURE)}, not {one.module}"
        elif one.module not in PURE | {"models", "models.stray"}:
            yield f"{one.place}: write `from models import {one.name}`"


def web_in_services(found: list[Import], _texts: Mapping[str, str]) -> Iterator[str]:
    """Services know no request."""
    for one in found:
        library, room = one.module.partition(".")[0], room_of(module_of(one.importer))
        web = library in {"flask", "werkzeug"} or library.startswith("flask_")
        if web and room in {"services", "checks", "policy", "models"} and (one.importer, library) not in BRIDGES:
            yield f"{one.place}: {room} knows no web; take {one.name or one.module} as an argument"


def database_in_views(found: list[Import], texts: Mapping[str, str]) -> Iterator[str]:
    """Views read and write through services."""
    for one in found:
        if room_of(module_of(one.importer)) == "views" and one.module.partition(".")[0] == "sqlalchemy":
            yield f"{one.place}: views know no SQLAlchemy; move the statement to a service"
    for path, text in texts.items():
        for node in ast.walk(parsed(text)):
            if path.startswith("dashboard/views/") and isinstance(node, ast.Attribute) and node.attr == "commit":
                yield f"{path}:{node.lineno}: views never commit; the service's verb does"


def is_page(text: str) -> bool:
    """Whether a module of views/ puts up endpoints of its own."""
    return any(word in text for word in ("@expose(", "Blueprint("))


def siblings(found: list[Import], texts: Mapping[str, str]) -> Iterator[str]:
    """A page knows no other page; what two pages share is no page."""
    pages = {module_of(path) for path, text in (dict(sources()) | dict(texts)).items() if is_page(text)}
    for one in found:
        importer = module_of(one.importer)
        both = importer.startswith("dashboard.views.") and one.module.startswith("dashboard.views.")
        if both and one.module in pages and one.module != importer:
            yield f"{one.place}: one page must not import another; move {one.name} to a module that is no page"


def local(found: list[Import], _texts: Mapping[str, str]) -> Iterator[str]:
    """Imports of ours stand at the top."""
    for one in found:
        if one.local and is_ours(one.module):
            yield f"{one.place}: import {one.module} at the top of the file"


def unguarded(found: list[Import], texts: Mapping[str, str]) -> Iterator[str]:
    """Raw text and Core tables only where tables and databases are made."""
    allowed = ("models/", "dashboard/database/")
    for one in found:
        taken = one.module.partition(".")[0] == "sqlalchemy" and one.name in UNGUARDED
        if taken and not one.importer.startswith(allowed):
            yield f"{one.place}: {one.name or one.module} passes by the guard; write the statement over mapped classes"
    for path, text in texts.items():
        for node in ast.walk(parsed(text)):
            name = raw_name(node)
            if name and not path.startswith(allowed):
                yield f"{path}:{node.lineno}: {name} passes by the guard; ask a function of models/ for it"


def raw_name(node: ast.AST) -> str:
    """The attribute or method by which a node passes by the guard; empty when it does not."""
    if isinstance(node, ast.Attribute) and node.attr in RAW:
        return node.attr
    called = node.func if isinstance(node, ast.Call) else None
    return called.attr if isinstance(called, ast.Attribute) and called.attr in RAW_CALLS else ""


def flask_admin_elsewhere(found: list[Import], _texts: Mapping[str, str]) -> Iterator[str]:
    """Flask-Admin's classes are subclassed in one file, which closes what they open."""
    for one in found:
        if one.module.partition(".")[0] == "flask_admin" and one.importer != "dashboard/views/base.py":
            put_up = one.importer == "dashboard/app.py" and (one.name == "Admin" or one.module == "flask_admin.theme")
            if not put_up:
                yield f"{one.place}: take Page, RecordList or Home from dashboard/views/base.py"
        if one.module == "dashboard.views.base" and one.name in ADMIN_CLASSES:
            yield f"{one.place}: take Page, RecordList or Home, not {one.name}"


def cycles(found: list[Import], _texts: Mapping[str, str]) -> Iterator[str]:
    """No module needs itself (Tarjan's strongly connected components)."""
    graph: dict[str, set[str]] = {}
    for one in found:
        importer = module_of(one.importer)
        if is_ours(one.module) and one.module != importer:
            graph.setdefault(importer, set()).add(one.module)
    for circle in components(graph):
        if len(circle) > 1:
            yield f"these import each other in a circle; move what they share below them: {sorted(circle)}"


def components(graph: Mapping[str, set[str]]) -> list[set[str]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for neighbour in graph.get(node, ()):
            if neighbour not in index:
                visit(neighbour)
            if neighbour in stack:
                low[node] = min(low[node], low[neighbour])
        if low[node] == index[node]:
            at = stack.index(node)
            found.append(set(stack[at:]))
            del stack[at:]

    for node in graph:
        if node not in index:
            visit(node)
    return found


Rule = Callable[[list[Import], Mapping[str, str]], Iterator[str]]
RULES: tuple[Rule, ...] = (
    upward,
    tables_by_another_path,
    web_in_services,
    database_in_views,
    siblings,
    local,
    unguarded,
    flask_admin_elsewhere,
    cycles,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_of_imports_holds_when_the_source_is_read(rule: Rule):
    found = list(imports(sources()))

    faults = list(rule(found, sources()))

    assert len(found) > 500
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (upward, "models/new.py", "from dashboard.policy.roles import Role"),
        (upward, "dashboard/policy/new.py", "from dashboard.services import tickets"),
        (upward, "dashboard/policy/new.py", "from ..services import tickets"),
        (upward, "dashboard/services/new.py", "from dashboard.views import tickets"),
        (upward, "dashboard/services/new.py", "import dashboard.front_door"),
        (upward, "dashboard/front_door.py", "from dashboard.views.base import Page"),
        (upward, "dashboard/demo/new.py", "from models import Account"),
        (upward, "dashboard/demo/new.py", "from dashboard.services import tokens"),
        (upward, "dashboard/database/new.py", "from dashboard.services import tokens"),
        (upward, "dashboard/cellar/new.py", "from dashboard.services import tokens"),
        (upward, "wsgi.py", "from models import db"),
        (tables_by_another_path, "dashboard/services/new.py", "from models.ticket import Ticket"),
        (tables_by_another_path, "dashboard/policy/new.py", "from models import Ticket"),
        (tables_by_another_path, "dashboard/policy/new.py", "from models.base import Base"),
        (web_in_services, "dashboard/services/new.py", "from flask import g"),
        (web_in_services, "dashboard/services/new.py", "import flask_login"),
        (web_in_services, "dashboard/services/new.py", "def verb():\n    from werkzeug.exceptions import Forbidden"),
        (database_in_views, "dashboard/views/new.py", "from sqlalchemy import select"),
        (database_in_views, "dashboard/views/new.py", "import sqlalchemy.orm"),
        (database_in_views, "dashboard/views/new.py", "def page(self):\n    self.guarded.commit()"),
        (siblings, "dashboard/views/new.py", "from .tickets import TicketsView"),
        (siblings, "dashboard/views/new.py", "from dashboard.views import preferences"),
        (local, "dashboard/services/new.py", "def verb():\n    from dashboard.policy import roles"),
        (local, "dashboard/services/new.py", "class Case:\n    def verb(self):\n        from . import tickets"),
        (unguarded, "dashboard/services/new.py", "from sqlalchemy import text"),
        (unguarded, "dashboard/services/new.py", "import sqlalchemy as sa\nsa.text('select 1')"),
        (unguarded, "dashboard/services/new.py", "rows = Ticket.__table__.select()"),
        (unguarded, "dashboard/api/new.py", "connection.exec_driver_sql('select 1')"),
        (unguarded, "dashboard/services/new.py", "rows = session.connection().execute(statement)"),
        (unguarded, "dashboard/services/new.py", "select(Ticket.id).suffix_with('UNION SELECT email FROM account')"),
        (unguarded, "dashboard/services/new.py", "Ticket.number.op('||')(1)"),
        (unguarded, "dashboard/services/new.py", "session.bulk_update_mappings(Ticket, rows)"),
        (flask_admin_elsewhere, "dashboard/views/new.py", "from flask_admin.contrib.sqla import ModelView"),
        (flask_admin_elsewhere, "dashboard/app.py", "from flask_admin import BaseView"),
        (flask_admin_elsewhere, "dashboard/views/new.py", "from .base import ModelView"),
    ],
)
def test_a_file_is_named_when_it_imports_what_it_may_not(rule: Rule, path: str, text: str):
    texts = {path: text}

    faults = list(rule(list(imports(texts)), texts))

    assert len(faults) == 1
    assert path in faults[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "dashboard/services/new.py",
            "from dashboard.policy.roles import Role\nfrom models import Ticket\nfrom . import tickets",
        ),
        (
            "dashboard/views/new.py",
            "from . import ticket_forms\nfrom .base import Page\nfrom dashboard.services import tickets",
        ),
        ("dashboard/policy/new.py", "from models.access import Access\nfrom .roles import Role"),
        ("dashboard/database/new.py", "from sqlalchemy import text"),
        ("dashboard/demo/new.py", "from dashboard.demo.calls import Call"),
        ("models/new.py", "from .base import Base\ntable = Ticket.__table__"),
    ],
)
def test_a_file_passes_every_rule_when_it_imports_downwards(path: str, text: str):
    texts = {path: text}

    faults = [fault for rule in RULES for fault in rule(list(imports(texts)), texts)]

    assert faults == []


def test_a_circle_is_named_when_modules_import_each_other():
    texts = {
        "dashboard/services/one.py": "from . import two",
        "dashboard/services/two.py": "from .three import verb",
        "dashboard/services/three.py": "from dashboard.services.one import verb",
        "dashboard/services/four.py": "from . import one",
    }

    faults = list(cycles(list(imports(texts)), texts))

    assert len(faults) == 1
    assert "['dashboard.services.one', 'dashboard.services.three', 'dashboard.services.two']" in faults[0]
