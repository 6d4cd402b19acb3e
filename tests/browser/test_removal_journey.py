"""A removal in the browser, from the person's question to a certificate that is genuine; its letters travel by SMTP."""

import email
import email.policy
import re
import socket
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import expect
from sqlalchemy import delete, select, update

from dashboard.processors.memory import Memory
from dashboard.services import outbox
from models import Account, CompanyAdministrator, Message, RequestStep, SubjectRequest
from tests.browser.visitors import Engineer, Officer, Visitor
from tests.erasure import persons

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser removal")]
LINK = re.compile(r"https?://\S+")


class Person(Visitor):
    """Somebody who asks about their own data: no account, and no cookie ever."""

    def without_cookies(self):
        """Nothing was set."""
        assert self.context.cookies() == []
        return self


class Mailbox:
    """What a mail server took in."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str, str]] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos[0], mail["Subject"], mail.get_content()))
        return "250 OK"

    def link(self, place: str) -> str:
        """The path of the newest link to a place."""
        found = [urlsplit(link).path for _to, _subject, text in self.letters for link in LINK.findall(text)]
        return [path for path in found if f"/privacy/{place}/" in path][-1]


@pytest.fixture
def mail(site, monkeypatch, tmp_path):
    """A mail server of this test, and `deliver()`: what the scheduler does every few seconds."""
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings = replace(site.world.app.extensions["settings"], smtp_url=f"smtp://127.0.0.1:{port}")

    def deliver() -> int:
        with site.world.app.app_context(), site.world.system() as session:
            return outbox.deliver(session, settings)

    box.deliver = deliver
    yield box
    server.stop()


@pytest.fixture
def carry_out(site, tmp_path):
    """`carry_out()`: what the scheduler does every few seconds; HubSpot keeps the person once, then lets go."""
    anna = persons.anna(site.world)
    persons.neighbour(site.world)
    with site.world.app.app_context(), site.world.system() as session:
        session.execute(delete(Message))  # what was planted for other tests
        session.commit()
    how = persons.means(site.world, tmp_path, hubspot=Memory(held=[anna.email], script=["keep"]))

    def run() -> str:
        with site.world.app.app_context(), site.world.system() as session:
            session.execute(update(RequestStep).values(next_try_at=None))  # its time has come
            session.commit()
        return persons.carry_out(site.world, site.world.all(select(SubjectRequest.id))[0][0], how)

    run.anna = anna
    return run


def test_a_person_is_removed_when_they_ask_and_confirm(arrive, site, mail, carry_out):
    anna, engineer = arrive(Person), arrive(Engineer, "support")
    address = carry_out.anna.email

    anna.go("/privacy").stands_at("Your data at SiteLucent").press("Send").sees("2 things need your attention")
    anna.tick("Remove everything").fill("Your e-mail address", address).press("Send")
    anna.sees("If we know this address, a message comes within one working day").without_cookies()

    engineer.go("/admin/").sees("Removal").sees_nothing_of(address)
    engineer.go_by_menu("Subject requests").press("Unassigned").press("Take R-", exact=False)
    engineer.is_told("only the person can confirm").sees(address, "Before that, anybody could be looked up")
    assert (
        not engineer.page.get_by_role("button", name="Confirm")
        .or_(engineer.page.get_by_role("button", name="Validate"))
        .count()
    )
    engineer.press("Send the link").is_told("The link goes to the address on file").sees("Waiting for the person")

    assert mail.deliver() == 1
    assert (mail.letters[-1][0], "Please confirm your request (R-" in mail.letters[-1][1]) == (address, True)
    anna.go(mail.link("requests")).stands_at("Where your request stands").sees("Waiting for you")
    anna.go(mail.link("confirm")).stands_at("Shall we remove all your data?").sees("This cannot be undone.")
    anna.sees_nothing_of(address, "de Vries")
    anna.fill("Type the word REMOVE", "yes").press("Remove all my data").sees("Type REMOVE to go on.")
    anna.fill("Type the word REMOVE", "remove").press("Remove all my data")
    anna.stands_at("Where your request stands").sees("Being done").without_cookies()

    assert carry_out() == "awaiting_processors"
    anna.go(mail.link("requests")).sees("Waiting for a partner", "steps are done")
    engineer.go_by_menu("Subject requests").press("Open R-", exact=False)
    engineer.sees("Waiting for processors", "steps are done", "HubSpot has not finished yet").sees_nothing_of(address)
    before = engineer.page.locator("progress").get_attribute("value")
    assert carry_out() == "certified"
    expect(engineer.page.locator("progress")).to_have_count(0)  # the open page has noticed by itself
    engineer.look_around().sees("Certified", "The person has the link to it.")
    assert int(before) > 10

    assert mail.deliver() == 1
    assert (mail.letters[-1][0], "has been removed" in mail.letters[-1][1]) == (address, True)
    anna.go(mail.link("certificate")).stands_at("Your data has been removed")
    anna.sees("This certificate is genuine", "places empty", "Kept, and why").sees_nothing_of(address, "Vries")
    assert re.search(r"\b(\d+) of \1 places empty", anna.page.get_by_role("main").inner_text())
    anna.go("/privacy/certificate/" + "A" * 43).stands_at("This link does not work (any more)").without_cookies()
    assert site.world.all(select(Account.email).where(Account.email == address)) == []


def test_a_person_reads_everything_in_dutch_when_they_choose_it(arrive, site, mail, carry_out):
    anna = arrive(Person)

    anna.go("/privacy").page.get_by_role("link", name="Nederlands").click()
    anna.look_around().stands_at("Uw gegevens bij SiteLucent").tick("Verwijder alles")
    anna.fill("Uw e-mailadres", "nobody@else.example").press("Versturen").sees("Er gebeurt niets voordat u bevestigt.")

    anna.without_cookies()


def test_compliance_watches_clocks_when_requests_run(arrive, site, carry_out):
    persons.confirmed(site.world, carry_out.anna.email)
    carry_out()
    carry_out()
    officer = arrive(Officer, "compliance")

    officer.go_by_menu("Subject requests").stands_at("Subject requests").sees("overdue", "half within")
    officer.press("Ended").sees("Certified").sees_nothing_of(carry_out.anna.email)


def test_two_engineers_sign_when_a_mailbox_is_lost(arrive, site, mail, carry_out):
    world, company = site.world, carry_out.anna.account.company_id
    boss = world.account("boss", email="boss@x.example", external_id="acc-boss")
    world.set(Account, boss.id, company_id=company)
    world.add(CompanyAdministrator(company_id=company, account_external_id="acc-boss"))
    persons.ask(world, carry_out.anna.email)
    engineer, colleague, admin = arrive(Engineer, "support"), arrive(Engineer, "support2"), arrive(Person)

    engineer.go("/admin/").press("Take R-", exact=False).press("The mailbox is lost")
    engineer.sees("two different engineers sign").press("Ask the administrators").is_told("are asked, if there are any")
    assert mail.deliver() == 1
    admin.go(mail.link("identity")).stands_at("Is this your colleague?").sees_nothing_of(carry_out.anna.email, "Vries")
    admin.fill("Type the word COLLEAGUE", "colleague").press("Confirm who asks").stands_at(
        "Thank you"
    ).without_cookies()
    engineer.go("/admin/").press("Open R-", exact=False).sees("Sign as one of two").press("Sign").is_told("You signed")
    colleague.go("/admin/").sees("Sign a removal whose mailbox is lost").press("Sign R-", exact=False).is_told(
        "You signed"
    )

    assert mail.deliver() == 1
    admin.go(mail.link("object")).stands_at("All your data will be removed")
    engineer.go("/admin/").press("Open R-", exact=False).sees("Waiting for an objection", "Validated by two signatures")
    admin.press("Stop the removal").stands_at("The removal is stopped").without_cookies()
    engineer.go("/admin/subject-requests/?tab=closed").press("Open R-", exact=False).sees("The known address objected")
