"""`make run`'s two processes live and die together. Small stand-ins take the place of both."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVE = """
import json, sys
from dashboard import serve
serve.PATIENCE = 1.0
port, children, also = json.loads(sys.argv[1])
children, also = ([serve.Child(*c) for c in some] for some in (children, also))
sys.exit(serve.serve(port=port, lines=["rep@demo.example"], children=children, also=also))
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def web(port):
    return ("The web server", (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)))


@pytest.fixture
def serve(port):
    """Starts `serve` with stand-ins for its programs; nothing is left of it after the test."""
    started = []

    def start(*children, also=()):
        command = [sys.executable, "-u", "-c", SERVE, json.dumps([port, children, also])]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        started.append(subprocess.Popen(command, cwd=ROOT, **pipes))
        return started[0]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def _sleeper(tmp_path, *, first="pass", then="time.sleep(60)"):
    pid = tmp_path / "pid"
    code = f"import os, time; {first}; open({str(pid)!r}, 'w').write(str(os.getpid())); {then}"
    return ("The scheduler", (sys.executable, "-c", code))


def _read_until(process, wanted):
    for line in process.stdout:
        if wanted in line:
            return
    pytest.fail(f"{wanted!r} was never said")


def _pid(tmp_path):
    deadline = time.monotonic() + 10
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return int((tmp_path / "pid").read_text())


def _answers(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_both_run_until_a_stop_is_wished_when_nothing_goes_wrong(serve, web, port, tmp_path, wish):
    process = serve(web, _sleeper(tmp_path))
    _read_until(process, f"http://127.0.0.1:{port}/admin/")
    _read_until(process, "rep@demo.example")
    pid = _pid(tmp_path)
    assert _answers(port)
    assert _is_alive(pid)

    process.send_signal(wish)

    assert process.wait(10) == 0
    assert not _answers(port)
    assert not _is_alive(pid)


def test_web_server_is_stopped_too_when_the_scheduler_ends_by_itself(serve, web, port, tmp_path):
    process = serve(web, _sleeper(tmp_path, then="time.sleep(1); raise SystemExit(3)"))

    said = process.stdout.read()

    assert process.wait(10) == 1
    assert "The scheduler ended by itself (exit code 3)" in said
    assert not _answers(port)


def test_scheduler_is_stopped_too_when_the_web_server_is_killed(serve, tmp_path):
    suicide = ("The web server", (sys.executable, "-c", "import os, time; time.sleep(1); os.kill(os.getpid(), 9)"))

    process = serve(suicide, _sleeper(tmp_path))
    pid = _pid(tmp_path)
    said = process.stdout.read()

    assert process.wait(10) == 1
    assert "The web server ended by itself (signal SIGKILL)" in said
    assert not _is_alive(pid)


def test_a_program_is_cut_off_when_it_does_not_listen(serve, web, tmp_path):
    process = serve(web, _sleeper(tmp_path, first=STUBBORN))
    _read_until(process, "deaf")
    pid = _pid(tmp_path)

    process.terminate()

    assert "The scheduler did not end within 1 s" in process.stdout.read()
    assert process.wait(10) == 0
    assert not _is_alive(pid)


def test_nothing_is_started_when_the_port_is_taken(serve, web, port, tmp_path):
    with socket.create_server(("127.0.0.1", port)):
        process = serve(web, _sleeper(tmp_path))
        said = process.stdout.read()

    assert process.wait(10) == 1
    assert f"Port {port} cannot be used: Address already in use" in said
    assert "PORT=8000 make run" in said
    assert not (tmp_path / "pid").exists()


def test_nothing_is_started_when_the_port_is_no_port(serve, tmp_path):
    code = SERVE.replace("port, children, also =", "_, children, also =").replace("port=port", "port=70000")
    command = [sys.executable, "-c", code, json.dumps([0, [_sleeper(tmp_path)], []])]

    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert process.returncode == 1
    assert "Port 70000 cannot be used" in process.stderr
    assert not (tmp_path / "pid").exists()


def test_what_the_demo_adds_runs_and_ends_with_the_others_when_it_is_given(serve, web, port, tmp_path):
    pid = tmp_path / "added"
    code = (
        f"import os, time; open({str(pid)!r}, 'w').write(os.environ['TOLD'] + ' ' + str(os.getpid())); time.sleep(60)"
    )
    added = ("The stand-in", (sys.executable, "-c", code), None, [["TOLD", "secret"]])
    process = serve(web, _sleeper(tmp_path), also=[added])
    _read_until(process, "/admin/")
    told, number = pid.read_text().split()

    process.terminate()

    assert process.wait(10) == 0
    assert told == "secret"
    assert not _is_alive(int(number))


def test_nothing_is_started_when_the_port_of_what_the_demo_adds_is_taken(serve, web, port, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        other = taken.getsockname()[1]
        process = serve(web, _sleeper(tmp_path), also=[("The stand-in", (sys.executable, "-c", "pass"), other)])
        said = process.stdout.read()

    assert process.wait(10) == 1
    assert f"Port {other} cannot be used: Address already in use" in said
    assert not (tmp_path / "pid").exists()
