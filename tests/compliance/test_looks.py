"""My looks: everyone sees their own lines, and nobody else's."""

import pytest

from tests.compliance.looked import look
from tests.world import World

LOOKS = "/admin/looks/"


def test_looks_when_i_looked_shows_my_lines(world: World) -> None:
    seen = look(world)

    page = world.sign_in("support").get(LOOKS).text.rpartition('<section class="card" aria-label=')[2]

    assert "Saw a trace" in page
    assert f"T-{seen.traced.number}" in page


def test_looks_when_a_colleague_looked_shows_nothing_of_it(world: World) -> None:
    seen = look(world)

    page = world.sign_in("support2").get(LOOKS).text.rpartition('<section class="card" aria-label=')[2]

    assert "Saw a trace" not in page
    assert f'href="?case=T-{seen.second.number}"' in page


@pytest.mark.parametrize("name", ["rep", "support", "sysadmin", "compliance"])
def test_looks_when_read_by_any_role_is_allowed_and_without_personal_data(world: World, name: str) -> None:
    look(world)

    page = world.sign_in(name).get(f"{LOOKS}?event=looks&period=week&case=T-1")

    assert page.status_code == 200
    assert page.text.replace(f"CNRY-staff-{name}", "").lower().count("cnry-") == 0


def test_looks_when_nothing_is_recorded_says_what_will_be(world: World) -> None:
    page = world.sign_in("rep").get(LOOKS).text

    assert "Nothing recorded yet" in page


def test_looks_when_a_parameter_is_unknown_says_so(world: World) -> None:
    page = world.sign_in("rep").get(f"{LOOKS}?event=everything&role=support")

    assert page.status_code == 200
    assert "Not understood and left out: What." in page.text
