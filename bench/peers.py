"""Flask-Admin and Django in a virtual environment of their own, so that the product's requirements stay its own."""

import subprocess
import sys

from bench.settings import PEER_VENV, ROOT

WANTED = (
    "flask-admin[sqlalchemy]==2.2.1", "flask-sqlalchemy", "flask-login", "wtforms<3.4", "django==5.2.*",
    "psycopg[binary]",
)  # fmt: skip
SHOWN = ("flask-admin", "django", "sqlalchemy", "flask")


def python() -> str:
    """Return the interpreter of the peers; make their environment first when it is missing."""
    program = PEER_VENV / "bin" / "python"
    if not (PEER_VENV / "ready").exists():
        print("Installing Flask-Admin and Django beside us, once ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", PEER_VENV], check=True)
        subprocess.run([program, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *WANTED], check=True)
        (PEER_VENV / "ready").touch()
    return str(program)


def versions() -> str:
    """Return what the peers run on, as name and version."""
    asked = "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
    found = subprocess.run([python(), "-c", asked, *SHOWN], check=True, capture_output=True, text=True, cwd=ROOT)
    return found.stdout.strip()
