"""The OpenAPI 3.1 document, made from the models, the declarations and the problems: it cannot say what is not so."""

import re
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from dashboard.policy.declare import Declaration, declaration_of

from .calls import PATH_PARTS, Call, View, call_of
from .gate import scopes
from .problems import KINDS, URN

Json = dict[str, Any]
REF = "#/components/schemas/{model}"
ABOUT = """\
What the app and the website send to Need-to-Know. JSON in UTF-8; times are RFC 3339 with an offset.

**Tokens.** `Authorization: Bearer …`; each token has one scope, app or website.

**Repeating.** A PUT can be repeated. A POST takes an `Idempotency-Key` (1 to 128 visible ASCII
characters, kept 24 hours as a keyed hash): the same key with the same body answers what was answered
before (`Idempotency-Replayed: true`), with another body 422. Refusals are not kept: mend the body and
send it again under the same key. Errors, usage events and submissions with an external_id have a natural
key too: the same id twice acts once.

**Limits.** A body of 2 MB, 1,000 usage events a call (413); calls per token and minute (429 with `Retry-
After`). Nothing may lie more than 5 minutes in the future; usage events, errors, tickets and submissions
not further back than the months for which usage is kept.

**Refusals** are `application/problem+json` with a stable `type`; `errors` names the fields. No answer repeats
what was sent. Properties that are not named here are refused.

**A 2xx is written.** It is answered after the commit, never before."""
EVERYWHERE = ("bad-request", "no-token", "wrong-scope", "too-many-calls", "unexpected", "try-again")
WITH_BODY = ("not-json", "too-large", "not-a-json-body", "invalid")
SPECIAL = {
    "POST": ("invalid-key", "key-used-otherwise"),
    "/contact-requests": ("conflict",),
    "/errors": ("conflict",),
    "/usage-events": ("too-many-events",),
}
"""Problems of one method or one path, beside those of every call."""
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "description": "A random key of your own; the same call sent again under it acts once.",
}
PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "enum": [URN + name for name in KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def describe(views: Iterable[View], *, server: str) -> Json:
    """Return the document of these calls at a server's address."""
    calls = [(call_of(view), view) for view in views]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Need-to-Know intake", "version": "1.0.0", "description": ABOUT},
        "servers": [{"url": server}],
        "security": [{"bearer": []}],
        "paths": _paths(calls),
        "components": {
            "schemas": {**_schemas([call for call, _ in calls]), "Problem": PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths(calls: Iterable[tuple[Call, View]]) -> Json:
    paths: Json = {"/openapi.json": {"get": _itself()}}
    for call, view in calls:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call, view)
    return paths


def _itself() -> Json:
    answer = {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"operationId": "openapi", "summary": "This document.", "security": [], "responses": {"200": answer}}


def _operation(call: Call, view: View) -> Json:
    text = cleandoc(view.__doc__ or "")
    declaration = declaration_of(view) or Declaration()
    operation: Json = {
        "operationId": view.__name__,
        "summary": re.split(r"(?<=[.:])\s", text, maxsplit=1)[0].rstrip(":"),
        "description": text,
        "security": [{"bearer": scopes(declaration)}],
        "parameters": _parameters(call),
        "responses": _answers(call) | _problems(call),
    }
    if call.takes:
        operation["requestBody"] = {"required": True, "content": _content("application/json", call.takes.__name__)}
    return operation


def _parameters(call: Call) -> list[Json]:
    ids = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": form.pattern}}
        for name, form in PATH_PARTS.items()
        if f"{{{name}}}" in call.path
    ]
    return [*ids, *([KEY] if call.method == "POST" else [])]


def _content(media_type: str, model: str) -> Json:
    return {media_type: {"schema": {"$ref": REF.format(model=model)}}}


def _answers(call: Call) -> Json:
    return {
        str(status): {"description": model.__doc__, "content": _content("application/json", model.__name__)}
        for status, model in call.answers.items()
    }


def _problems(call: Call) -> Json:
    """Problems by status; where two share one, the description names both."""
    names = [
        *EVERYWHERE,
        *(WITH_BODY if call.takes else ()),
        *SPECIAL.get(call.method, ()),
        *SPECIAL.get(call.path, ()),
    ]
    names += ["not-found"] if "{" in call.path else []
    by_status: dict[str, list[str]] = {}
    for name in (name for name in KINDS if name in names):
        by_status.setdefault(str(KINDS[name].status), []).append(name)
    return {status: _problem(together) for status, together in by_status.items()}


def _problem(names: list[str]) -> Json:
    said = " ".join(f"{KINDS[name].title} (`{name}`)" for name in names)
    waits: Mapping[str, Json] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    headers = {"headers": waits} if {"too-many-calls", "try-again"} & set(names) else {}
    return {"description": said, "content": _content("application/problem+json", "Problem"), **headers}


def _schemas(calls: Iterable[Call]) -> Json:
    """The schemas of every body and answer; a body that is a plain mapping comes beside the models."""
    taken = {call.takes for call in calls if call.takes}
    answered = {model for call in calls for model in call.answers.values()}
    models = sorted({m for m in taken | answered if issubclass(m, BaseModel)}, key=lambda model: model.__name__)
    _, together = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    mappings = {m.__name__: TypeAdapter(m).json_schema(ref_template=REF) for m in taken if not issubclass(m, BaseModel)}
    return {**together["$defs"], **mappings}
