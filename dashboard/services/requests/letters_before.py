"""The messages to the address an account had before it was changed: what was asked, and how to stop it."""

# ruff: noqa: E501 - a letter is read as it will be sent

from collections.abc import Mapping

LETTERS_BEFORE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "request_former": {
        "en": ("Was this you? ({ref})", """Somebody asked us on {received} {act}. They write from the address that their account has now.
Until lately it had this one. {when}

Was it not you? Then stop it here, and tell your company's administrator that somebody else uses your account:

{link}

It was you? Then do nothing.

{company}, request {ref}
"""),
        "nl": ("Was u dit? ({ref})", """Iemand vroeg ons op {received} {act}, vanaf het adres dat het account nu heeft.
Tot voor kort was dat dit adres. {when}

Was u het niet? Stop het dan hier, en vertel de beheerder van uw bedrijf dat iemand anders uw account gebruikt:

{link}

Was u het wel? Dan hoeft u niets te doen.

{company}, verzoek {ref}
"""),
    },
    "request_former_agree": {
        "en": ("Was this you? ({ref})", """Somebody asked us on {received} {act}. They write from the address that their account has now.
Until lately it had this one. {when}

Open this page, and stop it there if it was not you. If it was you, you can say so there, and we no longer wait:

{link}

Somebody else uses your account? Then tell your company's administrator as well.

{company}, request {ref}
"""),
        "nl": ("Was u dit? ({ref})", """Iemand vroeg ons op {received} {act}, vanaf het adres dat het account nu heeft.
Tot voor kort was dat dit adres. {when}

Open deze pagina, en stop het daar als u het niet was. Was u het wel, dan kunt u dat daar zeggen; wij wachten dan niet langer:

{link}

Gebruikt iemand anders uw account? Vertel het dan ook aan de beheerder van uw bedrijf.

{company}, verzoek {ref}
"""),
    },
}  # fmt: skip
"""By type and language: subject and text. The first is for those who can only stop it, the second for who may agree."""
