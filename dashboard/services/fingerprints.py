"""Keyed fingerprints of personal values: what is compared and kept instead of the values themselves (P29, P46, P51).

The same person typed in another way gives the same fingerprint: capitals and accents do not count, nor how a phone
number is spaced. Without the key nobody can make one.
"""

import re
import unicodedata

from .keys import keyed

PHONE_DIGITS = 9
"""The last digits of a phone number tell it, whatever stands for the country before them."""


def folded(text: str) -> str:
    """Return a text without capitals, accents and double spaces."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def of_address(email: str) -> str:
    """Return the fingerprint of an e-mail address."""
    return keyed("address", email.strip().lower())


def digits_of(phone: str) -> str:
    """Return the digits that tell a phone number; fewer than nine where it has fewer."""
    return re.sub(r"\D", "", phone)[-PHONE_DIGITS:]


def of_phone(phone: str) -> str:
    """Return the fingerprint of a phone number."""
    return keyed("phone", digits_of(phone))


def of_name(name: str) -> str:
    """Return the fingerprint of a whole name, of two words or more."""
    return keyed("name", folded(name))


def of_form(external_id: str) -> str:
    """Return the fingerprint of the website's id of a form, which is never that of an id of the app."""
    return keyed("form", external_id)


def of_key(key: str) -> str:
    """Return the fingerprint of an id: a subject key, or the app's id of an account."""
    return keyed("key", key)
