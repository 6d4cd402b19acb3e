"""The command line of the tests' PostgreSQL server: see the package's docstring."""

import signal
import sys
from pathlib import Path

from tests.postgres import start
from tests.postgres.choice import Binaries, chosen
from tests.postgres.keeper import supervise


def main(arguments: list[str]) -> None:
    """The command line: see the docstring of this module."""
    if arguments[:1] == ["--supervise"]:
        return supervise(Path(arguments[1]))
    if arguments[:1] == ["--which"]:
        found = chosen()
        return print(found.folder if isinstance(found, Binaries) else found)  # a URL hides its password
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with start() as server:
        print(server.create_database(arguments[0] if arguments else "scratch"), flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return None


if __name__ == "__main__":
    main(sys.argv[1:])
