"""Usage and website in figures that name nobody: made at night, shown to all staff, explained in docs/statistics.md."""
