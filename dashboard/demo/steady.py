"""A client that outlives its server: it tries again, longer apart each time, until it is told to stop.

What must never happen here: giving up silently, or a body in a message.
"""

from collections.abc import Callable
from threading import Event
from typing import Final

from dashboard.demo.calls import Answer, Call, Client, problem_of
from dashboard.demo.player import TOO_MANY, StoryStopped

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds before the second try, and at most between two."""
NOT_ALLOWED: Final = (401, 403)
SERVER_ERROR: Final = 500


class SteadyClient:
    """Sends calls through another client and waits out restarts, rate limits and server errors."""

    def __init__(self, client: Client, *, stop: Event, say: Callable[[str], object]) -> None:
        """Take the client to use, the event that ends all waiting, and where to tell of an absence."""
        self.client, self.stop, self.say = client, stop, say
        self.away = False

    def __call__(self, call: Call) -> Answer | None:
        """Send one call; return its answer, None when told to stop. Raises StoryStopped for a dead token."""
        wait = FIRST_WAIT
        while not self.stop.is_set():
            answer, why = self._try(call)
            if answer and answer.status in NOT_ALLOWED:
                raise StoryStopped(f"the token of the {call.audience} was answered {problem_of(answer)}")
            if answer and not why:
                self._back()
                return answer
            self._gone(why)
            self.stop.wait(wait if answer is None or answer.retry_after is None else answer.retry_after)
            wait = min(LONGEST_WAIT, wait * 2)
        return None

    def _try(self, call: Call) -> tuple[Answer | None, str]:
        """Return the answer, and why it has to be tried again (empty: it has not)."""
        try:
            answer = self.client(call)
        except OSError:
            return None, "no server answers"
        if answer.status == TOO_MANY:
            return answer, "the server asks to slow down"
        return answer, f"the server answers {answer.status}" if answer.status >= SERVER_ERROR else ""

    def _gone(self, why: str) -> None:
        if not self.away:
            self.say(f"waiting: {why}, trying again")
        self.away = True

    def _back(self) -> None:
        if self.away:
            self.say("the server takes calls again")
        self.away = False
