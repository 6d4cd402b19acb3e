"""Who else holds data of persons, on what ground, and how a person is erased there (P12–P15, P53–P56).

registry.py is the table. Never here: a processor that is not on it, a call past outgoing.py, "done" before a read-back
found nothing, or anything of a person in a log line, an error or a receipt.
"""
