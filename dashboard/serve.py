"""`make run`: the web server, the scheduler and what the demo adds, in the foreground, started and stopped as one.

It must never leave one of them running without the others, nor anything behind. It knows nothing of the
application: all are programs that it starts, so a fault in one cannot take this process along. A deployment
does not use it; there, the two programs are services of their own.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"  # this machine only: what `make run` shows is a demo without TLS
PATIENCE = 8.0  # seconds for both to end by themselves; gunicorn gives its requests 6
LOOK_EVERY = 0.2  # seconds

Running = list[tuple["Child", subprocess.Popen[bytes]]]


@dataclass(frozen=True)
class Child:
    """A program to run: its name as it begins a sentence, its command, its own port if any, and what it is told.

    `told` reaches it on its standard input: for what may stand in no list of processes and in no file.
    """

    name: str
    command: tuple[str, ...]
    port: int | None = None
    environment: tuple[tuple[str, str], ...] = ()
    told: bytes = b""


def serve(
    *, port: int, lines: Sequence[str] = (), children: Sequence[Child] | None = None, also: Sequence[Child] = ()
) -> int:
    """Runs both and `also` until Ctrl-C, SIGTERM or SIGHUP; prints the address and `lines` once the web server answers.

    Returns the exit code: 0 after a wanted stop, 1 if the port cannot be used or a program ended by itself.
    Either way all are gone within 10 seconds.
    """
    needed = (port, *(child.port for child in also if child.port))
    if refusal := next(filter(None, (_refusal(one, web=port) for one in needed)), None):
        _say(refusal)
        return 1
    running: Running = []
    with _stop_signals() as stop:
        try:
            for child in (*also, *(children or _programs(port))):
                running.append((child, _start(child)))  # should the second not start, the first is known
            return _watch(running, stop=stop, port=port, lines=lines)
        finally:
            _end(running)


def _programs(port: int) -> tuple[Child, ...]:
    gunicorn = (sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy" / "gunicorn.conf.py"))
    return (
        Child("The web server", (*gunicorn, "--bind", f"{HOST}:{port}")),
        Child("The scheduler", (sys.executable, str(ROOT / "scheduler.py"))),
    )


def _refusal(port: int, *, web: int) -> str | None:
    other = 8001 if web == 8000 else 8000
    remedy = f"Stop what uses it, or choose another port: PORT={other} make run"
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn will
            probe.bind((HOST, port))
    except (OSError, OverflowError) as error:
        return f"Port {port} cannot be used: {getattr(error, 'strerror', None) or error}. {remedy}"
    return None


@contextlib.contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that the signals to stop set; the children are in groups of their own and do not get them."""
    stop = threading.Event()
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.signal(name, lambda *_: stop.set()) for name in names}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _start(child: Child) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **dict(child.environment)}
    stdin = subprocess.PIPE if child.told else subprocess.DEVNULL
    process = subprocess.Popen(child.command, cwd=ROOT, env=environment, stdin=stdin, process_group=0)
    if process.stdin:
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(child.told)
    return process


def _watch(running: Running, *, stop: threading.Event, port: int, lines: Sequence[str]) -> int:
    announced = False
    while not stop.wait(LOOK_EVERY):
        for child, process in running:
            if (code := process.poll()) is not None:
                _say(f"{child.name} ended by itself ({_ending(code)}): see above. Everything stops.")
                return 1
        if not announced and _answers(port):
            announced = True
            where = f"\nNeed-to-Know runs on http://{HOST}:{port}/admin/"
            print(where, *lines, "Ctrl-C stops it.\n", sep="\n", flush=True)
    _say("\nStopping ...")
    return 0


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=LOOK_EVERY):
        return True
    return False


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _end(running: Running) -> None:
    for _, process in running:
        process.terminate()
    deadline = time.monotonic() + PATIENCE
    for child, process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _say(f"{child.name} did not end within {PATIENCE:.0f} s and is cut off.")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and whatever it started itself
        process.wait()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
