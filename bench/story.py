"""The invented data, from one seed: 1,000 accounts, 26 months of usage, tickets, looks.

Two persons are watched, at every size with the same events in the day before their error, so that their trace
shows the same rows: HEAVY makes one event in a hundred, LIGHT is one of many.
"""

import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

SEED = 20261122
ACCOUNTS, COMPANIES = 1_000, 40
HEAVY, LIGHT = 0, 500
IN_WINDOW = {HEAVY: 60, LIGHT: 10}
"""Events in the 24 hours before the error: as many at 10 thousand events as at 10 million."""
BUSY = 10
"""So many accounts make one event in a hundred each."""
STEPS = (("ticket_taken", "ticket:take"), ("ticket_seen", "ticket:read"), ("trace_seen", "trace:read"),
         ("ticket_closed", "ticket:work"))  # fmt: skip
SPAN = timedelta(days=791)
"""26 months, the most that is kept."""
FEATURES = ("Dashboard", "Reports", "Floor plan", "Visitors", "Sensors", "Alerts", "Seats", "Exports")
ACTIONS = ("opened", "changed", "exported", "shared", "printed", "filtered")
PROPERTIES = ('{"widgets": 9}', '{"rows": 1200, "format": "A4"}', '{"pages": 3, "seconds": 1.4}', '{"zones": 12}', None)

Values = tuple[Any, ...]

COLUMNS = {
    "staff": "id number email name role active fs_uniquifier language theme created_at",
    "company": "id external_id name created_at",
    "account": "id external_id company_id first_name last_name email source set_up created_at first_sign_in_at",
    "app_error": "id external_id account_id occurred_at code feature message session received_at",
    "ticket": "id account_id kind written_by subject body error_id error_code opened_at unlocked_at "
    "unlocked_by assignee_id assigned_at closed_at closed_because",
    "trace_opening": "id ticket_id engineer_id account_id reason opened_at window_from window_until ends_at "
    "ended_at ended_because",
    "access_record": "at event staff_id staff_number role permission purpose allowed case_ref case_id table "
    "count subject_key",
    "usage_event": "account_id id occurred_at session feature action properties",
}
"""What is filled, parents first, and the columns in the order of the rows told below."""


