"""Plays the scenarios: every case; and for every operation a denial, the least permission, the record, missing members."""

import os
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

import harness
import scenario
from expect import refused
from scenario import Play, all_scenarios, declared_errors

COVERAGE = Path(__file__).resolve().parents[2] / "docs" / "coverage" / "scenarios.md"
TEMPLATES = {"KEYGATE_ROLE_TEMPLATES": str(Path(__file__).with_name("role_templates.json"))}
# Errors that no client can provoke, whatever the operation.
NEVER_PROVOKED = {
    "ServiceFailure": "only a broken store",
    "ConcurrentModification": "a write that meets another one runs again instead",
}
CASES = [(one, case) for one in all_scenarios() for case in one.cases]
SUCCEEDING = [one for one in all_scenarios() if one.success]
DENIABLE = [one for one in SUCCEEDING if not one.not_denied]
ALONE = [one for one in DENIABLE if "as" not in one.success and one.success.get("alone", True)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The server of the scenarios, with role templates."""
    running = harness.Server(tmp_path_factory.mktemp("server"), environment=TEMPLATES).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def server_with(server, tmp_path_factory):
    """`server_with(quotas)`: the module's server, or one of these quotas, so that a limit is met with few entities."""
    running = {}

    def of(quotas):
        if not quotas:
            return server
        setting = ",".join(f"{name}={limit}" for name, limit in sorted(quotas.items()))
        if setting not in running:
            home = tmp_path_factory.mktemp("quotas")
            running[setting] = harness.Server(home, environment={"KEYGATE_QUOTAS": setting, **TEMPLATES}).start()
        return running[setting]

    yield of
    for one in running.values():
        one.stop()


@pytest.mark.parametrize("one, case", CASES, ids=[f"{one}-{case['name']}" for one, case in CASES])
def test_case(server_with, one, case):
    play = Play(one, case, server_with(case.get("quotas")))
    play.prepare()
    play.run()


@pytest.mark.parametrize("one", DENIABLE, ids=str)
def test_denied(server, one):
    """Who has no permission is denied, by AWS's sentence, and the account stays as it is; the denial is recorded."""
    play = Play(one, one.success, server)
    play.prepare()
    nobody = play.account.new_user()
    with refused("AccessDenied", status=403) as told:
        call(play, nobody.client(one.service, validate=False))
    sentence = told.response["Error"]["Message"]
    assert sentence.startswith(f"User: {nobody.arn} is not authorized to perform: "), sentence
    found = harness.eventually(lambda: [r for r in records(play, one.operation) if r.get("errorCode") == "AccessDenied"])
    assert found and found[-1]["errorMessage"] == sentence


@pytest.mark.parametrize("one", ALONE, ids=str)
def test_allowed_with_the_least_permission(server, one):
    """Who is allowed this action and nothing else (but what the scenario says it needs, such as iam:PassRole) may."""
    play = Play(one, one.success, server)
    play.prepare()
    actions = [f"{one.service}:{one.operation}", *one.success.get("also_allow", [])]
    allowed = play.account.new_user(harness.allow(actions))
    play.run(allowed.credentials)


@pytest.mark.parametrize("one", SUCCEEDING, ids=str)
def test_recorded(server, one):
    """The call is in the trail."""
    play = Play(one, one.success, server)
    play.prepare()
    before = len(records(play, one.operation))
    play.run()
    assert harness.eventually(lambda: len(records(play, one.operation)) > before), "no record"
    service = {"iam": "iam.amazonaws.com", "sts": "sts.amazonaws.com"}[one.service]
    assert records(play, one.operation)[-1]["eventSource"] == service


@pytest.mark.parametrize("one", SUCCEEDING, ids=str)
def test_missing_members(server, one):
    """Each required member in turn is left out: a validation error, never a failure of the server."""
    required = model(one).input_shape.required_members if model(one).input_shape else []
    if not required:
        return
    play = Play(one, one.success, server)
    play.prepare()
    client = play.account.client(one.service, play.credentials(one.success), validate=False)
    for member in required:
        parameters = {name: value for name, value in play.parameters().items() if name != member}
        with pytest.raises(ClientError) as caught:
            getattr(client, xform_name(one.operation))(**parameters)
        told = caught.value.response
        assert told["ResponseMetadata"]["HTTPStatusCode"] == 400, (member, told)
        assert told["Error"]["Code"] in ("ValidationError", "MissingParameter", "InvalidInput"), (member, told)


def call(play, client):
    return getattr(client, xform_name(play.scenario.operation))(**play.parameters())


def records(play, name):
    import json

    lines = play.server.keygate("events", "--event-name", name).stdout.splitlines()
    found = [json.loads(line) for line in lines if line.strip()]
    return [record for record in found if record.get("recipientAccountId") == play.account.id]


def model(one):
    return service_model(one.service).operation_model(one.operation)


def service_model(service):
    return _SESSION.get_service_model(service)


_SESSION = botocore.session.get_session()


# -- coverage -----------------------------------------------------------------------------------------------------------


def coverage():
    """The table: every implemented operation, its cases, its errors, and what is not shown."""
    waiting = {
        tuple(line.split())
        for line in (Path(__file__).parent / "not_implemented.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }
    later = {("sts", "AssumeRoleWithSAML"), ("sts", "AssumeRoleWithWebIdentity")}
    known = {(one.service, one.operation): one for one in all_scenarios()}
    lines = [
        "# Scenarios",
        "",
        "Written by a test (`tests/clients/test_scenarios.py`): what a real client is shown to get from every implemented",
        "operation. Cases stand in `tests/clients/scenarios`. Denial, least permission, audit record and missing members",
        "are tried for every operation that has a scenario. In no row:",
        *(f"- {code}: {reason}." for code, reason in NEVER_PROVOKED.items()),
        "",
        "| operation | cases | errors provoked | declared, not provoked | denied | recorded |",
        "|---|---|---|---|---|---|",
    ]
    for service in scenario.SERVICES:
        for name in sorted(service_model(service).operation_names):
            if (service, name) in waiting | later:
                continue
            one = known.get((service, name))
            declared = set(declared_errors(service_model(service).operation_model(name))) - set(NEVER_PROVOKED)
            if one is None:
                lines.append(f"| {service}:{name} | none | | {', '.join(sorted(declared))} | | |")
                continue
            missing = [
                f"{code} ({one.not_provoked[code]})" if code in one.not_provoked else f"**{code}**"
                for code in sorted(declared - one.provoked)
            ]
            denied = one.not_denied or ("yes" if one.success else "no")
            lines.append(
                f"| {service}:{name} | {len(one.cases)} | {', '.join(sorted(one.provoked))} | {', '.join(missing)} "
                f"| {denied} | {'yes' if one.success else 'no'} |"
            )
    return "\n".join(lines) + "\n"


def test_the_coverage_is_current():
    written = coverage()
    if os.environ.get("UPDATE_COVERAGE") == "1":
        COVERAGE.write_text(written)
    assert COVERAGE.read_text() == written, "UPDATE_COVERAGE=1 writes it anew"


def test_every_file_is_of_an_operation():
    for one in all_scenarios():
        assert one.operation in service_model(one.service).operation_names, str(one)
        declared = set(declared_errors(model(one)))
        assert set(one.not_provoked) <= declared - one.provoked, f"{one}: gives reasons for what is provoked"
