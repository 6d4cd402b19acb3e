"""A person reads their overview and fetches their copy: by the links in the letters, without an account or a cookie."""

import json
from zipfile import ZipFile

import pytest

from dashboard.config import Settings
from tests.browser.visitors import Visitor
from tests.erasure import persons
from tests.overview import deliveries

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser journeys")]


@pytest.fixture
def exports(tmp_path, monkeypatch):
    monkeypatch.setattr(Settings, "export_folder", property(lambda _settings: tmp_path / "exports"))


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_person_reads_their_overview_when_the_letter_came(arrive, world, exports, lang):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "overview", lang)
    person = arrive(Visitor)

    person.go(f"{deliveries.link(world)}?lang={lang}")

    looked = {"en": "Who looked at your data", "nl": "Wie uw gegevens heeft bekeken"}[lang]
    assert person.page.get_by_role("heading", name=looked).count() == 1
    assert anna.email in person.page.inner_text("main")
    assert person.context.cookies() == []


def test_a_person_fetches_their_copy_when_the_letter_came(arrive, world, exports, tmp_path):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "retrieval")
    person = arrive(Visitor)
    person.go(deliveries.link(world))

    with person.page.expect_download() as waiting:
        person.page.get_by_role("link", name="Download (zip").click()

    waiting.value.save_as(tmp_path / "copy.zip")
    assert waiting.value.suggested_filename.startswith("copy-R-")
    assert json.loads(ZipFile(tmp_path / "copy.zip").read("app/account.json"))[0]["email"] == anna.email
    assert person.context.cookies() == []
