"""Texts for people that stand where nobody's language is known yet."""


def N_(text: str) -> str:  # noqa: N802 - the name by which gettext's tools find texts that are translated later
    """Mark a text for translation; the page translates it."""
    return text
