"""The sentence under each member of an enumeration, read from its source: said once, shown on pages and in docs."""

import ast
import inspect
from enum import Enum
from functools import cache
from itertools import pairwise


@cache
def sentences(of: type[Enum]) -> dict[str, str]:
    """Return, by member name, the sentence that stands under it; empty where there is none."""
    body = ast.parse(inspect.getsource(of)).body[0].body  # type: ignore[attr-defined]
    found = dict.fromkeys(of.__members__, "")
    for line, following in pairwise(body):
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            found[line.targets[0].id] = _text(following)
    return found


def _text(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return str(value.value) if isinstance(value, ast.Constant) else ""


def sentence(member: Enum) -> str:
    """Return the sentence under one member."""
    return sentences(type(member))[member.name]
