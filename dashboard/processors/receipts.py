"""What a processor's yes becomes: a code of the moment and the call, which names nobody."""

import re
from datetime import UTC, datetime

NOTHING_TO_ASK = "nothing to ask"
"""The receipt when the person has nothing that this processor could know them by."""
TRACE = re.compile(r"[0-9A-Za-z-]{8,40}")
"""The shape of a call's id; anything else a processor sends could be anybody's name."""


def receipt(status: int, *, trace: str) -> str:
    """Return the receipt of one call; the trace finds it again in the processor's own log."""
    shown = trace if TRACE.fullmatch(trace) else "-"
    return f"{status} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {shown}"
