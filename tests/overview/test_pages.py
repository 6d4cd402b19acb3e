"""What lies ready is handed to whoever has the link, recorded; every other link gets one and the same page."""

import io
import re
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import select, update

from dashboard.services.requests import links
from models import AccessRecord, Account, ContactRequest, ExportFile, RequestLink, SubjectRequest, utcnow
from tests.erasure import persons
from tests.overview import deliveries

PAGES = ("/privacy/download/{}", "/privacy/download/{}/file", "/privacy/overview/{}", "/privacy/certificate/{}.pdf")


@pytest.fixture
def client(world):
    return world.app.test_client()


def fetched(world) -> int:
    return len(world.all(select(AccessRecord.number).where(AccessRecord.event == "request_fetched")))


def is_private(answer) -> bool:
    """No cookie, and nothing that a browser or a proxy keeps."""
    return "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"


def status_token(world, request_id: str) -> str:
    with world.app.app_context(), world.system() as session:
        token = links.make(session, request_id, links.STATUS, lasts=timedelta(days=1))
        session.commit()
    return token


def test_a_copy_is_announced_when_its_link_is_opened(world, client):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "retrieval")

    answer = client.get(deliveries.link(world))

    assert answer.status_code == 200
    assert "Your copy is ready" in answer.text
    assert re.search(r"Download \(zip, \d+ kB\)", answer.text)
    assert is_private(answer)
    assert fetched(world) == 0
    assert [value for value in anna.values if value in answer.text] == []


def test_a_copy_is_handed_out_and_recorded_when_it_is_fetched(world, client, exports):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "retrieval")

    answer = client.get(f"{deliveries.link(world)}/file")

    assert answer.status_code == 200
    assert answer.data == next(exports.glob("*.zip")).read_bytes()
    assert answer.mimetype == "application/zip"
    assert re.fullmatch(r"attachment; filename=copy-R-\d+\.zip", answer.headers["Content-Disposition"])
    assert "ETag" not in answer.headers
    assert is_private(answer)
    assert fetched(world) == 1


def test_a_copy_can_be_fetched_again_when_the_first_try_broke_off(world, client):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "retrieval")

    answers = [client.get(f"{deliveries.link(world)}/file").status_code for _ in range(3)]

    assert answers == [200] * 3
    assert fetched(world) == 3


def test_nothing_is_recorded_when_a_scanner_only_looks(world, client):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "retrieval")
    path = deliveries.link(world)

    answers = [client.get(path).status_code for _ in range(20)]
    answers += [client.head(path).status_code, client.head(f"{path}/file").status_code]

    assert set(answers) == {200}
    assert fetched(world) == 0


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "Who looked at your data"), ("nl", "Wie uw gegevens heeft bekeken")]
)
def test_the_overview_is_read_in_either_language_when_its_link_is_opened(world, client, lang, expected):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "overview")

    answer = client.get(deliveries.link(world), query_string={"lang": lang})

    assert answer.status_code == 200
    assert f'<html lang="{lang}"' in answer.text
    assert expected in answer.text
    assert anna.email in answer.text
    assert "Anna" not in re.search(r"<title>.*?</title>", answer.text, re.DOTALL)[0]
    assert is_private(answer)
    assert fetched(world) == 1


def test_the_overview_is_complete_when_the_page_is_compared_with_the_tables(world, client):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "overview")

    page = client.get(deliveries.link(world)).text

    assert [value for value in anna.values if value not in page] == []


def test_markup_is_shown_as_text_when_a_person_typed_it(world, client):
    anna = persons.anna(world)
    world.ticket(anna.account, subject="<script>alert(1)</script>")
    deliveries.delivered(world, anna.email, "overview")

    page = client.get(deliveries.link(world)).text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_overview_comes_as_pdf_when_it_is_downloaded(world, client):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "overview", "nl")
    token = deliveries.token(world)

    page, answer = client.get(f"/privacy/download/{token}"), client.get(f"/privacy/download/{token}/file")

    assert "Your overview is ready" in page.text
    assert re.fullmatch(r"attachment; filename=overview-R-\d+\.pdf", answer.headers["Content-Disposition"])
    assert "Wat wij over u hebben" in pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()


def test_the_status_link_leads_there_too_when_it_is_delivered(world, client):
    anna = persons.anna(world)
    request_id = deliveries.delivered(world, anna.email, "overview")
    token = status_token(world, request_id)

    assert client.get(f"/privacy/overview/{token}").status_code == 200
    assert client.get(f"/privacy/download/{token}/file").status_code == 200


