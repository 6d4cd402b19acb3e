"""The bench with next to no rows and without its peers: its programs run and its figures come, whatever they are."""

import re

import pytest

from bench import __main__ as bench
from bench import databases, peers
from bench.program import Answer
from bench.settings import Run
from bench.turns import in_turns

pytestmark = [pytest.mark.bench, pytest.mark.xdist_group("bench")]
TOLD = {
    "pages": r"## {engine}: 1,000 and 1,000 usage events[\s\S]*\| ours: trace.heavy \| \d",
    "erasure": r"\| {engine}, among 1,000: 100,000 events \| [\d.]+ \|",
    "purge": r"\| {engine}, of 1,000: rows/s, ours and raw \| [\d,]+ / [\d,]+ \|[\s\S]*\| {engine}, of 1,000: the purge itself \| \d",
    "statistics": r"\| {engine}, among 1,000 \| \d+ \| [\d.]+ \|",
    "intake": r"\| {engine}, onto 1,000 \| [\d,]+ \| 0 \| 0 \| [\d,]+ \| .* \| none \|",
}


def tiny(engine: str, *phases: str) -> Run:
    return Run(
        rows=1_000, small=1_000, engines=(engine,), phases=phases, peers=False, times=1, intake_seconds=0.4, quiet=0.2
    )


@pytest.mark.parametrize(
    ("engine", "phase"),
    [
        ("sqlite", "pages"),
        ("postgresql", "pages"),
        ("sqlite", "intake"),
        ("sqlite", "purge"),
        ("postgresql", "purge"),
        ("postgresql", "statistics"),
    ],
)
def test_the_bench_reports_when_it_is_tiny(engine, phase, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(databases, "FOLDER", tmp_path / "bench")
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)  # a server of its own: it vacuums and sets all of it

    code = bench.main(tiny(engine, phase))

    told = capsys.readouterr().out
    assert code == 0
    assert not (tmp_path / "bench").exists()
    assert re.search(TOLD[phase].format(engine=engine), told), told


def test_nothing_is_made_when_the_disk_is_too_small(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "FOLDER", tmp_path / "bench")
    monkeypatch.setattr(databases.shutil, "disk_usage", lambda _path: type("Disk", (), {"free": 1}))

    with pytest.raises(databases.NoRoom, match="BENCH_ROWS"), databases.filled(tiny("sqlite")):
        pass

    assert not list((tmp_path / "bench").iterdir())


def test_the_slow_sit_out_when_their_seconds_are_used_up():
    asked = {"slow": 0, "quick": 0}

    def ask(who: str, seconds: float) -> Answer:
        asked[who] += 1
        return Answer(seconds, seconds / 2, 1, 1)

    measured = in_turns({"slow": lambda: ask("slow", 5), "quick": lambda: ask("quick", 0.1)}, times=9, budget=12)

    assert len(measured["slow"].times) == 3
    assert len(measured["quick"].times) == 9
    assert measured["quick"].middle == pytest.approx(100)
    assert measured["quick"].worked == pytest.approx(50)


def test_the_peers_stay_out_of_the_requirements():
    locked = (databases.ROOT / "requirements-dev.txt").read_text()

    assert "django==" not in locked
    assert any(name.startswith("django==") for name in peers.WANTED)