@dataclass(frozen=True)
class Facts:
    """What a measuring program must know of the data; travels as JSON."""

    rows: int
    now: str
    staff: str
    compliance: str
    accounts: tuple[str, str]
    """HEAVY and LIGHT."""
    tickets: tuple[str, str]
    window: tuple[str, str]
    """The 24 hours that end at the error, as UTC texts."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)


class Story:
    """All rows of one database, table by table."""

    def __init__(self, rows: int, now: datetime) -> None:
        """Fix the people and the moments; rows are told when they are asked for."""
        self.rows, self.now = rows, now.replace(microsecond=0)
        self.rng = random.Random(SEED)
        self.error_at = self.now - timedelta(hours=30)
        self.begin = self.error_at - timedelta(hours=24)
        self.staff = [self._key() for _ in range(5)]
        self.companies = [self._key() for _ in range(COMPANIES)]
        self.accounts = [self._key() for _ in range(ACCOUNTS)]
        self.errors = [self._key() for _ in IN_WINDOW]
        self.tickets = [self._key() for _ in IN_WINDOW]

    def _key(self) -> str:
        return "".join(self.rng.choices(string.ascii_lowercase + "234567", k=26))

    def facts(self) -> Facts:
        """Return what the measuring programs need."""
        return Facts(
            self.rows, text(self.now), self.staff[0], self.staff[4],
            (self.accounts[HEAVY], self.accounts[LIGHT]), (self.tickets[0], self.tickets[1]),
            (text(self.begin), text(self.error_at)),
        )  # fmt: skip

    def tables(self) -> Iterator[tuple[str, Sequence[str], Iterator[Values]]]:
        """Yield every table with its columns and rows, parents first."""
        for name, columns in COLUMNS.items():
            yield name, columns.split(), getattr(self, f"_{name}")()

    def _staff(self) -> Iterator[Values]:
        for number, key in enumerate(self.staff, 1):
            role = "compliance" if number == len(self.staff) else "support"
            yield (
                key,
                number,
                f"staff{number}@demo.example",
                f"Staff {number}",
                role,
                True,
                f"mark-{number}",
                "en",
                None,
                text(self.now),
            )

    def _company(self) -> Iterator[Values]:
        for number, key in enumerate(self.companies):
            yield key, f"company-{number}", f"Company {number:02d}", text(self.now - SPAN)

    def _account(self) -> Iterator[Values]:
        for number, key in enumerate(self.accounts):
            mail = f"person{number:04d}@company{number % COMPANIES:02d}.example"
            name = (f"Person {number:04d}", "Sample", mail)
            at = text(self.now - SPAN)
            yield key, f"account-{number}", self.companies[number % COMPANIES], *name, "self", "automatic", at, at

    def _app_error(self) -> Iterator[Values]:
        at = text(self.error_at)
        for key, number in zip(self.errors, IN_WINDOW, strict=True):
            yield (
                key,
                f"error-{number}",
                self.accounts[number],
                at,
                "E-PDF-17",
                "Reports",
                "no paper",
                f"s-{number}",
                at,
            )

    def _ticket(self) -> Iterator[Values]:
        """One in ten is free; the others are closed, by everyone; two are open and of the engineer we measure."""
        for number in range(1, max(1_000, self.rows // 100) + 1):
            account = self.accounts[self.rng.randrange(ACCOUNTS)]
            free = number % 10 == 0
            at = text(self.now - SPAN * self.rng.random())
            held = (None, None, None, None) if free else (self.staff[number % 4], at, at, "answered")
            yield (
                self._key(),
                account,
                "question",
                "customer",
                "A question",
                "How does it work?",
                None,
                None,
                at,
                at,
                "customer",
                *held,
            )
        at, mine = text(self.error_at + timedelta(minutes=5)), (self.staff[0], text(self.now), None, None)
        for key, error, number in zip(self.tickets, self.errors, IN_WINDOW, strict=True):
            yield (
                key,
                self.accounts[number],
                "system_error",
                "app",
                "It failed",
                "",
                error,
                "E-PDF-17",
                at,
                at,
                "app",
                *mine,
            )

    def _trace_opening(self) -> Iterator[Values]:
        """Old ones of the same persons as well: the condition has to tell them from the one that holds."""
        frame = (text(self.begin), text(self.error_at))
        ended = text(self.now - timedelta(hours=1))
        for index, number in enumerate(IN_WINDOW):
            same = (
                self.tickets[index],
                self.staff[0],
                self.accounts[number],
                "reproduce",
                text(self.now - timedelta(hours=2)),
                *frame,
            )
            for _ in range(20):
                yield self._key(), *same, text(self.now + timedelta(hours=70)), ended, "released"
            yield self._key(), *same, text(self.now + timedelta(hours=70)), None, None

    def _access_record(self) -> Iterator[Values]:
        """Four lines a case, one after the other; one case in twenty is given back instead of closed."""
        lines = max(10_000, self.rows // 10)
        for number in range(lines):
            case, step = divmod(number, 4)
            event, permission = "ticket_released", "ticket:work"
            if step < 3 or case % 20:
                event, permission = STEPS[step]
            staff, at = case % 4, text(self.now - SPAN * (1 - number / lines))
            who = (self.staff[staff], staff + 1, "support", permission, "support", True)
            yield at, event, *who, f"T-{case + 1}", _letters(case), "ticket", 1, self.accounts[case % ACCOUNTS]

    def _usage_event(self) -> Iterator[Values]:
        """By time, as they came in; then the watched persons' own day."""
        chance = random.Random(SEED + 1)
        who = chance.choices(range(ACCOUNTS), weights=weights(), k=65_536)
        what = [(chance.choice(FEATURES), chance.choice(ACTIONS), chance.choice(PROPERTIES)) for _ in range(4_096)]
        started, step = (self.now - SPAN).timestamp(), SPAN.total_seconds() / self.rows
        window = (self.begin.timestamp(), self.error_at.timestamp())
        planted = sum(IN_WINDOW.values())
        for number in range(self.rows - planted):
            moment = started + number * step + chance.random()
            account = who[int(chance.random() * 65_536)]
            if account in IN_WINDOW and window[0] <= moment <= window[1]:
                account += 1
            yield self._event(number, account, moment, *what[int(chance.random() * 4_096)])
        yield from self._watched(self.rows - planted, what)

    def _watched(self, first: int, what: Sequence[tuple[str, str, str | None]]) -> Iterator[Values]:
        numbers = count(first)
        for account, events in IN_WINDOW.items():
            for index in range(events):
                moment = (self.error_at - timedelta(hours=23) * (index / events)).timestamp()
                yield self._event(next(numbers), account, moment, *what[index])

    def _event(self, number: int, account: int, moment: float, *what: Any) -> Values:
        at = datetime.fromtimestamp(moment, UTC).isoformat(" ", "microseconds")[:26]
        return (self.accounts[account], f"ev-bench-{number:09x}", at, f"s-{account}-{int(moment) // 3600:x}", *what)


def _letters(number: int) -> str:
    """Return a number as a public id: a to j for its digits."""
    return f"{number:026d}".translate(str.maketrans("0123456789", "abcdefghij"))


def weights() -> list[float]:
    """Return how much of the usage each account makes."""
    chance = random.Random(SEED + 2)
    rest = [chance.lognormvariate(0, 1) for _ in range(ACCOUNTS - BUSY)]
    share = (1 - BUSY * 0.01) / sum(rest)
    return [0.01] * BUSY + [weight * share for weight in rest]


def text(moment: datetime) -> str:
    """Return a moment as both databases read it: UTC, without a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
