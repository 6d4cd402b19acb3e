"""Who may: pure Python. No web framework, no database, no clock of its own."""
