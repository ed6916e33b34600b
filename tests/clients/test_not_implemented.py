"""Operations without an implementation say so, in AWS's form, and are authorized and recorded like any other."""

import re
from pathlib import Path

import boto3
import pytest
from botocore import UNSIGNED, xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

import harness
from expect import no_identity_policy, refused

LISTED = [
    tuple(line.split())
    for line in (Path(__file__).parent / "not_implemented.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
# Values that satisfy the models' patterns; the first that fits is taken.
CANDIDATES = [
    "name-1", "arn:aws:iam::123456789012:saml-provider/name", "arn:aws:iam::123456789012:user/name", "123456", "https://example.com",
    "AKIAIOSFODNN7EXAMPLE", "ABCDEFGHIJKLMNOPQRSTUVWX", "123456789012", "d" * 40, "11111111-1111-4111-8111-111111111111",
    "aws-ec2", "ES384", "ou-abcd-abcdefgh", "o-abcdefghij/r-abcd",
]


def value(shape, name):
    """A value that the model of a member accepts."""
    kind, bounds = shape.type_name, shape.metadata
    if kind == "structure":
        # An empty structure leaves no trace in a Query request: one that requires nothing is filled.
        return {member: value(shape.members[member], member) for member in shape.required_members or shape.members}
    if kind == "list":
        return [value(shape.member, name)] * max(1, bounds.get("min", 1))
    if kind == "map":
        return {value(shape.key, name): value(shape.value, name)}
    if kind == "boolean":
        return True
    if kind in ("integer", "long"):
        return max(1, bounds.get("min", 1))
    if kind == "timestamp":
        return 1_700_000_000
    if kind == "blob":
        return b"blob"
    if bounds.get("enum"):
        return bounds["enum"][0]
    least, most = bounds.get("min", 0), bounds.get("max", 10**6)
    for candidate in CANDIDATES:
        padded = candidate + "x" * max(0, least - len(candidate))
        if least <= len(padded) <= most and fits(bounds.get("pattern"), padded):
            return padded
    raise AssertionError(f"no value for {name}: {dict(bounds)}")


def fits(pattern, text):
    """Java's `\\p{…}` classes are more than Python knows; what has them takes any of the candidates."""
    return pattern is None or "\\p{" in pattern or re.fullmatch(pattern, text) is not None


def call(client, operation):
    """Calls an operation with the least that its model requires."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    parameters = {name: value(shape.members[name], name) for name in shape.required_members} if shape else {}
    return getattr(client, xform_name(operation))(**parameters)


@pytest.mark.parametrize("service, operation", LISTED, ids=[f"{service}-{operation}" for service, operation in LISTED])
def test_says_that_it_is_not_implemented(root, service, operation):
    with refused("NotImplemented", status=501) as told:
        call(root.client(service), operation)
    assert operation in told.response["Error"]["Message"]


def test_the_list_names_only_operations_that_exist(root):
    for service, operation in LISTED:
        assert operation in root.client(service).meta.service_model.operation_names, operation
    assert len(LISTED) == len(set(LISTED))


def test_denied_like_any_other(account):
    user = account.new_user()
    with pytest.raises(ClientError) as caught:
        user.client("organizations").describe_organization()
    told = caught.value.response["Error"]
    assert told["Code"] == "AccessDeniedException", told
    assert told["Message"] == (
        f"User: {user.arn} is not authorized to perform: organizations:DescribeOrganization on resource: * "
        + no_identity_policy("organizations:DescribeOrganization")
    )


def test_recorded_like_any_other(account):
    with pytest.raises(ClientError):
        account.client("organizations").describe_organization()
    found = harness.eventually(lambda: [
        line for line in account.server.keygate("events", "--event-name", "DescribeOrganization").stdout.splitlines()
        if account.id in line
    ])
    assert found and "NotImplemented" in found[-1]


@pytest.mark.parametrize("service, operation, parameters", [
    ("organizations", "describe_organization", {}),
    ("accessanalyzer", "list_analyzers", {}),
    ("cloudtrail", "lookup_events", {}),
])
def test_services_that_come_later(account, service, operation, parameters):
    """The JSON protocols answer in their own form."""
    with pytest.raises(ClientError) as caught:
        getattr(account.client(service), operation)(**parameters)
    response = caught.value.response
    assert response["Error"]["Code"] in ("NotImplemented", "NotImplementedException"), response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize("operation, parameters", [
    ("assume_role_with_saml", {"RoleArn": "arn:aws:iam::123456789012:role/role-x", "PrincipalArn": "arn:aws:iam::123456789012:saml-provider/x", "SAMLAssertion": "AAAA"}),
    ("assume_role_with_web_identity", {"RoleArn": "arn:aws:iam::123456789012:role/role-x", "RoleSessionName": "session", "WebIdentityToken": "aaaa.bbbb.cccc"}),
])
def test_federation_without_signature_fails_closed(server, operation, parameters):
    """Not implemented yet, and unsigned by design: no credentials come out."""
    sts = boto3.client(
        "sts", endpoint_url=server.endpoint, region_name=harness.REGION,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError) as caught:
        getattr(sts, operation)(**parameters)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403, 501)
