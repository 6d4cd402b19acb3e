"""How long things of the house itself last. What the policy promises about persons' data stands with its rules."""

from datetime import timedelta

SESSION_IDLE = timedelta(minutes=15)
"""A signed-in browser that asks for nothing is signed out."""
SESSION_LONGEST = timedelta(hours=8)
"""A working day; then one signs in again."""
INVITATION = timedelta(hours=72)
"""An invitation's link works once, and this long (ui: every link)."""
IDEMPOTENCY = timedelta(hours=24)
"""A call may be sent again this long without acting twice."""
RATE_WINDOW = timedelta(hours=1)
"""Counts of calls are of no use after their minute; an hour leaves room for clocks that differ."""
IDLE_RUNS = timedelta(hours=25)
"""Runs that found nothing to do: a run is kept as long as its slot lasts, else the slot would be run again."""
JOB_RUNS = timedelta(days=90)
"""Runs that did something, or failed."""
ABANDONED = timedelta(hours=1)
"""A run that has not ended by then belongs to a process that is gone, and is tried again."""
SILENCE = timedelta(minutes=5)
"""A scheduler silent for longer stands still."""
REQUEST_LINK = timedelta(hours=72)
"""A link to confirm a request (P48); a new one voids it."""
STATUS_LINK = timedelta(days=180)
"""A link to see where a request stands: longer than the longest extension."""
DOWNLOAD = timedelta(days=7)
"""Overviews and copies made for a person; then the file goes (P3)."""
CERTIFICATE_LINK = timedelta(days=730)
"""A certificate can be checked this long. Not in the policy: owner's decision."""
OBJECTION = timedelta(days=7)
"""Lost mailbox: the known address may object this long before anything is removed."""
FORMER_ADDRESS = timedelta(days=14)
"""An address that was changed is asked, or waited for, this long before a copy is handed over (owner's decision)."""
PROCESSOR_ALARM = timedelta(hours=24)
"""A processor that has not finished with a person by then: the engineer and compliance get a message, once."""
