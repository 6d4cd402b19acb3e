"""What an endpoint says about itself. The front door knows every endpoint by this, and refuses one that is silent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .permissions import Permission

PERSONS = ("/privacy",)
"""Addresses of the person's pages: for anyone, without an account, a session or a cookie."""
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declaration:
    """Who an endpoint is for: staff with a permission per method, machines with a scope, or anyone for a reason."""

    permissions: Mapping[str, Permission] = field(default_factory=dict)
    scope: str = ""
    public: str = ""
    by_itself: bool = False
    """An open page asks it every few seconds: it keeps no session alive, and a no is nobody's try."""

    def permission(self, method: str) -> Permission | None:
        """Return the permission a method needs; HEAD is a GET without a body."""
        return self.permissions.get("GET" if method == "HEAD" else method)


def permits(
    permission: Permission | None = None,
    *,
    get: Permission | None = None,
    post: Permission | None = None,
    by_itself: bool = False,
) -> Callable[[Function], Function]:
    """Declare the permission of a staff endpoint; one for GET, or apart for GET and POST; if a page asks by itself."""
    chosen = {"GET": get or permission, "POST": post}
    return _declare(Declaration(permissions={m: p for m, p in chosen.items() if p}, by_itself=by_itself))


def acts(permission: Permission) -> Callable[[Function], Function]:
    """Declare the permission of a staff endpoint that only takes POST."""
    return _declare(Declaration(permissions={"POST": permission}))


def machine(scope: str) -> Callable[[Function], Function]:
    """Declare an endpoint of the intake API; `scope` names the tokens it takes, parted by commas."""
    return _declare(Declaration(scope=scope))


def public(reason: str) -> Callable[[Function], Function]:
    """Declare an endpoint open to anyone, and say why."""
    return _declare(Declaration(public=reason))


def _declare(declaration: Declaration) -> Callable[[Function], Function]:
    def mark(function: Function) -> Function:
        function.declaration = declaration  # type: ignore[attr-defined]
        return function

    return mark


def declaration_of(function: Callable[..., Any]) -> Declaration | None:
    """Return what a view function declares, or None when it is silent."""
    found = getattr(function, "declaration", None)
    return found if isinstance(found, Declaration) else None
