"""The evidence folder: what a third party gets to see, signed so that they need nobody's word and none of our secrets.

What must never be in it: anything of a person.
"""
