"""Which figures may be shown: thresholds, dominance, rounding, subtraction; and attackers who hold all of them."""

import pytest

from dashboard.policy import disclosure
from dashboard.policy.disclosure import NOTHING, Group, Shown, publish, rounded
from tests.statistics.attacker import SmallWorld, bounded, small_world, solved

WORLDS = 1_000


def even(people: int, uses_each: int = 2) -> Group:
    """A group in which everyone did the same."""
    return Group(people, people * uses_each, uses_each if people else 0)


OTHERS = {"x": even(4), "y": even(4), "z": even(4)}
"""Companies that are never shown, and enough together to hide behind."""


@pytest.mark.parametrize(("people", "shown"), [(4, False), (5, True)])
def test_company_is_shown_when_it_has_five_people(people: int, shown: bool):
    found = publish({"asked": even(people), **OTHERS})

    assert set(found.groups) == ({"asked"} if shown else set())


@pytest.mark.parametrize(("people", "shown"), [(9, False), (10, True)])
def test_everyone_is_shown_when_they_are_ten(people: int, shown: bool):
    found = publish({"a": even(4), "b": even(people - 4)})

    assert (found.everyone is not None) is shown
    assert shown or found == NOTHING


@pytest.mark.parametrize(("others", "named"), [(1, False), (2, True)])
def test_company_is_named_when_all_others_are_ten(others: int, named: bool):
    found = publish({"large": even(30), "a": even(4), "b": even(4), "c": even(others)})

    assert set(found.groups) == ({"large"} if named else set())
    assert found.everyone is not None


@pytest.mark.parametrize(("largest", "shown"), [(15, True), (16, False)])
def test_company_is_shown_when_one_person_makes_up_half_at_most(largest: int, shown: bool):
    found = publish({"asked": Group(20, 30, largest), **OTHERS})

    assert ("asked" in (found.groups or {})) is shown


def test_others_are_hidden_with_it_when_one_person_dominates_a_company():
    groups = {"heavy": Group(12, 1_000, 900), "a": even(40, 50), "b": even(30, 50)}

    found = publish(groups)

    assert set(found.groups) == {"a"}
    assert found.rest == Shown(40, 2_500)


def test_smallest_company_goes_first_when_subtraction_would_tell():
    groups = {"tiny": even(2), "small": even(6), "middle": even(12), "large": even(40)}

    found = publish(groups)

    assert set(found.groups) == {"large"}
    assert found.rest == Shown(20, 40)


def test_neighbours_stay_when_the_rest_is_large_enough_already():
    groups = {"tiny-1": even(4), "tiny-2": even(4), "tiny-3": even(4), "small": even(5), "large": even(40)}

    found = publish(groups)

    assert set(found.groups) == {"small", "large"}
    assert found.rest == Shown(10, 25)


@pytest.mark.parametrize(("count", "figure"), [(0, 0), (2, 0), (3, 5), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15)])
def test_count_is_rounded_to_five_when_it_is_shown(count: int, figure: int):
    assert rounded(count) == figure


def test_every_figure_is_of_enough_people_when_worlds_are_random():
    worlds = [small_world(seed) for seed in range(WORLDS)]
    questions = [(world.truth[q], p) for world in worlds for q, p in world.published.items() if p.everyone]

    for truth, published in questions:
        assert all(truth[company].people >= 5 for company in published.groups)
        assert sum(group.people for company, group in truth.items() if company not in published.groups) >= 10


def disclosed(worlds: list[SmallWorld], **rules: int) -> tuple[int, int]:
    """In how many worlds each attacker pins a group nobody may know."""
    by_solving = sum(any(map(world.small, solved(world))) for world in worlds)
    by_bounding = sum(any(map(world.small, bounded(world, **rules))) for world in worlds)
    return by_solving, by_bounding


def test_attackers_pin_no_small_group_when_they_hold_all_figures():
    worlds = [small_world(seed, weeks=1 + seed % 2) for seed in range(WORLDS)]

    assert sum(len(p.groups or ()) for world in worlds for p in world.published.values()) > WORLDS
    assert disclosed(worlds) == (0, 0)


def test_the_same_attackers_pin_small_groups_when_nothing_complements(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(disclosure, "complemented", lambda named, _groups: set(named))
    worlds = [small_world(seed) for seed in range(WORLDS)]

    by_solving, by_bounding = disclosed(worlds, rest=0)

    assert by_solving > WORLDS / 10
    assert by_bounding > 0


@pytest.mark.hostile
def test_attackers_pin_no_small_group_when_worlds_are_many():
    for start in range(10_000, 60_000, WORLDS):
        assert disclosed([small_world(seed, weeks=3) for seed in range(start, start + WORLDS)]) == (0, 0)
