"""What machines send: the intake API and its OpenAPI document.

JSON in, JSON out, no page, no cookie, no session of a person. What must never happen here: a refusal that repeats
what was sent, a 2xx before the commit, a decision about staff.
"""
