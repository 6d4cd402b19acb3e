"""Any order of events: a removal runs at most once, only when its person confirmed, leaves nothing, and spares the others.

hypothesis drives requests, links, engineers, processors, crashes, restores and clocks in every order it can think of, on
the real databases, and holds the world against a model in plain Python after every step.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.database import hygiene
from dashboard.database.engine import guarded_session
from dashboard.policy.decide import decide
from dashboard.policy.permissions import Permission as P
from dashboard.policy.requests import State
from dashboard.processors.base import NotNow
from dashboard.processors.memory import Memory
from dashboard.processors.registry import PROCESSORS
from dashboard.services import outbox, request_jobs
from dashboard.services.erasure import fault, ledger, replaying, running
from dashboard.services.refusals import CannotContinue, Invalid, NotInReach
from dashboard.services.requests import confirming, letters, receiving, working
from models import Actor, Message, RequestStep, SubjectRequest, db, utcnow
from tests.erasure import persons
from tests.world import TABLES, World, with_rows

RUNS, STEPS, PARTS = 200, 50, 4
"""Runs of so many steps on each database; in parts, so that workers can share them."""
SHORT = 15
"""More runs than that in each part: hypothesis ends some of them early, and the steps are counted."""
VICTIM = "anna.devries@x.example"
KINDS = ("removal", "removal", "overview")


WHICH = st.integers(0, 11)
"""Which of what there is: ids are random, so they are chosen by their place."""


def one_of(things: list[str], which: int) -> str:
    """Return one of several, by a number of any size; the latest first, which most has happened to."""
    return things[::-1][which % len(things)]


Backup = dict[Any, list[dict[str, Any]]]


def backed_up(world: World) -> Backup:
    """Return every row of every table."""
    with world.app.app_context(), db.engine.connect() as connection:
        return {t: [row._asdict() for row in connection.execute(t.select())] for t in with_rows(connection)}


def as_stored(world: World) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table as the database gives it: what a thief of it would read."""
    with world.app.app_context(), db.engine.connect() as connection:
        names = [table.name for table in with_rows(connection)]
        rows = {n: [dict(r) for r in connection.exec_driver_sql(f'SELECT * FROM "{n}"').mappings()] for n in names}
    return {table.name: rows.get(table.name, []) for table in TABLES}


class Crash(BaseException):
    """What a fault point raises here: the process is gone, as far as the code can tell."""


@dataclass
class Known:
    """What the model knows of one request."""

    kind: str
    tokens: list[str] = field(default_factory=list)
    validated: bool = False
    erased: bool = False


