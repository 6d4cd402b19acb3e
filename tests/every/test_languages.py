"""Both languages are complete: no text of a page, form or message lacks its Dutch."""

import re

import pytest

import translations
from models import Staff
from tests.world import World

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def texts(value):
    return list(value) if isinstance(value, tuple) else [value]


def test_every_text_has_its_dutch_when_the_catalogue_is_read():
    catalogue = translations.renewed(translations.read())

    missing = translations.missing(catalogue)

    assert not missing, f"translate these in {translations.PO.name} after `make texts`: {missing}"


def test_the_catalogue_holds_nothing_else_when_the_texts_are_collected():
    known = {message.id for message in translations.read() if message.id}

    wanted = translations.messages()

    assert {str(text) for text in known} == {str(text) for text in wanted}, "run `make texts`"


def test_the_compiled_catalogue_is_current_when_the_written_one_changes():
    compiled = translations.PO.with_suffix(".mo").read_bytes()

    assert compiled == translations.compiled(translations.read()), "run `make texts`"


def test_placeholders_agree_when_a_text_is_translated():
    for message in translations.read():
        english = set(PLACEHOLDER.findall(" ".join(texts(message.id))))
        for dutch in texts(message.string):
            assert set(PLACEHOLDER.findall(dutch)) <= english, message.id
            assert not message.id or len(english - set(PLACEHOLDER.findall(dutch))) <= (len(texts(message.id)) > 1), (
                message.id
            )


def test_a_missing_text_is_named_when_the_code_says_something_new(monkeypatch):
    known = translations.messages()
    monkeypatch.setattr(translations, "messages", lambda: known | {"A text nobody translated"})

    missing = translations.missing(translations.renewed(translations.read()))

    assert missing == ["A text nobody translated"]


@pytest.mark.parametrize("who", ["rep", "support", "sysadmin", "compliance"])
def test_the_desk_is_dutch_when_its_owner_chose_dutch(world: World, who: str):
    world.set(Staff, world.staff[who], language="nl")

    page = world.sign_in(who).get("/admin/").text

    assert '<html lang="nl"' in page
    assert "Mijn werk" in page
    assert not re.findall(r">\s*(My work|In your hands|Sign out|You see|Because)\s*<", page)


def test_the_desk_is_english_when_its_owner_chose_nothing(world: World):
    page = world.sign_in("support").get("/admin/").text

    assert '<html lang="en"' in page
    assert "My work" in page
