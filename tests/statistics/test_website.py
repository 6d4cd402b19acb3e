"""Website statistics come in as aggregates: good rows once, bad rows named, and nothing that tells of a visitor."""

import csv
import json
from datetime import date

import pytest
from sqlalchemy import select

from dashboard.policy.identifiers import told
from dashboard.services.statistics import website
from models import WebsiteFigure

HEAD = "day,page,visits,views\n"


def run(world, file):
    with world.app.app_context():
        return world.app.test_cli_runner().invoke(args=["import", "website-statistics", str(file)])


def kept(world) -> list[tuple]:
    f = WebsiteFigure
    return [tuple(row) for row in world.all(select(f.day, f.page, f.visits, f.views).order_by(f.day, f.page))]


def rejects(file) -> list[tuple]:
    with file.with_name(f"{file.name}.rejects.csv").open(newline="") as text:
        return [(int(row["line"]), row["column"], row["reason"]) for row in csv.DictReader(text)]


@pytest.fixture
def mixed(tmp_path):
    """A file of good rows with bad ones between them."""
    file = tmp_path / "september.csv"
    file.write_text(
        f"{HEAD}2026-09-07,/,120,300\n2026-09-07,/pricing,40,\n2026-09-08,/from/203.0.113.9,1,1\n2026-09-31,/,1,1\n"
        "2026-09-08,/,-4,1\n2026-09-08,pricing,4,1\n2026-09-08,/a,4\n2026-09-08,/,130,310\n2026-09-07,/,121,300\n"
    )
    return file


def test_good_rows_come_in_and_bad_ones_are_named_when_a_file_has_both(world, mixed) -> None:
    result = run(world, mixed)

    assert result.exit_code == 1
    assert "3 rows taken in, 0 known already, 6 refused." in result.output
    assert kept(world) == [
        (date(2026, 9, 7), "/", 120, 300), (date(2026, 9, 7), "/pricing", 40, None), (date(2026, 9, 8), "/", 130, 310),
    ]  # fmt: skip
    assert rejects(mixed) == [
        (4, "page", "ip_address"), (5, "day", "not_a_day"), (6, "visits", "not_a_count"), (7, "page", "not_a_path"),
        (8, "", "unreadable"), (10, "visits", "differs_from_before"),
    ]  # fmt: skip


def test_nothing_changes_when_a_file_comes_again(world, mixed) -> None:
    run(world, mixed)
    before = kept(world)

    result = run(world, mixed)

    assert "0 rows taken in, 3 known already, 6 refused." in result.output
    assert kept(world) == before


def test_list_of_refusals_goes_when_the_file_has_been_mended(world, mixed) -> None:
    run(world, mixed)
    mixed.write_text(f"{HEAD}2026-09-07,/,120,300\n2026-09-09,/,1,1\n")

    result = run(world, mixed)

    assert result.exit_code == 0
    assert list(mixed.parent.iterdir()) == [mixed]


def test_no_value_is_repeated_when_rows_are_refused(world, mixed) -> None:
    result = run(world, mixed)

    written = mixed.with_name(f"{mixed.name}.rejects.csv").read_text()
    assert "203.0.113.9" not in written + result.output


@pytest.mark.parametrize(
    "head",
    [
        "day,page,visits,ip",
        "day,page,visits,visitor_id",
        "day,page",
        "visitor,day,page,visits",
        "",
        "day,page,visits,day",
    ],
)
def test_file_is_refused_as_a_whole_when_a_column_is_no_aggregate(world, tmp_path, head: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"{head}\n2026-09-07,/,1,x\n")

    result = run(world, file)

    assert result.exit_code == 1
    assert "Nothing was taken in" in result.output
    assert kept(world) == []


def test_json_lines_come_in_when_each_is_an_aggregate(world, tmp_path) -> None:
    file = tmp_path / "a.jsonl"
    good = {"day": "2026-09-07", "page": "/", "visits": 120}
    lines = [
        good,
        good | {"ip": "203.0.113.9"},
        good | {"visitor": "x"},
        good | {"visits": True},
        [1],
        good | {"page": "/b"},
    ]
    file.write_text("\n".join([*map(json.dumps, lines), "{not json", '{"day": {"a": "::1"}}', "[" * 100_000]) + "\n")

    result = run(world, file)

    assert result.exit_code == 1
    assert [row[:3] for row in kept(world)] == [(date(2026, 9, 7), "/", 120), (date(2026, 9, 7), "/b", 120)]
    assert rejects(file) == [
        (2, "", "ip_address"), (3, "", "unknown_column"), (4, "visits", "not_a_count"), (5, "", "unreadable"),
        (7, "", "unreadable"), (8, "day", "ip_address"), (9, "", "unreadable"),
    ]  # fmt: skip


def test_file_is_refused_when_its_kind_is_unknown(world, tmp_path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"PK")

    assert "must end in .csv or .jsonl" in run(world, file).output


def test_rows_before_it_are_in_when_a_file_stops_being_text(world, tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(HEAD.encode() + b"2026-09-07,/,1,1\n" * 2 + b"\xff\xfe\n")

    result = run(world, file)

    assert result.exit_code == 1
    assert "not UTF-8" in result.output


def test_batches_come_in_once_when_a_file_is_long(world, tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEAD + "".join(f"2026-09-07,/page/{n},{n},\n" for n in range(website.BATCH + 20)))

    first, second = run(world, file), run(world, file)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert len(kept(world)) == website.BATCH + 20


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("203.0.113.9", "ip_address"), ("/x/203.0.113.9/y", "ip_address"), ("/ip-203-0-113-9", "ip_address"),
        ("/203.000.113.009", "ip_address"), ("/a%2F203%2E0%2E113%2E9", "ip_address"), ("/203%252E0%252E113%252E9", "ip_address"),
        ("/２０３.０.１１３.９", "ip_address"), ("/٢٠٣.٠.١١٣.٩", "ip_address"), ("::1", "ip_address"),
        ("/2001:db8::7", "ip_address"), ("/[2001:db8::7]/", "ip_address"), ("/2001%3Adb8%3A%3A7", "ip_address"),
        ("/::ffff:203.0.113.9", "ip_address"), ("2001:0db8:0000:0000:0000:0000:0000:0007.", "ip_address"),
        ("/GA1.2.1234567890.1700000000", "visitor_id"), ("/u/1234567890", "visitor_id"),
        ("/0b1f7c9e-8f5e-4c3b-9a51-6b1f3f1f2a77", "visitor_id"), ("/9f86d081884c7d659a2feaa0c55ad015", "visitor_id"),
        ("/x;cid=77", "visitor_id"), ("/t/eyJhbGciOiJIUzI1NiJ9xYz", "visitor_id"), ("/a/anna@x.example", "email_address"),
    ],
)  # fmt: skip
def test_text_is_refused_when_it_tells_of_a_visitor(text: str, reason: str) -> None:
    assert told(text) == reason


@pytest.mark.parametrize(
    "text",
    ["/", "/pricing", "/blog/2026-09-07/how-we-count", "/blog/20260907", "/nl/over-ons", "/docs/v1.2.3/api", "2026-09-07",
     "41", "/über-uns", "/a:b", "/time/10:42", "/case-studies/international-headquarters-building", "/1.2.3"],
)  # fmt: skip
def test_text_passes_when_it_is_a_page_a_day_or_a_count(text: str) -> None:
    assert told(text) is None
