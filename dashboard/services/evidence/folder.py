"""Writing the folder, all of it or none: the signature comes last, and the name it is asked for by after that.

Whatever is cut off before leaves a folder of another name that nobody signed.
"""

import hashlib
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from dashboard.services.erasure import fault

from . import signing

MANIFEST, SIGNATURE, PUBLIC_KEY = "MANIFEST.sha256", "MANIFEST.sig", "public-key.pem"


class FolderTaken(Exception):
    """Cannot continue because something is in the way: evidence goes into a new or an empty folder only."""


def refuse_if_taken(folder: Path) -> Path:
    """Return the folder's full path; raise FolderTaken when something is there already."""
    target = folder.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FolderTaken(str(folder))
    return target


def write(folder: Path, contents: Mapping[str, str]) -> Path:
    """Write the files and what proves them; return where. Raise FolderTaken."""
    target = refuse_if_taken(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.unsigned-{secrets.token_hex(4)}")
    unfinished.mkdir(mode=0o700)
    try:
        _fill(unfinished, {**contents, PUBLIC_KEY: signing.public_key()})
        unfinished.rename(target)  # takes the place of an empty folder, and of no other
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise FolderTaken(str(folder)) from error
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return target


def _fill(folder: Path, contents: Mapping[str, str]) -> None:
    lines = []
    for name, text in sorted(contents.items()):
        told = text.encode()
        (folder / name).write_bytes(told)
        lines.append(f"{hashlib.sha256(told).hexdigest()}  {name}\n")
        fault.point("evidence.file")
    manifest = "".join(lines).encode()
    (folder / MANIFEST).write_bytes(manifest)
    fault.point("evidence.manifest")
    (folder / SIGNATURE).write_bytes(signing.sign(manifest))
    fault.point("evidence.signature")
