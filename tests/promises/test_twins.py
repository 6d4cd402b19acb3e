"""Each check sees its promise hold, and sees it broken when the world is broken behind the application's back."""

import pytest

from dashboard.checks.base import State

from .all_twins import TWINS
from .twins import Bench


@pytest.fixture
def bench(world, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(world, monkeypatch, world.app.extensions["settings"])


@pytest.mark.parametrize("promise", sorted(TWINS, key=lambda no: int(no[1:])))
def test_check_turns_red_when_its_world_is_broken(bench: Bench, promise: str) -> None:
    course = TWINS[promise](bench)

    next(course)
    good = bench.ask(promise)
    next(course, None)
    try:
        bad = bench.ask(promise)
    finally:
        next(course, None)

    assert good.state == State.HOLDS, good
    assert bad.state == State.BROKEN, bad
    assert bad.figure is None or bad.figure > 0
    assert bad.unit
    assert bad.where
