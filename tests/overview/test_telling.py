"""The overview in words and on paper: both languages, every section, everything that stands in the tables."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest
from sqlalchemy import select

from dashboard.services.erasure import certifying, planning
from dashboard.services.overview import pdf, telling, words
from dashboard.services.overview.certificate import ACTIONS, PLACES, SAYS, certificate_pdf
from models import AccessRecord, Account, Message, SubjectRequest, utcnow
from tests.erasure import persons
from tests.overview import deliveries

AT = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)
DOCUMENT = telling.Document("en", "R-2207", "overview", "What we have about you", "Łódź, Ελλάδα, Жуков, ĳsvrij.", ())


def text_of(drawn: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(drawn)).pages)


def plain(text: str) -> str:
    """Words only: where a line ends does not count."""
    return re.sub(r"\s+", "", text)


def all_of(document) -> str:
    return "\n".join(pdf.texts_of(document))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_value_is_told_when_the_overview_is_written(world, language):
    anna = persons.anna(world)

    told = all_of(deliveries.document_of(world, anna.email, language))

    assert [value for value in anna.values if value not in told and value.lower() not in told] == []
    assert all(processor in told for processor in ("HubSpot", "Privacy Shield"))


def test_it_is_in_dutch_when_the_person_asked_in_dutch(world):
    anna = persons.anna(world)

    told = all_of(deliveries.document_of(world, anna.email, "nl"))

    expected = ("Wie uw gegevens heeft bekeken", "Een supportmedewerker", "Van wie", "niet geldig vandaag",
                "Verenigde Staten", "24 kalendermaanden", "Onze sleutel")  # fmt: skip
    assert [text for text in expected if text not in told] == []
    assert [text for text in ("Who looked", "a support engineer", "United States", "Since when") if text in told] == []


def test_every_look_is_told_when_several_looked(world):
    anna = persons.anna(world)
    seen = {"event": "trace_seen", "staff_id": world.staff["support2"], "staff_number": 4, "role": "support",
            "permission": "trace:read", "purpose": "error_analysis", "allowed": True, "case_ref": "T-1042",
            "table": "usage_event", "fields": "occurred_at,first_name", "count": 3}  # fmt: skip
    world.add(AccessRecord(**seen, at=AT, subject_key=anna.account.id))
    world.add(AccessRecord(**{**seen, "purpose": "follow_up", "role": "rep"}, at=AT, subject_key=anna.contact.id))

    told = all_of(deliveries.document_of(world, anna.email))

    look = "24 November 2026, 10:31. A support engineer, for the error you met (case T-1042). Seen: when, first name."
    assert look in told
    assert "A colleague who follows up contact requests, to follow up your contact request" in told
    assert "S-4" not in told


def test_nobody_looked_is_said_when_nobody_did(world):
    account = world.account("quiet")

    told = all_of(deliveries.document_of(world, account.email))

    assert "Nobody has looked." in told
    assert "Nothing of you is in the others" in told


def test_messages_are_told_with_their_cause_when_they_went(world):
    anna = persons.anna(world)
    world.add(Message(type="account_deactivated", cause="request R-7", address="", subject="s", body="",
                      subject_key=anna.account.id, sent_at=utcnow()))  # fmt: skip

    told = all_of(deliveries.document_of(world, anna.email))

    assert "Messages we sent you, and why" in told
    assert "request R-7" in told


def test_until_when_is_told_as_a_day_when_the_account_was_deactivated(world):
    anna = persons.anna(world)
    world.set(Account, anna.account.id, deactivated_at=AT, deactivated_by="self")

    told = all_of(deliveries.document_of(world, anna.email))

    assert "the first of it goes on 24 November 2028" in told
    assert "Not in the policy: the owner decides" in told


def test_the_copy_is_named_as_complete_when_usage_is_summarised(world):
    anna = persons.anna(world)

    told = all_of(deliveries.document_of(world, anna.email))

    assert "Events per month; the copy has every single one." in told


def test_the_pdf_says_what_the_page_says_when_it_is_drawn(world):
    document = deliveries.document_of(world, persons.anna(world).email, "nl")

    drawn = plain(text_of(pdf.pdf_of(document, at=AT)))

    drawn = re.sub(r"OverzichtR-2207·pagina\d+/\d+", "", drawn)
    assert [text for text in pdf.texts_of(document) if plain(text) not in drawn] == []


def test_pages_are_numbered_when_there_are_several(world):
    document = deliveries.document_of(world, persons.anna(world).email)

    pages = pypdf.PdfReader(io.BytesIO(pdf.pdf_of(document, at=AT))).pages

    feet = [re.search(r"Overview R-2207 · page \d+ / \d+", page.extract_text())[0] for page in pages]
    assert len(pages) > 2
    assert feet == [f"Overview R-2207 · page {n} / {len(pages)}" for n in range(1, len(pages) + 1)]


def test_the_pdf_names_nobody_in_its_metadata_when_it_is_drawn(world):
    anna = persons.anna(world)
    document = deliveries.document_of(world, anna.email)

    reader = pypdf.PdfReader(io.BytesIO(pdf.pdf_of(document, at=AT)))

    known = {name: str(value) for name, value in reader.metadata.items()}
    assert known["/Title"] == "Overview R-2207"
    assert "anna" not in json.dumps(known).lower()
    assert reader.xmp_metadata is None


def test_the_same_bytes_come_out_when_the_same_document_is_drawn_twice():
    document = replace(DOCUMENT, parts=(telling.Part("A", texts=["b"], groups=[[("c", "d")]]),))

    assert pdf.pdf_of(document, at=AT) == pdf.pdf_of(document, at=AT)


def test_letters_of_europe_are_drawn_when_a_name_has_them():
    drawn = text_of(pdf.pdf_of(DOCUMENT, at=AT))

    assert "Łódź, Ελλάδα, Жуков, ĳsvrij." in drawn
    assert "□" not in drawn


def test_a_missing_sign_is_said_when_the_letters_lack_it():
    drawn = text_of(pdf.pdf_of(replace(DOCUMENT, lead="王小明"), at=AT))

    assert "□□□" in drawn
    assert "stands for a sign this document's letters lack" in drawn


def test_nothing_is_lost_when_a_text_is_longer_than_a_page():
    text = " ".join(f"word{n}" for n in range(4000))
    document = replace(DOCUMENT, parts=(telling.Part("Long", groups=[[("Text", text)]]),))

    drawn = plain(text_of(pdf.pdf_of(document, at=AT)))

    assert re.sub(r"OverviewR-2207·page\d+/\d+", "", drawn).count("word") == 4000


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_certificate_is_drawn_when_a_removal_is_certified(world, tmp_path, language):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, persons.means(world, tmp_path))
    with world.app.app_context(), world.system() as session:
        request = session.scalar(select(SubjectRequest).where(SubjectRequest.id == request_id))
        certificate = certifying.certificate_of(session, request)

    drawn = certificate_pdf(
        certificate, deliveries.settings(world), language=language, address="https://ntk.example/privacy/certificate/x"
    )

    told, nl = plain(text_of(drawn)), language == "nl"
    foot = plain(f"Certificaat {certificate.ref} · pagina 1/" if nl else f"Certificate {certificate.ref} · page 1/")
    assert foot in told
    assert "https://ntk.example/privacy/certificate/x" in told
    assert certificate.plan_hash in told
    assert certificate.signature in told
    assert plain("Echt: de handtekening klopt" if nl else "Genuine: the signature holds") in told
    assert [value for value in anna.values if plain(value).lower() in told.lower()] == []
    assert "anna" not in told.lower()


def test_a_certificate_says_so_when_it_was_tampered_with(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, persons.means(world, tmp_path))
    with world.app.app_context(), world.system() as session:
        request = session.scalar(select(SubjectRequest).where(SubjectRequest.id == request_id))
        certificate = replace(certifying.certificate_of(session, request), genuine=False)

    drawn = certificate_pdf(certificate, deliveries.settings(world), language="en", address="x")

    assert "Not genuine" in text_of(drawn)


@pytest.mark.parametrize(
    "texts", [words.SAYS, words.SOURCES, words.UNTIL, words.RELATIONS, words.BECAUSE, SAYS, ACTIONS]
)
def test_both_languages_agree_in_their_blanks_when_they_are_written(texts):
    for english, dutch in texts.values():
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", dutch))
        assert english
        assert dutch


def test_every_place_of_the_plan_has_words_when_it_is_certified():
    names = {place.location for place in planning.plan()}

    assert names <= set(PLACES) | set(words.TABLES)
    assert {p.action for p in planning.plan()} <= set(ACTIONS) | {"keep", "out_of_reach"}
