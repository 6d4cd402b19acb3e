"""The record of processing activities (GDPR, article 30), made from the code that carries them out.

Nothing in it is written down a second time: what a table, a grant, a rule or a processor does not say is not here.
"""
