"""What only the house's own canary people may be called: an id and a mail domain that nobody outside can have.

Being called so makes nobody a canary: a mark in the database does, and only the job that makes them writes one. What is
refused here is that anything from outside could be taken for a canary, or sent after one.
"""

PREFIX = "canary:"
"""What the ids of canary people and their company begin with."""
DOMAIN = "canary.invalid"
"""Where their mailbox is: RFC 2606 keeps `.invalid` from ever being anybody's; their mail is read inside the house."""
RESERVED_ID = "Ids that begin with canary: are reserved. Choose another."
RESERVED_ADDRESS = "Addresses at canary.invalid are reserved: no person has one."


def is_reserved_id(text: str) -> bool:
    """Whether an id is one that only canary people may have, however it is written."""
    return text.lower().startswith(PREFIX)


def is_reserved_address(text: str) -> bool:
    """Whether an address lies at the canaries' domain or below it, however it is written."""
    domain = text.strip().lower().rpartition("@")[2].rstrip(".")
    return domain == DOMAIN or domain.endswith(f".{DOMAIN}")
