"""Every promise has its check, test or reason; every check has a twin that saw it fail; every sentence was read."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from flask import Flask

from dashboard.api.properties import Properties
from dashboard.checks.all_checks import CHECKS
from dashboard.policy.promises import Kind, Promise, published, register, sections
from dashboard.policy.usage_properties import ALLOWED
from models.promise import PromiseStanding
from tests.every.sources import ROOT, functions, parsed
from tests.promises.all_twins import TWINS

SAYS_NOTHING = {
    "Privacy policy",
    "On our public website (www.sitelucent.com)",
    "Within our customer app (app.sitelucent.com)",
    "Related to our public website (www.sitelucent.com)",
    "Related to our customer app (app.sitelucent.com)",
    "Your privacy is important for us.",
    (
        "Our website, www.sitelucent.com, is publically available on the internet and hence the data element specified "
        "below are applicable to every person who visits our website at the specified location."
    ),
    (
        "Hence, the data elements specified below apply to our customers, specifically to the individual users who log in "
        "to the SiteLucent App through app.sitelucent.com."
    ),
    (
        "We use analytics tools to measure our website's traffic (the amount of people that come to our site) and their "
        "behavior (what they do, where they click) on our site."
    ),
    (
        "The collected data helps us to understand how our visitors use our website; what they use, what they don't use, "
        "where they click, and where not."
    ),
    (
        "This gives as indications about what parts of our website and the related content is found useful by our "
        "visitors, and therefore what we should keep, change, do less of, more of, etc."
    ),
}
"""Sentences of the published text that promise and limit nothing by themselves."""


def faults(promises: Mapping[str, Promise], checks: Mapping[str, object], twins: Mapping[str, object]) -> Iterator[str]:
    for no, promise in promises.items():
        if promise.kind == Kind.CHECKED and no not in checks:
            yield f'{no} has no check: write one in dashboard/checks/ with @check("{no}", …)'
        if promise.kind != Kind.CHECKED and no in checks:
            yield f"{no} has a check: its kind in promises.toml is checked"
        if promise.kind == Kind.CONSTRUCTION and not is_there(promise.test):
            yield f"{no} names the test {promise.test!r}, which does not exist"
    for no in checks:
        if no not in promises:
            yield f"{no} is checked and stands in no line of promises.toml"
        if no not in twins:
            yield f'the check of {no} was never seen to fail: write a twin with @twin("{no}") in tests/promises/'
    yield from (f"the twin of {no} has no check to break" for no in twins if no not in checks)


def is_there(test: str) -> bool:
    """Whether a test named as path::name exists."""
    path, _, name = test.partition("::")
    file = ROOT / path
    return file.is_file() and name in {function.name for function in functions(parsed(file.read_text("utf-8")))}


def test_every_promise_has_its_check_and_every_check_its_twin_when_they_are_read() -> None:
    found = list(faults(register(), CHECKS, TWINS))

    assert len(CHECKS) > 50
    assert not found, "\n".join(found)


def test_every_check_is_the_one_the_register_names_when_they_are_read() -> None:
    named = {no: promise.check for no, promise in register().items() if promise.kind == Kind.CHECKED}

    assert named == {no: check.name for no, check in CHECKS.items()}


def test_a_culprit_is_named_when_something_is_missing() -> None:
    promise = next(p for p in register().values() if p.kind == Kind.CHECKED)
    built = replace(promise, no="P2", kind=Kind.CONSTRUCTION, test="tests/every/test_promises.py::test_nothing")

    found = list(faults({promise.no: promise, "P2": built}, {"P9": None}, {"P8": None}))

    assert [fault.split()[0] for fault in found] == [promise.no, "P2", "P9", "the", "the"]


def test_every_sentence_is_mapped_when_it_promises_something() -> None:
    rested_on = {promise.sentence for promise in register().values()}
    every = {sentence for section in sections(published()) for sentence in section.sentences}

    assert every - rested_on - SAYS_NOTHING == set(), "which promise rests on this sentence? Else: SAYS_NOTHING"
    assert every >= SAYS_NOTHING


def test_every_check_says_where_to_look_when_it_is_read(app: Flask) -> None:
    pages = {rule.rule for rule in app.url_map.iter_rules()}

    lost = {no: c.where for no, c in CHECKS.items() if c.where not in pages and not (ROOT / c.where).exists()}

    assert not lost


def test_every_text_of_a_check_fits_when_it_is_kept() -> None:
    longest = PromiseStanding.__table__.c
    texts = {
        node.value
        for path in (ROOT / "dashboard" / "checks").glob("*.py")
        for call in ast.walk(parsed(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "N_"
        for node in call.args
        if isinstance(node, ast.Constant)
    }

    assert max(len(c.unit) for c in CHECKS.values()) <= longest.unit.type.length
    assert max(len(c.where) for c in CHECKS.values()) <= longest.where.type.length
    assert max(map(len, texts)) <= longest.because.type.length


def test_the_allow_list_is_the_contracts_when_both_are_read() -> None:
    assert Properties.__annotations__.keys() == ALLOWED
