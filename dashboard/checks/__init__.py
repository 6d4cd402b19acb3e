"""Is it true now? One function per promise, by subject; all_checks.py is the list of them.

A check counts what must not be and says holds, broken or not measurable. It reads, and writes nothing. Never here: a
personal value in a figure, a word that is not fixed in the code, or a scan where an index answers.
"""
