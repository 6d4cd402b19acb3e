"""Canary people: invented persons who go in by every way there is, and are then removed or expire; nobody counts them.

What must never happen here: a row written that no service of the intake wrote, or a request validated by anything but
the link in the canary's own mailbox.
"""
