"""What is read out to a person before they answer: fixed texts by version, kept with the answer as evidence (P26, P27).

A version that was ever read out is never changed or removed; a better text is a new version.
"""

from collections.abc import Mapping

LIST_PERMISSION: Mapping[str, Mapping[str, str]] = {
    "1": {
        "en": (
            "May we add your contact information to our contact list, so that we can send you relevant information "
            "about our current and future services? You are free to say no, and you can be taken off the list at "
            "any time."
        ),
        "nl": (
            "Mogen wij uw contactgegevens op onze contactlijst zetten, zodat wij u relevante informatie over onze "
            "huidige en toekomstige diensten kunnen sturen? U mag gerust nee zeggen, en u kunt zich altijd van de "
            "lijst laten halen."
        ),
    }
}
"""The question "May we add you to our contact list?", word for word, by version and language."""
CURRENT = "1"
"""The version that is read out today."""


def wordings() -> Mapping[str, str]:
    """Return today's wording by language."""
    return LIST_PERMISSION[CURRENT]


def version(language: str) -> str:
    """Return how an answer names the wording it was given to, such as `1-en`; raise KeyError for no such language."""
    wordings()[language]
    return f"{CURRENT}-{language}"
