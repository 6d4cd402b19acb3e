"""Stories told once per run: telling the large one takes a few seconds."""

from datetime import UTC, datetime

import pytest

from dashboard.demo.calls import Call
from dashboard.demo.story import tell

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
"""A Tuesday morning."""


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture(scope="session")
def small_story() -> tuple[Call, ...]:
    """Eight accounts and 300 events."""
    return tuple(tell(now=NOW, accounts=8, events=300))


@pytest.fixture(scope="session")
def whole_story() -> tuple[Call, ...]:
    """All people and cases of the demo, with fewer events."""
    return tuple(tell(now=NOW, events=12_000))
