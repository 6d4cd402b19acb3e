"""Charts stand on zero, end on a round number, and tell nothing of what may not be shown."""

from datetime import date, timedelta

import pytest

from dashboard.views.charts import HIDDEN_HEIGHT, ceiling, chart

WEEKS = [date(2026, 9, 7) + timedelta(weeks=n) for n in range(3)]


@pytest.mark.parametrize(
    ("most", "top"), [(0, 20), (20, 20), (25, 40), (45, 60), (80, 80), (85, 200), (799, 800), (805, 2000)]
)
def test_chart_ends_on_a_round_number_when_counts_are_of_any_size(most: int, top: int):
    assert ceiling(most) == top
    assert ceiling(most) % 4 == 0


def test_bars_stand_on_zero_and_in_proportion_when_counts_differ(world):
    with world.app.test_request_context():
        made = chart("x", "People", [20, 10, 40], weeks=WEEKS, unit="people", large=True)

    heights = [bar.height for bar in made.bars]
    assert {round(bar.y + bar.height, 1) for bar in made.bars} == {made.base}
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert heights[2] == pytest.approx(2 * heights[0], abs=0.2)
    assert [bar.last for bar in made.bars] == [False, False, True]


@pytest.mark.parametrize("neighbour", [5, 5_000])
def test_hidden_week_looks_the_same_when_others_differ(world, neighbour: int):
    with world.app.test_request_context():
        made = chart("x", "People", [None, neighbour, neighbour], weeks=WEEKS, unit="people")

    assert (made.bars[0].hidden, made.bars[0].height, made.bars[0].value) == (True, HIDDEN_HEIGHT, "")
    assert made.story.endswith("1 week is not shown.")
