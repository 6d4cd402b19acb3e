"""What we hold about a person, told and handed over: the overview, the copy, their delivery and their end (P1–P3)."""
