"""The access log page: what it shows, who may open it, what it is asked, and that nothing personal is on it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import AccessRecord, utcnow
from tests.broken_log import broken_log
from tests.compliance.looked import columns_without_canary, look, number_of
from tests.world import World, post

LOG = "/admin/access-log/"


def shown(text: str) -> str:
    """The list of lines alone: what stands after questions and filters."""
    return text.rpartition('<section class="card" aria-label=')[2]


def ask(client, kind: str, **typed: str):
    """Ask the log a question and follow to the answer."""
    sent = post(client, f"{LOG}ask/{kind}", **typed)
    assert sent.status_code == 303, sent.text
    return client.get(sent.location)


def line(world: World, event: str, **facts) -> None:
    """Write one line as the house would."""
    values = {"permission": "ticket:work", "purpose": "support", "allowed": True, "role": "support"}
    world.add(AccessRecord(event=event, **values | facts))


def test_log_when_colleagues_looked_shows_lines_in_words(world: World) -> None:
    seen = look(world)
    client = world.sign_in("compliance")

    page = client.get(LOG)

    assert page.status_code == 200
    assert "Saw a trace" in page.text
    assert f"S-{number_of(world, 'support')}" in page.text
    assert seen.account.id[:13] in page.text
    assert f"T-{seen.traced.number}" in page.text


@pytest.mark.parametrize("name", ["rep", "support", "sysadmin"])
def test_log_when_role_may_not_read_it_is_refused(world: World, name: str) -> None:
    look(world)
    client = world.sign_in(name)

    answers = [client.get(LOG), post(client, f"{LOG}ask/find", find="S-1")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "Saw a trace" not in answers[0].text


def test_log_when_every_personal_column_holds_a_canary_shows_none(world: World) -> None:
    seen = look(world)
    client = world.sign_in("compliance")
    no_room = {"usage_day.day", "usage_day.uses", "usage_event.occurred_at"}  # moments and numbers
    assert set(columns_without_canary(world)) == no_room

    texts = [
        client.get(LOG).text.replace("CNRY-staff-compliance", ""),  # the officer's own name, in the frame
        ask(client, "who_saw", case=f"T-{seen.traced.number}").text.replace("CNRY-staff-compliance", ""),
        ask(client, "what_seen", staff=f"S-{number_of(world, 'support')}").text.replace("CNRY-staff-compliance", ""),
        client.get("/admin/access-matrix/").text.replace("CNRY-staff-compliance", ""),
        client.get("/admin/looks/").text.replace("CNRY-staff-compliance", ""),
        client.get("/admin/").text.replace("CNRY-staff-compliance", ""),
    ]

    assert [text.lower().count("cnry-") for text in texts] == [0] * len(texts)


def test_log_when_read_is_recorded_with_its_count(world: World) -> None:
    look(world)
    client = world.sign_in("compliance")

    client.get(LOG)

    read = world.all(select(AccessRecord.reason, AccessRecord.count).where(AccessRecord.event == "access_log_read"))
    assert [tuple(row) for row in read] == [("list", 7)]


def test_log_when_filtered_by_role_shows_that_role_alone(world: World) -> None:
    look(world)
    client = world.sign_in("compliance")

    page = client.get(f"{LOG}?role=rep&event=looks&period=today")

    assert "Saw a submission and its person" in shown(page.text)
    assert "Saw a ticket and its person" not in shown(page.text)


def test_log_when_filtered_by_refusals_shows_refusals_alone(world: World) -> None:
    look(world)
    client = world.sign_in("compliance")

    page = shown(client.get(f"{LOG}?event=refused").text)

    assert page.count("Refused") == 2
    assert "Allowed" not in page


def test_log_when_filtered_by_case_shows_that_case_alone(world: World) -> None:
    seen = look(world)
    client = world.sign_in("compliance")

    page = shown(client.get(f"{LOG}?case=T-{seen.second.number}").text)

    assert f"T-{seen.second.number}" in page
    assert f"T-{seen.traced.number}" not in page


def test_log_when_period_is_last_month_leaves_today_out(world: World) -> None:
    look(world)
    long_ago = utcnow() - timedelta(days=40)
    line(world, "signed_in", at=long_ago)
    client = world.sign_in("compliance")

    page = shown(client.get(f"{LOG}?period={long_ago:%Y-%m}").text)

    assert "Signed in" in page
    assert "Saw a ticket" not in page


@pytest.mark.parametrize(
    "query", ["role=boss", "event=x", "period=1999-01", "case=Jan", "role=%01", "asked=zz", "at=zz"]
)
def test_log_when_parameter_is_unknown_shows_all_and_says_so(world: World, query: str) -> None:
    look(world)
    client = world.sign_in("compliance")

    page = client.get(f"{LOG}?{query}")

    assert page.status_code == 200
    assert "Saw a trace" in shown(page.text)
    assert ("Not understood and left out" in page.text) == (query != "at=zz")
    assert "boss" not in page.text


def test_links_when_parameters_look_like_arguments_stay_on_the_page(world: World) -> None:
    for _ in range(60):
        line(world, "signed_in")
    client = world.sign_in("compliance")

    page = client.get(f"{LOG}?_scheme=javascript&_external=1&endpoint=x&_anchor=y&role=support&at=")

    assert page.status_code == 200
    links = re.findall(r'rel="next" href="([^"]+)"', page.text)
    assert len(links) == 1
    assert links[0].startswith("/admin/access-log/?")


def test_log_when_paged_to_the_end_shows_every_line_once(world: World) -> None:
    for number in range(120):
        line(world, "signed_in", at=utcnow(), request_id=str(number))
    client = world.sign_in("compliance")

    url, times = f"{LOG}?event=signed_in", 0
    while url:
        page = client.get(url.replace("&amp;", "&")).text
        times += shown(page).count("Signed in")
        found = re.search(r'rel="next" href="([^"]+)"', page)
        url = found[1] if found else ""

    assert times == 120


def test_who_saw_when_person_has_two_cases_names_both_engineers(world: World) -> None:
    seen = look(world)
    client = world.sign_in("compliance")

    page = ask(client, "who_saw", case=f" t {seen.traced.number} ").text

    answer = page[page.index('id="answer"') : page.rindex('<section class="card" aria-label=')]
    assert f"S-{number_of(world, 'support')}" in answer
    assert f"S-{number_of(world, 'support2')}" in answer
    assert f"S-{number_of(world, 'rep')}" not in answer


def test_who_saw_when_asked_by_subject_key_is_the_same_answer(world: World) -> None:
    seen = look(world)
    client = world.sign_in("compliance")

    page = ask(client, "who_saw", case=seen.account.id)

    assert "Who saw the person of this key" in page.text
    assert f"S-{number_of(world, 'support2')}" in page.text
    assert seen.account.id not in page.request.url


def test_who_saw_when_nobody_looked_says_nobody(world: World) -> None:
    look(world)
    client = world.sign_in("compliance")

    page = ask(client, "who_saw", case="T-99999")

    assert "Nobody, by the log" in page.text
    assert "Saw a trace" not in shown(page.text)


def test_what_seen_when_asked_shows_that_engineer_alone(world: World) -> None:
    look(world)
    client = world.sign_in("compliance")

    page = shown(ask(client, "what_seen", staff=f"S-{number_of(world, 'support')}").text)

    assert "Saw a trace" in page
    assert f"S-{number_of(world, 'support2')}<" not in page


def test_find_when_staff_number_is_asked_shows_changes_too(world: World) -> None:
    look(world)
    client = world.sign_in("compliance")

    page = shown(ask(client, "find", find=str(number_of(world, "rep"))).text)

    assert "Tried something out of reach" in page
    assert "Saw a trace" not in page


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("who_saw", {"case": "Jan de Vries"}),
        ("who_saw", {"case": "S-1"}),
        ("what_seen", {"staff": "T-1"}),
        ("find", {"find": "jan@x.example"}),
        ("find", {"find": "9" * 5000}),
        ("find", {}),
    ],
)
def test_question_when_it_is_no_number_keeps_the_text_and_says_how(world: World, kind: str, typed: dict) -> None:
    client = world.sign_in("compliance")

    page = post(client, f"{LOG}ask/{kind}", **typed)

    assert page.status_code == 200
    assert "1 thing needs your attention" in page.text
    assert 'aria-invalid="true"' in page.text
    assert next(iter(typed.values()), "")[:20] in page.text


def test_question_when_kept_by_one_officer_is_unknown_to_another(world: World) -> None:
    look(world)
    first, second = world.sign_in("compliance"), world.sign_in("compliance")
    kept = post(first, f"{LOG}ask/find", find="S-1").location

    page = second.get(kept)

    assert "Not understood and left out" in page.text


def test_figures_when_cases_are_taken_looked_at_and_given_back_raise_the_alarm(world: World) -> None:
    for n in range(4):
        for minutes, event in ((30, "ticket_taken"), (29, "ticket_seen"), (20, "ticket_released")):
            facts = {
                "staff_id": world.staff["support"],
                "case_id": f"case{n}",
                "at": utcnow() - timedelta(minutes=minutes),
            }
            line(world, event, **facts)

    page = world.sign_in("compliance").get(LOG).text

    assert "100 %" in page
    assert "4 of 4 cases taken" in page
    assert 'class="figure figure-bad"' in page


def test_figures_when_cases_are_given_back_unseen_or_late_stay_calm(world: World) -> None:
    staff = {"staff_id": world.staff["support"]}
    for n in range(4):
        line(world, "ticket_taken", case_id=f"unseen{n}", **staff)
        line(world, "ticket_released", case_id=f"unseen{n}", **staff)
        line(world, "ticket_taken", case_id=f"late{n}", at=utcnow() - timedelta(hours=3), **staff)
        line(world, "ticket_seen", case_id=f"late{n}", at=utcnow() - timedelta(hours=3), **staff)
        line(world, "ticket_released", case_id=f"late{n}", **staff)
        line(world, "ticket_taken", case_id=f"two{n}", **staff)
        line(world, "ticket_seen", case_id=f"two{n}", **staff)
        line(world, "ticket_released", case_id=f"two{n}", staff_id=world.staff["support2"])

    page = world.sign_in("compliance").get(LOG).text

    assert "0 of 12 cases taken" in page
    assert "figure-bad" not in page


def test_log_when_the_reading_cannot_be_recorded_shows_no_line(world: World) -> None:
    look(world)
    client = world.sign_in("compliance")

    with broken_log(world):
        broken = client.get(LOG)
    mended = client.get(LOG)

    assert broken.status_code == 503
    assert "Saw a trace" not in broken.text
    assert mended.status_code == 200
