"""Policy variables: one policy for all, and each user manages nobody but itself."""

import json

import pytest

from expect import access_denied, no_identity_policy, refused
from harness import Credentials, allow, both, deny, trust


@pytest.fixture
def self_service(account):
    """AWS's example policy for managing one's own keys, attached to a group."""
    policy = account.new_policy(
        both(
            allow(["iam:*AccessKey*", "iam:GetUser", "iam:ListUserTags"], "arn:aws:iam::*:user/${aws:username}"),
            allow("iam:ListUsers"),
        )
    )
    account.iam.create_group(GroupName="everybody")
    account.iam.attach_group_policy(GroupName="everybody", PolicyArn=policy)

    def join(name, **more):
        user = account.new_user(name=name, **more)
        account.iam.add_user_to_group(GroupName="everybody", UserName=name)
        return user

    return join


def test_each_user_rotates_its_own_key(self_service):
    alice = self_service("alice")
    second = Credentials.of_key(alice.iam.create_access_key(UserName="alice"))
    rotated = alice.account.client("iam", second)
    rotated.update_access_key(UserName="alice", AccessKeyId=alice.credentials.access_key, Status="Inactive")
    rotated.delete_access_key(UserName="alice", AccessKeyId=alice.credentials.access_key)
    assert [key["AccessKeyId"] for key in rotated.list_access_keys()["AccessKeyMetadata"]] == [second.access_key]


def test_nobody_touches_another(account, self_service):
    alice, bob = self_service("alice"), self_service("bob")
    with access_denied(alice.arn, "iam:CreateAccessKey", bob.arn, no_identity_policy("iam:CreateAccessKey")):
        alice.iam.create_access_key(UserName="bob")
    with access_denied(alice.arn, "iam:GetUser", bob.arn, no_identity_policy("iam:GetUser")):
        alice.iam.get_user(UserName="bob")
    assert len(account.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]) == 1


def test_a_name_that_begins_alike_is_another_name(self_service):
    alice, longer = self_service("alice"), self_service("alice2")
    for caller, other in ((alice, "alice2"), (longer, "alice")):
        with refused("AccessDenied", status=403):
            caller.iam.get_user(UserName=other)


def test_a_path_is_part_of_the_resource(self_service):
    """`user/${aws:username}` does not fit a user with a path, as on AWS."""
    carol = self_service("carol", path="/staff/")
    with refused("AccessDenied", status=403):
        carol.iam.get_user(UserName="carol")


def test_a_renamed_user_is_another_name(account, self_service):
    alice = self_service("alice")
    account.iam.update_user(UserName="alice", NewUserName="alicia")
    assert alice.iam.get_user(UserName="alicia")["User"]["UserName"] == "alicia"


def test_role_sessions_have_no_user_name(account, self_service):
    """An absent variable matches nothing."""
    alice = self_service("alice")
    role = account.new_role(trust(alice.arn), allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}"))
    with refused("AccessDenied", status=403):
        account.client("iam", alice.assume(role)).get_user(UserName="alice")


def test_a_default_value(account):
    user = account.new_user(
        allow("iam:GetUser", account.arn("user/${aws:PrincipalTag/team, 'nobody'}/*")), name="u"
    )
    account.iam.create_user(UserName="x", Path="/nobody/")
    account.iam.create_user(UserName="y", Path="/blue/")
    assert user.iam.get_user(UserName="x")["User"]
    with refused("AccessDenied", status=403):
        user.iam.get_user(UserName="y")
    account.iam.tag_user(UserName="u", Tags=[{"Key": "team", "Value": "blue"}])
    assert user.iam.get_user(UserName="y")["User"]
    with refused("AccessDenied", status=403):
        user.iam.get_user(UserName="x")


def test_variables_in_conditions(account):
    user = account.new_user(
        allow("iam:TagUser", Condition={"StringEquals": {"aws:RequestTag/owner": "${aws:username}"}}), name="alice"
    )
    user.iam.tag_user(UserName="alice", Tags=[{"Key": "owner", "Value": "alice"}])
    with refused("AccessDenied", status=403):
        user.iam.tag_user(UserName="alice", Tags=[{"Key": "owner", "Value": "bob"}])


def test_a_deny_without_mfa(account):
    """The usual statement: with a long-term key the condition key is absent, BoolIfExists catches it and Bool does not."""
    fenced = account.new_user(
        both(allow("iam:ListUsers"), deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))
    )
    with refused("AccessDenied", status=403):
        fenced.iam.list_users()
    loose = account.new_user(
        both(allow("iam:ListUsers"), deny("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
    )
    assert loose.iam.list_users()["Users"]


@pytest.mark.parametrize("network, allowed", [("127.0.0.0/8", True), ("203.0.113.0/24", False)])
def test_source_address(account, network, allowed):
    user = account.new_user(allow("iam:ListUsers", Condition={"IpAddress": {"aws:SourceIp": network}}))
    if allowed:
        assert user.iam.list_users()["Users"]
    else:
        with refused("AccessDenied", status=403):
            user.iam.list_users()


@pytest.mark.parametrize("operator, value, allowed", [
    ("DateLessThan", "2020-01-01T00:00:00Z", False),
    ("DateGreaterThan", "2020-01-01T00:00:00Z", True),
])
def test_time(account, operator, value, allowed):
    user = account.new_user(allow("iam:ListUsers", Condition={operator: {"aws:CurrentTime": value}}))
    if allowed:
        assert user.iam.list_users()["Users"]
    else:
        with refused("AccessDenied", status=403):
            user.iam.list_users()


def test_secure_transport_is_false_over_plain_http(account):
    user = account.new_user(
        json.dumps(both(allow("iam:ListUsers"), deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}})))
    )
    with refused("AccessDenied", status=403):
        user.iam.list_users()


def test_not_action_and_not_resource(account):
    user = account.new_user({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "NotAction": "iam:Delete*", "Resource": "*"},
            {"Effect": "Deny", "Action": "iam:Get*", "NotResource": account.arn("user/seen")},
        ],
    })
    for name in ("seen", "hidden"):
        user.iam.create_user(UserName=name)
    assert user.iam.get_user(UserName="seen")["User"]
    for call in (user.iam.get_user, user.iam.delete_user):
        with refused("AccessDenied", status=403):
            call(UserName="hidden")


def test_a_lone_deny_grants_nothing(account):
    user = account.new_user({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Action": "iam:*", "NotResource": account.arn("user/*")},
    })
    with refused("AccessDenied", status=403):
        user.iam.get_user(UserName=user.name)
