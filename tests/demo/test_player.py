"""The player sends everything, waits when asked, and stops with a message that names no person."""

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dashboard.demo.calls import Answer, Call, problem_of, refusals
from dashboard.demo.clients import HttpClient, InProcessClient
from dashboard.demo.player import Bar, NobodyAnswers, StoryStopped, deliver, play

CALL = Call("app", "PUT", "/api/v1/accounts/ac-1", {"first_name": "Marijke"})
BATCH = Call("app", "POST", "/api/v1/usage-events", {"events": [{}, {}]}, weight=2)
TOKENS = {"app": "app-token", "website": "website-token"}


class Scripted:
    """Answers as told, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers, self.calls = list(answers), []

    def __call__(self, call):
        self.calls.append(call)
        answer = self.answers.pop(0) if self.answers else Answer(200, {})
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_play_when_all_is_well_sends_each_call_and_counts_records(small_story):
    client, seen = Scripted(), []

    sent = play(small_story, client, progress=seen.append)

    assert client.calls == list(small_story) == seen
    assert sent == sum(call.weight for call in small_story)


def test_play_when_refused_names_path_and_problem_and_no_person():
    problem = {
        "type": "https://need-to-know.example/problems/unknown-company",
        "errors": [{"field": "company", "message": "is not a customer"}],
    }
    client = Scripted(Answer(422, problem))

    with pytest.raises(StoryStopped) as stopped:
        play([CALL], client)

    assert str(stopped.value) == (
        "PUT /api/v1/accounts/ac-1 was answered 422 unknown-company: company is not a customer"
    )


def test_play_when_the_answer_is_no_problem_document_still_names_the_path():
    client = Scripted(Answer(500, None))

    with pytest.raises(StoryStopped, match="ac-1 was answered 500 no problem type"):
        play([CALL], client)


@pytest.mark.parametrize("refused", [[{"index": 1, "reason": "unknown_account"}], 1])
def test_play_when_a_batch_has_refused_records_stops(refused):
    client = Scripted(Answer(200, {"accepted": 1, "duplicate": 0, "refused": refused}))

    with pytest.raises(StoryStopped, match="usage-events refused 1 of 2 records"):
        play([BATCH], client)


@pytest.mark.parametrize("refused", [[], 0])
def test_play_when_a_batch_has_only_duplicates_goes_on(refused):
    client = Scripted(Answer(200, {"accepted": 0, "duplicate": 2, "refused": refused}))

    sent = play([BATCH], client)

    assert sent == 2


def test_play_when_asked_to_slow_down_waits_as_told_and_sends_again():
    client, waits = Scripted(Answer(429, {}, 3.0), Answer(429, {}), Answer(201, {})), []

    play([CALL], client, wait=waits.append)

    assert waits == [3.0, 1.0]
    assert client.calls == [CALL, CALL, CALL]


def test_play_when_asked_to_slow_down_for_ever_stops():
    def client(call):
        return Answer(429, {}, 0.0)

    with pytest.raises(StoryStopped, match="rate limit is too low"):
        deliver(CALL, client, wait=lambda seconds: None)


def test_play_when_nobody_answers_says_so():
    client = Scripted(ConnectionRefusedError(111, "refused"))

    with pytest.raises(NobodyAnswers, match="no server answers"):
        play([CALL], client)


def test_problem_when_fields_are_plain_text_is_shown_as_it_is():
    answer = Answer(422, {"type": "bad-field", "errors": ["name is missing"]})

    assert problem_of(answer) == "422 bad-field: name is missing"
    assert problem_of(Answer(422, {"type": "bad", "errors": {"name": "missing"}})) == "422 bad: {'name': 'missing'}"
    assert refusals(Answer(200, None)) == []


def test_bar_when_calls_go_through_reaches_its_end(monkeypatch):
    monkeypatch.setattr("sys.stderr", screen := io.StringIO())

    with Bar(length=2) as bar:
        bar(BATCH)

    assert bar.sent == 2
    assert "Marijke" not in screen.getvalue()


def echo(environ, start_response):
    """Tell what came in, as a WSGI application."""
    seen = {
        "path": environ["PATH_INFO"],
        "method": environ["REQUEST_METHOD"],
        "token": environ["HTTP_AUTHORIZATION"],
        "key": environ.get("HTTP_IDEMPOTENCY_KEY"),
        "body": json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))),
    }
    start_response("200 OK", [("Content-Type", "application/json"), ("Retry-After", "7")])
    return [json.dumps(seen).encode()]


def test_in_process_client_when_called_sends_token_key_and_body():
    client = InProcessClient(echo, TOKENS)

    answer = client(Call("website", "POST", "/api/v1/contact-requests", {"name": "Zoë"}, "key-1"))

    assert answer == Answer(
        200,
        {
            "path": "/api/v1/contact-requests",
            "method": "POST",
            "token": "Bearer website-token",
            "key": "key-1",
            "body": {"name": "Zoë"},
        },
        7.0,
    )


class Handler(BaseHTTPRequestHandler):
    """A small server that drops the connection when told to."""

    protocol_version = "HTTP/1.1"
    drops = 0

    def do_PUT(self):
        size = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(size))
        if type(self).drops:
            type(self).drops -= 1
            self.close_connection = True
            return
        content = json.dumps({"token": self.headers["Authorization"], "body": body}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Handler.drops = 0
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_http_client_when_the_server_answers_returns_it(server):
    client = HttpClient(f"http://127.0.0.1:{server.server_port}", TOKENS)

    answer = client(CALL)
    client.connection.close()

    assert answer == Answer(201, {"token": "Bearer app-token", "body": {"first_name": "Marijke"}})


def test_http_client_when_an_idle_connection_was_closed_sends_once_more(server):
    client = HttpClient(f"http://127.0.0.1:{server.server_port}", TOKENS)
    Handler.drops = 1

    answer = client(CALL)
    client.connection.close()

    assert answer.status == 201


def test_http_client_when_the_server_keeps_dropping_raises_a_connection_error(server):
    client = HttpClient(f"http://127.0.0.1:{server.server_port}", TOKENS)
    Handler.drops = 2

    with pytest.raises(ConnectionError):
        client(CALL)


def test_http_client_when_nobody_listens_raises_a_connection_error(server):
    client = HttpClient("http://127.0.0.1:1", TOKENS)

    with pytest.raises(ConnectionRefusedError):
        client(CALL)
