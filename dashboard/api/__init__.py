"""What machines send: the intake API. Takes no cookie, answers problem+json, never echoes a personal value."""
