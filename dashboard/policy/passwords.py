"""Which passwords are too weak to let anyone in: short, common, or one's own address. Pure."""

from pathlib import Path

SHORTEST = 12
LONGEST = 128
FEWEST_DIFFERENT = 5
"""Characters that differ: aaaaaaaaaaaa and 121212121212 have too few."""
COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
"""What is tried first by whoever guesses, in small letters; only entries of twelve characters and more matter."""


def weakness(password: str, *, address: str) -> str:
    """Say what is wrong with a password for the owner of this address; empty when nothing is."""
    plain = password.strip().lower()
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words are easy to keep."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if plain in {address.lower(), address.lower().partition("@")[0]}:
        return "Choose something else than your address."
    if plain in COMMON or len(set(plain)) < FEWEST_DIFFERENT:
        return "This password is among the first that are guessed. Choose another."
    return ""
