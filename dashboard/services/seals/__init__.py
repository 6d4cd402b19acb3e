"""The seals of the access log: made every minute, anchored outside the database, verified from the first to the last.

What is promised: a line that is sealed and anchored cannot be changed, taken out, put in or moved without being found,
by anyone who has the database and not SECRET_KEY. A line of the last minute may not be sealed yet; pages say so.
"""
