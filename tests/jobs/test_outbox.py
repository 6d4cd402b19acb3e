"""The outbox: written with its cause, sent once and verified, kept no longer than that."""

import email
import email.policy
import socket
import ssl
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from sqlalchemy import select, update

from dashboard.services import jobs, outbox
from models import Message, utcnow

FOREIGN = "127.0.0.2"
"""On this machine, but not one of the names the product takes for this machine."""


class Mailbox:
    """What a mail server received; `refuse` names addresses it does not take."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.refuse: set[str] = set()
        self.encrypted: list[bool] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        to = envelope.rcpt_tos[0]
        if to in self.refuse:
            return "550 no such mailbox"
        self.received.append((to, envelope.content))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


class Encrypting(Controller):
    """A server that offers STARTTLS."""

    def __init__(self, handler, *, context: ssl.SSLContext, **kwargs) -> None:
        self.context = context
        super().__init__(handler, **kwargs)

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="mail.test", tls_context=self.context)


def free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve():
    """Start mail servers, and stop them at the end."""
    running = []

    def start(box: Mailbox, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> str:
        port = free_port(host)
        kind = {"context": context} if context else {}
        server = (Encrypting if context else Controller)(box, hostname=host, port=port, **kind)
        server.start()
        running.append(server)
        return f"smtp://{host}:{port}"

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def certificate() -> tuple[ssl.SSLContext, Path]:
    """Return a server's certificate for FOREIGN, and the file in which a client may trust it.

    It was made once, for tests alone, and proves nothing: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256
    -nodes -days 36500 -subj /CN=mail.test -addext subjectAltName=IP:127.0.0.2
    """
    pem = Path(__file__).with_name("mail_server.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context, pem


def write(world, address: str = "anna@demo.example", count: int = 1) -> None:
    with world.app.app_context(), world.system() as session:
        for number in range(count):
            words = {"subject": f"Please confirm ({number})", "body": "Grüße aus Łódź\n\nA line."}
            outbox.queue(session, type="invitation", cause="invitation S-8", address=address, **words)
        session.commit()


def deliver(world, url: str = "") -> int:
    settings = replace(world.app.extensions["settings"], smtp_url=url)
    with world.app.app_context(), world.system() as session:
        return outbox.deliver(session, settings)


def kept(world) -> list[tuple]:
    columns = (Message.address, Message.body, Message.sent_at, Message.attempts, Message.error)
    return [tuple(row) for row in world.all(select(*columns).order_by(Message.created_at))]


def due_now(world) -> None:
    with world.app.app_context(), world.system() as session:
        session.execute(update(Message).values(next_try_at=utcnow() - timedelta(seconds=1)))
        session.commit()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")
    return tmp_path / "outbox"


def test_message_arrives_and_is_emptied_when_a_server_takes_it(world, serve) -> None:
    box = Mailbox()
    write(world)

    sent = deliver(world, serve(box))

    to, content = box.received[0]
    mail = email.message_from_bytes(content, policy=email.policy.default)
    address, body, sent_at, attempts, error = kept(world)[0]
    assert (sent, to, mail["Subject"]) == (1, "anna@demo.example", "Please confirm (0)")
    assert "Grüße aus Łódź" in mail.get_content()
    assert (address, body, attempts, error) == ("", "", 1, None)
    assert sent_at is not None


def test_nothing_is_sent_twice_when_delivering_again(world, serve) -> None:
    box = Mailbox()
    url = serve(box)
    write(world, count=3)

    first, second = deliver(world, url), deliver(world, url)

    assert (first, second, len(box.received)) == (3, 0, 3)


def test_message_is_not_written_when_its_cause_is_rolled_back(world) -> None:
    with world.app.app_context(), world.system() as session:
        outbox.queue(session, type="t", cause="c", address="a@demo.example", subject="s", body="b")
        session.rollback()

    assert kept(world) == []


def test_others_go_and_this_one_waits_when_a_server_refuses_it(world, serve) -> None:
    box = Mailbox()
    box.refuse = {"bad@demo.example"}
    write(world, "bad@demo.example")
    write(world, "good@demo.example")
    url = serve(box)

    with pytest.raises(outbox.Undelivered):
        deliver(world, url)

    assert [to for to, _content in box.received] == ["good@demo.example"]
    assert kept(world)[0][3:] == (1, "SMTPDataError")
    assert deliver(world, url) == 0


def test_tries_end_when_five_have_failed(world, serve) -> None:
    box = Mailbox()
    box.refuse = {"bad@demo.example"}
    url = serve(box)
    write(world, "bad@demo.example")

    for _try in range(5):
        due_now(world)
        with pytest.raises(outbox.Undelivered):
            deliver(world, url)
    due_now(world)

    assert deliver(world, url) == 0
    assert kept(world)[0][3] == 5


def test_a_message_given_up_keeps_neither_address_nor_text_when_its_last_try_fails(world, serve) -> None:
    box = Mailbox()
    box.refuse = {"bad@demo.example"}
    write(world, "bad@demo.example")
    world.set(Message, world.all(select(Message.id))[0][0], attempts=4)
    write(world, "other@demo.example")
    world.set(
        Message,
        world.all(select(Message.id).where(Message.attempts == 0))[0][0],
        next_try_at=utcnow() + timedelta(hours=1),
    )

    with pytest.raises(outbox.Undelivered):
        deliver(world, serve(box))

    with world.app.app_context(), world.system() as session:
        assert jobs.unsent(session) == 1
    assert kept(world) == [
        ("", "", None, 5, "SMTPDataError"),
        ("other@demo.example", "Grüße aus Łódź\n\nA line.", None, 0, None),
    ]


def test_a_message_is_emptied_when_its_last_try_was_cut_off(world) -> None:
    write(world)
    world.set(Message, world.all(select(Message.id))[0][0], attempts=5)

    deliver(world)

    assert kept(world) == [("", "", None, 5, None)]


def test_no_try_is_used_up_when_the_server_cannot_be_reached(world) -> None:
    write(world)

    with pytest.raises(OSError):  # noqa: PT011 - whichever kind
        deliver(world, f"smtp://127.0.0.1:{free_port('127.0.0.1')}")

    assert kept(world)[0][3] == 0


def test_nothing_is_sent_when_a_foreign_server_offers_no_encryption(world, serve) -> None:
    box = Mailbox()
    write(world)

    with pytest.raises(OSError):  # noqa: PT011
        deliver(world, serve(box, FOREIGN))

    assert box.received == []


def test_nothing_is_sent_when_a_foreign_server_cannot_prove_who_it_is(world, serve, certificate) -> None:
    box = Mailbox()
    write(world)

    with pytest.raises(ssl.SSLCertVerificationError):
        deliver(world, serve(box, FOREIGN, certificate[0]))

    assert box.received == []


def test_message_goes_encrypted_when_a_foreign_server_is_trusted(world, serve, certificate, monkeypatch) -> None:
    box = Mailbox()
    context, trusted = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    write(world)

    sent = deliver(world, serve(box, FOREIGN, context))

    assert (sent, box.encrypted) == (1, [True])


def test_message_lies_as_a_private_file_when_there_is_no_server(world, folder: Path) -> None:
    write(world)

    deliver(world)

    files = outbox.files()
    assert [path.parent for path in files] == [folder]
    assert (files[0].stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "Łódź" in email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default).get_content()


def test_each_goes_once_when_two_deliver_at_once(world, serve) -> None:
    box = Mailbox()
    url = serve(box)
    write(world, count=20)
    gate = threading.Barrier(2)

    def go() -> None:
        gate.wait()
        deliver(world, url)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    identities = [email.message_from_bytes(content)["Message-ID"] for _to, content in box.received]
    assert (len(identities), len(set(identities))) == (20, 20)


def test_demo_shows_its_messages_when_it_is_the_demo(world, folder: Path) -> None:
    write(world)
    deliver(world)

    page = world.app.test_client().get("/outbox")

    assert page.status_code == 200
    assert "Grüße aus Łódź" in page.get_data(as_text=True)


def test_outbox_is_not_there_when_it_is_not_the_demo(world, folder: Path, monkeypatch) -> None:
    settings = replace(world.app.extensions["settings"], demo=False)
    monkeypatch.setitem(world.app.extensions, "settings", settings)

    assert world.app.test_client().get("/outbox").status_code == 404