class Removal(RuleBasedStateMachine):
    """One person, one neighbour, any number of requests."""

    world: World
    folder: Path
    one: persons.Planted
    beginning: "Backup"
    spared: list[str]
    certified: ClassVar[list[str]]
    walked: ClassVar[list[int]]

    def __init__(self) -> None:
        super().__init__()
        self.walked.append(0)
        self.home = Path(tempfile.mkdtemp(dir=self.folder))
        outbox.FOLDER = self.home / "outbox"
        self.bring_back(self.beginning)
        self.requests: dict[str, Known] = {}
        self.held = {p.name: Memory([VICTIM, self.one.account.external_id]) for p in PROCESSORS if p.reachable}
        self.how = persons.means(self.world, self.home, **self.held)
        self.backup: Backup = {}

    # --- what can happen -----------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(KINDS))
    def receive(self, kind: str) -> None:
        zone = self.world.app.extensions["settings"].zone
        with self.world.app.app_context(), self.world.system() as session:
            case = receiving.receive(session, receiving.Asked(kind, VICTIM, "page"), zone=zone)
            session.commit()
        if case:
            self.requests.setdefault(case.id, Known(kind))

    @precondition(lambda self: self.requests)
    @rule(which=WHICH, who=st.sampled_from(["support", "support2"]))
    def take(self, which: int, who: str) -> None:
        self.by_staff(which, who, P.SUBJECT_REQUEST_TAKE, working.take)

    @precondition(lambda self: self.requests)
    @rule(which=WHICH, who=st.sampled_from(["support", "support2"]))
    def contact(self, which: int, who: str) -> None:
        def send(session, key):
            working.send_link(session, key, sender=self.sender)

        key = self.by_staff(which, who, P.SUBJECT_REQUEST_WORK, send)
        if key:
            self.requests[key].tokens += self.newest_link(key)

    @rule(which=WHICH, who=st.sampled_from(["support", "support2"]), word=st.sampled_from(["REMOVE", "no"]))
    def the_usual_way(self, which: int, who: str, word: str) -> None:
        """Received, taken, contacted and confirmed: what happens most, in one go."""
        self.receive(kind="removal")
        if self.requests:
            self.take(which=which, who=who)
            self.contact(which=which, who=who)
        if any(known.tokens for known in self.requests.values()):
            self.confirm(which=which, word=word, times=1)

    @precondition(lambda self: self.requests)
    @rule(which=WHICH, who=st.sampled_from(["support", "support2"]))
    def extend(self, which: int, who: str) -> None:
        self.by_staff(
            which,
            who,
            P.SUBJECT_REQUEST_WORK,
            lambda session, key: working.extend(session, key, "complex", sender=self.sender),
        )

    @precondition(lambda self: self.requests)
    @rule(which=WHICH, who=st.sampled_from(["support", "support2"]))
    def refuse(self, which: int, who: str) -> None:
        self.by_staff(
            which,
            who,
            P.SUBJECT_REQUEST_WORK,
            lambda session, key: working.refuse(session, key, "excessive", sender=self.sender),
        )

    @precondition(lambda self: any(known.tokens for known in self.requests.values()))
    @rule(which=WHICH, word=st.sampled_from(["REMOVE", "verwijder", "Remove", "SHOW", "yes"]), times=st.integers(1, 3))
    def confirm(self, which: int, word: str, times: int) -> None:
        key = one_of([k for k, known in self.requests.items() if known.tokens], which)
        token = one_of(self.requests[key].tokens[::-1], which // 4)
        for _ in range(times):
            with self.world.app.app_context(), self.world.system() as session:
                try:
                    confirming.confirm(session, token, word)
                except (NotInReach, Invalid):
                    continue
            self.requests[key].validated = True

    @rule(token=st.sampled_from(["x" * 43, "", "../../etc", "A" * 42 + "é"]))
    def confirm_as_a_stranger(self, token: str) -> None:
        with self.world.app.app_context(), self.world.system() as session, pytest.raises(NotInReach):
            confirming.confirm(session, token, "REMOVE")

    @precondition(lambda self: self.requests)
    @rule(which=WHICH)
    def staff_validate(self, which: int) -> None:
        """Somebody writes the state by hand: the database itself refuses."""
        key = one_of(list(self.requests), which)
        with self.world.app.app_context(), self.world.system() as session:
            found = session.execute(select(SubjectRequest.validated_at).where(SubjectRequest.id == key)).first()
            if found is None or found.validated_at:
                return
            executed = update(SubjectRequest).where(SubjectRequest.id == key).values(executed_at=utcnow())
            with pytest.raises(IntegrityError, match="ck_request_validated"):
                session.execute(executed.execution_options(synchronize_session=False))

    @rule(crash=st.integers(-15, 15))
    def run_again_later(self, crash: int) -> None:
        """The job runs after a while: every processor may be asked again."""
        self.time_passes()
        self.run(crash=crash)

    @rule(which=WHICH, who=st.sampled_from(["support", "support2"]))
    def a_good_day(self, which: int, who: str) -> None:
        """Nobody is late and nothing crashes: the job runs until it has nothing to do."""
        self.the_usual_way(which=which, who=who, word="REMOVE")
        for _ in range(4):
            self.run_again_later(crash=0)

    @rule(crash=st.integers(-15, 15))
    def run(self, crash: int) -> None:
        """The job runs; the process may die at any named point on the way."""
        passed = iter(range(1, 100))

        def point(_name: str) -> None:
            if next(passed) == crash:
                raise Crash

        fault.point, before = point, fault.point
        try:
            with self.world.app.app_context(), self.world.system() as session:
                waiting = running.waiting(session)
            for key in waiting:
                persons.carry_out(self.world, key, self.how)
        except Crash:
            return
        finally:
            fault.point = before

    @rule(
        name=st.sampled_from([p.name for p in PROCESSORS if p.reachable]),
        answer=st.sampled_from(["keep", "wait", "deaf"]),
    )
    def processor_fails(self, name: str, answer: str) -> None:
        if answer == "deaf":
            self.held[name].deaf += 1
        else:
            self.held[name].script.append("keep" if answer == "keep" else NotNow("too_many", wait=1))

    @rule()
    def time_passes(self) -> None:
        """Every processor may be asked again; links run out."""
        with self.world.app.app_context(), self.world.system() as session:
            session.execute(update(RequestStep).values(next_try_at=None).execution_options(synchronize_session=False))
            session.commit()
            request_jobs.end_unconfirmed(session, self.how.settings)

    @rule()
    def deliver(self) -> None:
        with self.world.app.app_context(), self.world.system() as session:
            outbox.deliver(session, self.how.settings)
            running.destroy_payloads(session)

    @rule()
    def replay(self) -> None:
        """Replaying a ledger the database is level with changes nothing."""
        with self.world.app.app_context(), self.world.system() as session:
            request_jobs.keep_the_ledger(session, self.how.settings)
            assert replaying.replay(session, self.how.settings, path=self.how.settings.ledger_file) == 0

    @rule()
    def back_up(self) -> None:
        self.backup = backed_up(self.world)

    @precondition(lambda self: self.backup)
    @rule()
    def restore(self) -> None:
        """An old backup comes back; what was erased since is refused until the ledger is replayed."""
        with self.world.app.app_context():
            with self.world.system() as session:
                request_jobs.keep_the_ledger(session, self.how.settings)
            self.bring_back(self.backup)
            with self.world.system() as session:
                path = self.how.settings.ledger_file
                missing = ledger.missing(session, path)
                assert ledger.is_behind(session, path) == bool(missing)
                assert replaying.replay(session, self.how.settings, path=path) == len(missing)
                assert not ledger.is_behind(session, path)

    def bring_back(self, backup: "Backup") -> None:
        with self.world.app.app_context(), db.engine.begin() as connection:
            for table in reversed(with_rows(connection)):
                connection.execute(table.delete())
            for table, rows in backup.items():
                connection.execute(table.insert(), rows)

    # --- what must always hold -------------------------------------------------------------------------------------

    @invariant()
    def the_promises_hold(self) -> None:
        self.walked[-1] += 1
        rows = as_stored(self.world)
        dump = "\n".join(str(tuple(row.values())) for table in rows.values() for row in table)
        requests = rows["subject_request"]
        self.runs_only_after_validation(requests)
        self.runs_at_most_once(rows["erased_fingerprint"])
        self.nothing_is_left_when_certified(dump.casefold(), asks_again=any(r["email"] for r in requests))
        self.nothing_is_gone_when_nobody_confirmed(dump)
        lines = set(dump.split("\n"))
        assert [line for line in self.spared if line not in lines] == []
        assert {(r["email"], r["email_key"]) for r in requests if r["closed_at"]} <= {(None, None)}

    def runs_only_after_validation(self, requests: list[dict[str, Any]]) -> None:
        for request in requests:
            known = self.requests[request["id"]]
            if request["executed_at"]:
                assert known.validated
                assert request["kind"] == "removal"
            if request["state"] == State.CERTIFIED and not known.erased:
                known.erased = True
                self.certified.append(request["id"])

    def runs_at_most_once(self, fingerprints: list[dict[str, Any]]) -> None:
        """A person is erased once: one request alone has fingerprints."""
        assert len({row["request_id"] for row in fingerprints}) <= 1

    def nothing_is_left_when_certified(self, dump: str, *, asks_again: bool) -> None:
        """Who asks again after that gives an address again, which stands in that request until it ends."""
        if any(known.erased for known in self.requests.values()):
            given = {self.one.account.id, self.one.contact.id} | ({VICTIM} if asks_again else set())
            left = [v for v in self.one.values if v.casefold() in dump and v not in given]
            assert [line for line in dump.split("\n") if any(v.casefold() in line for v in left)] == []
            assert not any(memory.held for memory in self.held.values())

    def nothing_is_gone_when_nobody_confirmed(self, dump: str) -> None:
        if not any(known.validated and known.kind == "removal" for known in self.requests.values()):
            assert self.one.email in dump

    # --- how it is done --------------------------------------------------------------------------------------------

    @property
    def sender(self) -> letters.Sender:
        about = self.world.app.extensions["settings"]
        return letters.Sender(about.base_url, about.company_name, about.zone)

    def by_staff(self, which: int, who: str, permission: P, act: Callable[[Session, str], Any]) -> str | None:
        """Do something as an engineer, with the reach the grants give; return the request if it went through."""
        key = one_of(list(self.requests), which)
        actor = Actor(self.world.staff[who], "support")
        with self.world.app.app_context():
            access = decide(actor, permission, at=utcnow()).access
            with guarded_session(db.engine, access) as session:
                try:
                    act(session, key)
                except CannotContinue:
                    return None
        return key

    def newest_link(self, key: str) -> list[str]:
        """Read the link in the newest letter of a request, as the person would; there is none for somebody unknown."""
        number = persons.state(self.world, key).number
        letters_of = select(Message.body).where(Message.cause == f"request R-{number}", Message.body != "")
        found = [row[0] for row in self.world.all(letters_of.order_by(Message.created_at))]
        return [body.split("/privacy/confirm/")[1].split()[0] for body in found if "/privacy/confirm/" in body][-1:]


@pytest.fixture
def quick(monkeypatch):
    """Leave out what a run need not do two hundred times: rewriting the database's files (tested beside this)."""
    monkeypatch.setattr(hygiene, "settle", lambda *_a: True)
    monkeypatch.setattr(outbox, "FOLDER", outbox.FOLDER)
    monkeypatch.setattr(fault, "point", fault.point)


@pytest.mark.parametrize("part", range(PARTS))
def test_removal_keeps_its_promises_when_anything_happens_in_any_order(world, quick, tmp_path, part):
    one, two = persons.anna(world), persons.neighbour(world)
    beginning = backed_up(world)
    still = {table: rows for table, rows in as_stored(world).items() if table != "message"}  # theirs is sent meanwhile
    lines = [str(tuple(row.values())) for rows in still.values() for row in rows]
    about = {"one": one, "beginning": beginning, "spared": [li for li in lines if persons.is_of(two, li)]}
    machine = type("Removal", (Removal,), {"world": world, "folder": tmp_path, "certified": [], "walked": [], **about})
    seeded = seed(part)(machine)

    run_state_machine_as_test(
        seeded,
        settings=settings(
            max_examples=RUNS // PARTS + SHORT, stateful_step_count=STEPS, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip

    assert len(machine.walked) >= RUNS // PARTS, "too few runs"
    steps = sum(min(looks - 1, STEPS) for looks in machine.walked)  # the first look comes before any step
    assert steps >= RUNS // PARTS * STEPS, "runs ended before their last step"
    assert len(machine.certified) >= RUNS // PARTS // 10, "too few runs came to their end to prove anything"
