"""The product's own source, read once: what the nets search. Never imports what it reads."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources() -> dict[str, str]:
    """Every Python file of the product by its path below the root, with its text."""
    files = [
        ROOT / "wsgi.py",
        ROOT / "scheduler.py",
        *(ROOT / "models").rglob("*.py"),
        *(ROOT / "dashboard").rglob("*.py"),
    ]
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in sorted(files)}


@cache
def parsed(text: str) -> ast.Module:
    """The syntax tree of a text."""
    return ast.parse(text)


def functions(tree: ast.AST) -> list[Function]:
    """Every function and method in a tree, nested ones too."""
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def function_around(tree: ast.AST, node: ast.AST) -> str:
    """The name of the innermost function a node stands in; empty at the top of a module."""
    line = node.lineno
    around = [f for f in functions(tree) if f.lineno <= line <= f.end_lineno]
    return max(around, key=lambda f: f.lineno).name if around else ""


@cache
def committed() -> tuple[Path, ...]:
    """Every file git keeps; outside a clone, every file of the product's folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        folders = (
            ROOT / name for name in ("dashboard", "models", "templates", "tests", "docs", "deploy", "migrations")
        )
        files = [*ROOT.glob("*.*"), *(file for folder in folders for file in folder.rglob("*.*"))]
    return tuple(file for file in files if file.is_file())