def test_a_certificate_comes_as_pdf_when_its_link_asks_for_it(world, client, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, persons.means(world, tmp_path))
    token = status_token(world, request_id)

    answer = client.get(f"/privacy/certificate/{token}.pdf", query_string={"lang": "nl"})

    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert "Uw gegevens zijn verwijderd" in text
    assert f"/privacy/certificate/{token}" in re.sub(r"\s", "", text)
    assert "anna" not in text.lower()
    assert is_private(answer)


@pytest.mark.parametrize("page", PAGES)
def test_every_bad_link_gets_the_same_answer_when_it_is_opened(world, client, page):
    anna = persons.anna(world)
    request_id = deliveries.delivered(world, anna.email, "retrieval")
    good = deliveries.token(world)
    bad = (
        "x",
        "A" * 43,
        good[:-1],
        good + "A",
        good.swapcase(),
        "a b",
        "ü" * 43,
        "%00",
        other_purpose(world, request_id),
    )

    answers = [client.get(page.format(token)) for token in bad]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert "This link does not work (any more)" in answers[0].text
    assert all(map(is_private, answers))
    assert fetched(world) == 0


def other_purpose(world, request_id: str) -> str:
    with world.app.app_context(), world.system() as session:
        token = links.make(session, request_id, links.CONFIRM, lasts=timedelta(days=1))
        session.commit()
    return token


@pytest.mark.parametrize("page", PAGES[:2])
@pytest.mark.parametrize("why", ["voided", "ran_out", "file_over", "file_deleted", "file_missing", "ended"])
def test_nothing_is_handed_out_when_the_time_is_over(world, client, exports, page, why):
    anna = persons.anna(world)
    request_id = deliveries.delivered(world, anna.email, "retrieval")
    token, (file,) = deliveries.token(world), deliveries.files(world, request_id)
    end = {
        "voided": lambda: change_links(world, used_at=utcnow()),
        "ran_out": lambda: change_links(world, ends_at=utcnow()),
        "file_over": lambda: world.set(ExportFile, file.id, ends_at=utcnow()),
        "file_deleted": lambda: world.set(ExportFile, file.id, deleted_at=utcnow()),
        "file_missing": next(exports.glob("*")).unlink,
        "ended": lambda: world.set(SubjectRequest, request_id, state="expired"),
    }
    end[why]()

    answer = client.get(page.format(token))

    assert answer.status_code == 404
    assert answer.data == client.get(page.format("A" * 43)).data
    assert fetched(world) == 0


def change_links(world, **values) -> None:
    with world.app.app_context(), world.system() as session:
        session.execute(update(RequestLink).values(**values))
        session.commit()


def test_a_copy_is_no_overview_when_its_link_is_used_there(world, client):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "retrieval")

    assert client.get(f"/privacy/overview/{deliveries.token(world)}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_else_is_taken_when_a_form_is_sent(world, client, page, method):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "retrieval")

    answer = client.open(page.format(deliveries.token(world)), method=method)

    assert answer.status_code in {404, 405}
    assert fetched(world) == 0


def test_the_status_page_leads_to_the_copy_when_it_is_ready(world, client):
    anna = persons.anna(world)
    request_id = deliveries.delivered(world, anna.email, "retrieval")
    token = status_token(world, request_id)

    page = client.get(f"/privacy/requests/{token}", query_string={"lang": "nl"}).text

    (path,) = re.findall(r'href="(/privacy/download/[^"]+)"', page)
    assert client.get(path).status_code == 200


def test_the_status_page_says_so_when_nothing_was_held_any_more(world, client):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email, kind="retrieval")
    world.set(Account, anna.account.id, email="gone@z.example")
    world.set(ContactRequest, anna.contact.id, email="gone@z.example")
    deliveries.carry_out(world, request_id)

    page = client.get(f"/privacy/requests/{status_token(world, request_id)}").text

    assert "we held nothing of you any more" in page
    assert "/privacy/download/" not in page


def test_the_certificate_leads_to_its_pdf_when_it_is_read(world, client, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    page = client.get(f"/privacy/certificate/{status_token(world, request_id)}").text

    (path,) = re.findall(r'href="(/privacy/certificate/[^"]+\.pdf)"', page)
    assert client.get(path).mimetype == "application/pdf"
