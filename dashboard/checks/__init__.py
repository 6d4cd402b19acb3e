"""Is it true: one function per promise. Room for the promise board."""
