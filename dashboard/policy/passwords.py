"""Which passwords are too weak to let anyone in: short, common, or one's own address. Pure."""

from enum import StrEnum
from pathlib import Path

SHORTEST = 12
LONGEST = 128
FEWEST_DIFFERENT = 5
"""Characters that differ: aaaaaaaaaaaa and 121212121212 have too few."""
COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
"""What is tried first by whoever guesses, in small letters; only entries of twelve characters and more matter."""


class Weakness(StrEnum):
    """Why a password lets nobody in."""

    SHORT = "short"
    """Fewer characters than a machine needs to be slow at guessing."""
    LONG = "long"
    """More than anybody types; hashing it would only cost."""
    ADDRESS = "address"
    """The owner's own address is no secret."""
    COMMON = "common"
    """Everybody guesses it first."""


def weakness(password: str, *, address: str) -> Weakness | None:
    """Return what is wrong with a password for the owner of this address; None when nothing is."""
    plain = password.strip().lower()
    if len(password) < SHORTEST:
        return Weakness.SHORT
    if len(password) > LONGEST:
        return Weakness.LONG
    if plain in {address.lower(), address.lower().partition("@")[0]}:
        return Weakness.ADDRESS
    if plain in COMMON or len(set(plain)) < FEWEST_DIFFERENT:
        return Weakness.COMMON
    return None
