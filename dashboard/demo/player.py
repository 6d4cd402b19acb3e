"""Sends a story to the intake API and stops at the first answer that is not what a story expects.

What must never happen here: a body of a call in a message; paths and problem types are all it tells.
"""

import sys
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Final, Self

import click

from dashboard.demo.calls import Answer, Call, Client, problem_of, refusals

PATIENCE: Final = 40
"""How often one call is sent again when the API answers 429, before the player gives up."""
TOO_MANY: Final = 429
LONGEST_WAIT: Final = 60.0
"""Seconds; a longer Retry-After is cut to this."""

Progress = Callable[[Call], None]
"""Told of each call that went through."""


class StoryStopped(Exception):
    """The story cannot continue because the API did not take one of its calls."""


class NobodyAnswers(StoryStopped):
    """The story cannot continue because no server answers."""


def play(
    calls: Iterable[Call],
    client: Client,
    *,
    progress: Progress = lambda _call: None,
    wait: Callable[[float], object] = time.sleep,
) -> int:
    """Send each call in order and return how many records were sent.

    Waits as Retry-After says on 429. Raises StoryStopped, naming path and problem type, on any other answer
    outside 2xx and on a batch with refused records; NobodyAnswers when the connection fails.
    """
    sent = 0
    for call in calls:
        _check(call, deliver(call, client, wait=wait))
        progress(call)
        sent += call.weight
    return sent


def deliver(call: Call, client: Client, *, wait: Callable[[float], object] = time.sleep) -> Answer:
    """Send one call, waiting while the API says "too much at once", and return its answer."""
    for _ in range(PATIENCE):
        answer = _ask(call, client)
        if answer.status != TOO_MANY:
            return answer
        wait(min(LONGEST_WAIT, answer.retry_after if answer.retry_after is not None else 1.0))
    raise StoryStopped(f"{call.method} {call.path} was answered 429 {PATIENCE} times: the rate limit is too low")


def _ask(call: Call, client: Client) -> Answer:
    try:
        return client(call)
    except OSError as error:
        raise NobodyAnswers(f"{call.method} {call.path}: no server answers ({type(error).__name__})") from None


def _check(call: Call, answer: Answer) -> None:
    if not answer.is_fine:
        raise StoryStopped(f"{call.method} {call.path} was answered {problem_of(answer)}")
    refused = refusals(answer)
    if refused:
        first = "; ".join(refused[:3])
        raise StoryStopped(f"{call.method} {call.path} refused {len(refused)} of {call.weight} records: {first}")


class Bar:
    """A progress bar on standard error: records sent, how many a second, and what is being sent now."""

    def __init__(self, length: int) -> None:
        """Take the expected number of records (the number of events will do)."""
        self.begun, self.sent, self.path = time.monotonic(), 0, ""
        self.bar: Any = click.progressbar(length=length, label="Demo", item_show_func=self._now, file=sys.stderr)

    def __enter__(self) -> Self:
        self.bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.__exit__(kind, error, trace)

    def __call__(self, call: Call) -> None:
        """Move on by the call's weight."""
        self.sent, self.path = self.sent + call.weight, call.path
        self.bar.update(call.weight, self.sent)

    def _now(self, sent: int | None) -> str | None:
        if sent is None:
            return None
        seconds = max(time.monotonic() - self.begun, 0.001)
        return f"{self.path.split('/')[3].replace('-', ' ')}, {sent / seconds:,.0f} a second"
