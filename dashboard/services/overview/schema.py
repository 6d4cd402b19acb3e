"""The schema of a copy (JSON Schema 2020-12), made from the tables' own columns: what each field is."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, Numeric, inspect

from models import privacy_of

from .labels import label
from .places import Place, is_moment, kind_of, model_of, shown

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
SECTION: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["table", "relation", "title", "purpose", "count", "first", "last", "goes_at", "until", "source"],
    "properties": {
        "table": {"type": "string"},
        "relation": {"enum": ["app", "website", "house"]},
        "title": {"type": "string"},
        "purpose": {"type": "string"},
        "count": {"type": "integer", "minimum": 0},
        "first": {"type": ["string", "null"], "format": "date-time"},
        "last": {"type": ["string", "null"], "format": "date-time"},
        "goes_at": {"type": ["string", "null"], "format": "date-time"},
        "until": {"type": "string"},
        "source": {"type": "string"},
        "files": {"type": "array", "items": {"type": "string"}},
        "not_shown": {"type": "array", "items": {"type": "string"}},
    },
}
"""How overview.json tells of one place."""


def schema_of(places: Iterable[Place]) -> Schema:
    """Return the schema of a copy: an object of all its JSON files, by path without `.json`."""
    found = list(places)
    properties = {f"{p.relation}/{p.table}": {"type": "array", "items": {"$ref": f"#/$defs/{p.table}"}} for p in found}
    return {
        "$schema": DIALECT,
        "title": "Everything held of one person",
        "description": "Each property is the file of that path; app and website are apart and share no key.",
        "type": "object",
        "required": ["overview"],
        "additionalProperties": False,
        "properties": {"overview": _overview(), **properties},
        "$defs": {table: _table(table) for table in sorted({p.table for p in found})},
    }


def _table(table: str) -> Schema:
    names = shown(table)
    return {
        "type": "object",
        "description": model_of(table).__privacy__.reason,
        "additionalProperties": False,
        "required": names,
        "properties": {name: _column(table, name) for name in names},
    }


def _column(table: str, name: str) -> Schema:
    column: Any = inspect(model_of(table)).columns[name]
    told = {"title": label(table, name, "en"), "description": privacy_of(model_of(table))[name].note}
    if isinstance(column.type, JSON):
        return told
    kind = _kind(column) if kind_of(table, name) == "value" else "string"
    moment = {"format": "date-time"} if is_moment(column) else {}
    return {**told, "type": [kind, "null"] if column.nullable else kind, **moment}


def _kind(column: Any) -> str:
    """Return how JSON calls what a column holds."""
    if isinstance(column.type, Boolean):
        return "boolean"
    if isinstance(column.type, Integer):
        return "integer"
    return "number" if isinstance(column.type, Numeric) else "string"


def _overview() -> Schema:
    things: Schema = {"type": "array", "items": {"type": "object"}}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["request", "made_at", "company", "region", "sections", "consents", "processors", "not_shown"],
        "properties": {
            "request": {"type": "string"},
            "made_at": {"type": "string", "format": "date-time"},
            "company": {"type": "string"},
            "region": {"type": "string"},
            "companies": {"type": "array", "items": {"type": "string"}},
            "sections": {"type": "array", "items": SECTION},
            "consents": things,
            "processors": things,
            "not_shown": {"type": "array", "items": {"type": "string"}},
        },
    }
