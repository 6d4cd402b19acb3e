"""The OpenAPI document says what is so: valid, complete, and the API behaves as it says whatever is sent."""

from dataclasses import replace

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from dashboard.api.bodies import Preferences
from dashboard.api.calls import call_of
from dashboard.api.intake import VIEWS
from dashboard.api.properties import Properties
from dashboard.demo.properties import PROPERTIES
from dashboard.demo.story import MESSAGE_TYPES
from dashboard.policy.message_types import MessageType
from tests.api.conftest import Machine

API = "/api/v1"


@pytest.fixture
def document(world):
    return world.app.test_client().get(f"{API}/openapi.json").json


def test_document_when_asked_without_a_token_is_valid_openapi(world, document):
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.validator_for({**schema, "components": document["components"]})


def test_document_when_compared_with_the_addresses_names_each_and_no_other(world, document):
    rules = {
        (rule.rule.removeprefix(API).replace("<", "{").replace(">", "}"), method.lower())
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    described = {(path, method) for path, item in document["paths"].items() for method in item}

    assert described == rules


def test_document_when_read_names_every_reference_it_uses(document):
    text = str(document)

    used = {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]}
    assert used <= document["components"]["schemas"].keys()
    assert "$defs" not in text


def test_document_when_read_says_scope_limits_and_what_a_refusal_looks_like(document):
    usage = document["paths"]["/usage-events"]["post"]

    assert usage["security"] == [{"bearer": ["app"]}]
    assert {"200", "400", "401", "403", "413", "415", "422", "429", "503"} <= usage["responses"].keys()
    assert document["components"]["schemas"]["UsageEvents"]["properties"]["events"]["maxItems"] == 1000
    assert [parameter["name"] for parameter in usage["parameters"]] == ["Idempotency-Key"]


def test_allow_list_when_compared_with_what_the_demo_app_says_is_the_same(document):
    kinds = {str: "string", int: "integer", float: "number"}

    allowed = document["components"]["schemas"]["Properties"]["properties"]

    assert {name: said["type"] for name, said in allowed.items()} == {n: kinds[kind] for n, kind in PROPERTIES}
    assert Properties.__annotations__.keys() == dict(PROPERTIES).keys()


def test_message_types_when_compared_in_contract_policy_and_demo_are_the_same():
    assert set(MessageType) == set(MESSAGE_TYPES) == Preferences.__annotations__.keys()


OPERATIONS = [call_of(view) for view in VIEWS]
LEFT_OUT = (positive_data_acceptance, ignored_auth)
"""A body can be well formed and still name an unknown account; tokens have tests of their own (test_gate.py)."""


def _explore(world, call, mode, examples):
    """Send what the schema allows, or what it does not, to one call; what comes back must be as the document says."""
    world.app.extensions["settings"] = replace(world.app.extensions["settings"], intake_rate_per_minute=10**6)
    schema = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", world.app)
    operation = schema[call.path][call.method]
    scope = operation.definition.raw["security"][0]["bearer"][0]
    token = Machine(world, scope).token
    # A batch with a bad event is taken: its answer names the event, which the document cannot say in a schema.
    excluded = [*LEFT_OUT, negative_data_rejection] if call.path == "/usage-events" else [*LEFT_OUT]

    @seed(2207)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def send(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=excluded)

    send()


MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
BY_NAME = {"argvalues": OPERATIONS, "ids": lambda call: f"{call.method}{call.path}"}


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("call", **BY_NAME)
def test_call_when_explored_answers_as_the_document_says(world, call, mode):
    _explore(world, call, mode, 8)  # in two modes, on two databases: 32


@pytest.mark.hostile
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("call", **BY_NAME)
def test_call_when_explored_for_long_answers_as_the_document_says(world, call, mode):
    _explore(world, call, mode, 1_000)
