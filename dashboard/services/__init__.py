"""What happens: one story per file, verbs inside.

Never imports the web framework; every verb takes a guarded session.
"""
