"""Files in the project's care that can hold a person: messages written as files, and files made for them.

A message belongs to a person when it is addressed to them; a file made for them is named in the request it was made
for.
"""

import email
import email.policy
from collections.abc import Iterator, Mapping
from pathlib import Path

from .planning import EXPORT_FILES, MESSAGES_ON_DISK
from .profile import Profile


def delete_files(known: Profile, *, folders: Mapping[str, Path]) -> dict[str, int]:
    """Delete a person's files and return how many, by location; those that are gone already do not count."""
    return {
        location: sum(_delete(path) for path in _files(location, folder, known)) for location, folder in folders.items()
    }


def files_left(known: Profile, *, folders: Mapping[str, Path]) -> dict[str, int]:
    """Read back: how many of a person's files are still there, by location."""
    return {location: sum(1 for _path in _files(location, folder, known)) for location, folder in folders.items()}


def _files(location: str, folder: Path, known: Profile) -> Iterator[Path]:
    if location == MESSAGES_ON_DISK:
        yield from (path for path in _all(folder) if _addressed_to(path, known))
    if location == EXPORT_FILES:
        yield from (
            path for path in _all(folder) if path.name.partition(".")[0].partition("-")[0] in known.person.requests
        )


def _all(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []


def _addressed_to(path: Path, known: Profile) -> bool:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    to = str(mail.get("To", "")).strip().lower()
    return to in known.addresses


def _delete(path: Path) -> int:
    """Overwrite nothing, but let nothing stand: the file is unlinked, its folder forgets it."""
    path.unlink(missing_ok=True)
    return 1
