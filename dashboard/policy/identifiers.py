"""Does a text tell of one visitor? An IP address, a visitor's id or an e-mail address, anywhere in it (P13, P22, P23).

Pure. Rather refuses a page whose name looks like an id than takes an id for a page's name; a refused row says why.
"""

import re
import unicodedata
from ipaddress import ip_address
from urllib.parse import unquote

IP_ADDRESS, VISITOR, ADDRESS = "ip_address", "visitor_id", "email_address"
"""Why a text is refused."""
DEPTH = 3
"""So often an address may have been quoted on its way here."""
V4 = re.compile(r"(?<![\d.])\d{1,3}(?:[.\-_]\d{1,3}){3}(?![\d])")
V6 = re.compile(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
UUID = r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
HEX = r"(?<![0-9a-zA-Z])(?=[a-fA-F]*\d)[0-9a-fA-F]{16,}(?![0-9a-zA-Z])"
NUMBER = r"\d{9,}"
"""A page may carry a date (eight digits); analytics tools number visitors with nine digits and more."""
CLIENT = r"\bGA\d\.\d|\b(?:_ga|_gid|_fbp|gclid|fbclid|msclkid|cid|uid|clientid|visitor|session|user)[_-]?(?:id)?[=:]"
TOKEN = r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}(?![\w-])"  # noqa: S105 - a pattern
VISITOR_ID = re.compile(f"{UUID}|{HEX}|{NUMBER}|{CLIENT}|{TOKEN}")
MAIL = re.compile(r"[^\s/@]+@[^\s/@]+\.[^\s/@]+")


def told(text: str) -> str | None:
    """Return what a text tells of a single visitor, as a code; None when nothing."""
    for plain in readings(text):
        if any(map(is_ip_address, [*V4.findall(plain), *V6.findall(plain)])):
            return IP_ADDRESS
        if MAIL.search(plain):
            return ADDRESS
        if VISITOR_ID.search(plain):
            return VISITOR
    return None


def readings(text: str) -> list[str]:
    """Return a text as it is and as it reads without quoting; digits of every script as 0 to 9."""
    found = [unicodedata.normalize("NFKC", text)]
    for _again in range(DEPTH):
        found.append(unicodedata.normalize("NFKC", unquote(found[-1])))
    return ["".join(map(_digit, reading)) for reading in dict.fromkeys(found)]


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character, character))


def is_ip_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address, also one whose parts are joined by dashes, with leading zeros."""
    if ":" not in text:
        text = ".".join(part.lstrip("0") or "0" for part in re.split(r"[.\-_]", text))
    candidates = (text, text.strip("."), text.strip(":."), text.rstrip(":."), text.lstrip("."))
    return any(map(_parses, candidates))


def _parses(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
