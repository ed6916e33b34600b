"""boto3's modelled exceptions and AWS's texts for them."""

import re

import pytest

import signed
from expect import (
    access_denied,
    denied_by,
    no_boundary,
    no_identity_policy,
    no_session_policy,
    refused,
    validation,
)
from harness import allow, both, deny, text, trust

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


# -- the exception classes that boto3 makes of the answers ----------------------------------------------------------


def test_no_such_entity(iam):
    with pytest.raises(iam.exceptions.NoSuchEntityException) as caught:
        iam.get_user(UserName="nobody")
    response = caught.value.response
    assert response["Error"] == {
        "Type": "Sender",
        "Code": "NoSuchEntity",
        "Message": "The user with name nobody cannot be found.",
    }
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_entity_already_exists(iam):
    iam.create_user(UserName="twice")
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException) as caught:
        iam.create_user(UserName="twice")
    assert caught.value.response["Error"]["Message"] == "User with name twice already exists."
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_limit_exceeded(iam):
    iam.create_user(UserName="keys")
    iam.create_access_key(UserName="keys")
    iam.create_access_key(UserName="keys")
    with pytest.raises(iam.exceptions.LimitExceededException) as caught:
        iam.create_access_key(UserName="keys")
    assert caught.value.response["Error"]["Message"] == "Cannot exceed quota for AccessKeysPerUser: 2"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_delete_conflict(iam):
    iam.create_user(UserName="busy")
    iam.attach_user_policy(UserName="busy", PolicyArn=READ_ONLY)
    with pytest.raises(iam.exceptions.DeleteConflictException) as caught:
        iam.delete_user(UserName="busy")
    assert caught.value.response["Error"]["Message"] == "Cannot delete entity, must detach all policies first."
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_malformed_policy_document(iam):
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException) as caught:
        iam.create_policy(PolicyName="broken", PolicyDocument="{")
    assert caught.value.response["Error"]["Message"] == "Syntax errors in policy."
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


# -- NoSuchEntity, EntityAlreadyExists: the text per kind -----------------------------------------------------------

MISSING = [
    ("get_role", {"RoleName": "x"}, "The role with name x cannot be found."),
    ("get_group", {"GroupName": "x"}, "The group with name x cannot be found."),
    ("delete_user", {"UserName": "x"}, "The user with name x cannot be found."),
    ("get_instance_profile", {"InstanceProfileName": "x"}, "Instance Profile x cannot be found."),
    ("list_access_keys", {"UserName": "x"}, "The user with name x cannot be found."),
    ("list_attached_role_policies", {"RoleName": "x"}, "The role with name x cannot be found."),
    ("attach_group_policy", {"GroupName": "x", "PolicyArn": READ_ONLY}, "The group with name x cannot be found."),
]


@pytest.mark.parametrize("operation, parameters, message", MISSING, ids=[case[0] for case in MISSING])
def test_what_is_missing_is_named(iam, operation, parameters, message):
    with refused("NoSuchEntity", message, status=404):
        getattr(iam, operation)(**parameters)


def test_a_missing_policy_is_named_by_its_arn(account, iam):
    arn = account.arn("policy/none")
    with refused("NoSuchEntity", [f"Policy {arn} was not found.", f"Policy {arn} does not exist or is not attachable."]):
        iam.get_policy(PolicyArn=arn)
    account.new_user(name="u")
    with refused("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", status=404):
        iam.attach_user_policy(UserName="u", PolicyArn=arn)
    with refused("NoSuchEntity", f"Policy {READ_ONLY} was not found.", status=404):
        iam.detach_user_policy(UserName="u", PolicyArn=READ_ONLY)
    with refused("NoSuchEntity", status=404):
        iam.get_policy_version(PolicyArn=READ_ONLY, VersionId="v99999")


def test_missing_inline_policies_and_keys(account, iam):
    account.new_user(name="u")
    account.new_role(trust(account.id), name="r")
    iam.create_group(GroupName="g")
    with refused("NoSuchEntity", "The user policy with name p cannot be found."):
        iam.get_user_policy(UserName="u", PolicyName="p")
    with refused("NoSuchEntity", "The role policy with name p cannot be found."):
        iam.get_role_policy(RoleName="r", PolicyName="p")
    with refused("NoSuchEntity", "The group policy with name p cannot be found."):
        iam.delete_group_policy(GroupName="g", PolicyName="p")
    with refused("NoSuchEntity", re.compile(r"The Access Key with id AKIA234567ABCDEFGHIJ cannot be found\.?")):
        iam.delete_access_key(UserName="u", AccessKeyId="AKIA234567ABCDEFGHIJ")


def test_what_exists_already_is_named(account, iam):
    account.new_role(trust(account.id), name="r")
    account.new_policy(allow("s3:*"), name="p")
    iam.create_group(GroupName="g")
    iam.create_instance_profile(InstanceProfileName="i")
    with refused("EntityAlreadyExists", "Role with name r already exists.", status=409):
        account.new_role(trust(account.id), name="r")
    with refused("EntityAlreadyExists", "Group with name g already exists.", status=409):
        iam.create_group(GroupName="g")
    with refused("EntityAlreadyExists", "A policy called p already exists. Duplicate names are not allowed."):
        account.new_policy(allow("s3:*"), name="p")
    with refused("EntityAlreadyExists", "Instance Profile i already exists."):
        iam.create_instance_profile(InstanceProfileName="i")


def test_names_are_unique_ignoring_case(iam):
    iam.create_user(UserName="Alice")
    with refused("EntityAlreadyExists", re.compile("User with name (alice|Alice) already exists.")):
        iam.create_user(UserName="alice")


# -- AccessDenied: AWS's whole sentence -----------------------------------------------------------------------------


def test_no_identity_based_policy(account, new_user_with):
    """The sentence, letter by letter."""
    caller = new_user_with(allow("s3:*"), name="x")
    sentence = (
        f"User: arn:aws:iam::{account.id}:user/x is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{account.id}:user/y because no identity-based policy allows the iam:CreateUser action"
    )
    with refused("AccessDenied", sentence, status=403) as denied:
        caller.iam.create_user(UserName="y")
    assert denied.response["Error"]["Type"] == "Sender"


def test_an_existing_entity_is_named_by_type_and_name(account, new_user_with):
    """IAM writes "user NAME", "role NAME", "policy ARN" for what a call is about."""
    caller = new_user_with(allow("s3:*"))
    role = account.new_role(trust(account.id))["RoleName"]
    policy = account.new_policy(allow("s3:*"))
    account.iam.create_group(GroupName="g")
    account.iam.create_instance_profile(InstanceProfileName="p")
    cases = [
        ("GetUser", lambda iam: iam.get_user(), f"user {caller.name}"),
        ("ListUserPolicies", lambda iam: iam.list_user_policies(UserName=caller.name), f"user {caller.name}"),
        ("ListAccessKeys", lambda iam: iam.list_access_keys(UserName=caller.name), f"user {caller.name}"),
        ("GetRole", lambda iam: iam.get_role(RoleName=role), f"role {role}"),
        ("AttachRolePolicy", lambda iam: iam.attach_role_policy(RoleName=role, PolicyArn=policy), f"role {role}"),
        ("ListAttachedGroupPolicies", lambda iam: iam.list_attached_group_policies(GroupName="g"), "group g"),
        ("AddUserToGroup", lambda iam: iam.add_user_to_group(GroupName="g", UserName=caller.name), "group g"),
        ("GetPolicy", lambda iam: iam.get_policy(PolicyArn=policy), f"policy {policy}"),
        ("TagPolicy", lambda iam: iam.tag_policy(PolicyArn=policy, Tags=TAGS), f"policy {policy}"),
        ("GetInstanceProfile", lambda iam: iam.get_instance_profile(InstanceProfileName="p"), "instance profile p"),
        (
            "AddRoleToInstanceProfile",
            lambda iam: iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName=role),
            "instance profile p",
        ),
    ]
    names_the_resource(caller, cases)


def test_what_is_created_or_listed_is_named_by_arn(account, new_user_with):
    """Policies are AWS's exception: "policy NAME" is created, "policy path PREFIX" is listed."""
    caller = new_user_with(allow(["iam:CreateRole", "iam:CreatePolicy"], Condition={"Null": {"aws:TagKeys": "false"}}))
    document, trusted = text(allow("s3:*")), text(trust(account.id))
    cases = [
        ("CreateUser", lambda iam: iam.create_user(UserName="x", Path="/p/"), account.arn("user/p/x")),
        ("CreateGroup", lambda iam: iam.create_group(GroupName="x"), account.arn("group/x")),
        ("CreateRole", lambda iam: iam.create_role(RoleName="x", AssumeRolePolicyDocument=trusted), account.arn("role/x")),
        ("TagRole", lambda iam: iam.create_role(RoleName="x", AssumeRolePolicyDocument=trusted, Tags=TAGS), account.arn("role/x")),
        ("CreateInstanceProfile", lambda iam: iam.create_instance_profile(InstanceProfileName="x"), account.arn("instance-profile/x")),
        ("CreatePolicy", lambda iam: iam.create_policy(PolicyName="x", Path="/p/", PolicyDocument=document), "policy x"),
        ("TagPolicy", lambda iam: iam.create_policy(PolicyName="x", PolicyDocument=document, Tags=TAGS), "policy x"),
        ("ListRoles", lambda iam: iam.list_roles(), account.arn("role/")),
        ("ListUsers", lambda iam: iam.list_users(PathPrefix="/p/"), account.arn("user/p/")),
        ("ListInstanceProfiles", lambda iam: iam.list_instance_profiles(), account.arn("instance-profile/")),
        ("ListPolicies", lambda iam: iam.list_policies(), "policy path /"),
        ("GetAccountSummary", lambda iam: iam.get_account_summary(), "*"),
    ]
    names_the_resource(caller, cases)


TAGS = [{"Key": "team", "Value": "blue"}]


def names_the_resource(caller, cases):
    """Each call (operation, call, resource) is denied with this resource in the sentence."""
    for operation, call, resource in cases:
        action = f"iam:{operation}"
        sentence = f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource} {no_identity_policy(action)}"
        with refused("AccessDenied", sentence, status=403):
            call(caller.iam)


def test_explicit_deny_in_an_identity_based_policy(account, new_user_with):
    caller = new_user_with(both(allow("iam:*"), deny("iam:CreateUser")))
    with access_denied(caller.arn, "iam:CreateUser", account.arn("user/y"), denied_by("an identity-based policy")):
        caller.iam.create_user(UserName="y")
    assert caller.iam.list_users()["Users"]


def test_explicit_deny_in_a_managed_policy_may_be_named(account, new_user_with):
    caller = new_user_with(allow("iam:*"))
    policy = account.new_policy(deny("iam:DeleteUser"))
    account.iam.attach_user_policy(UserName=caller.name, PolicyArn=policy)
    with access_denied(caller.arn, "iam:DeleteUser", caller.arn, denied_by("an identity-based policy")) as denied:
        caller.iam.delete_user(UserName=caller.name)
    message = denied.response["Error"]["Message"]
    assert message.endswith(("policy", f"policy: {policy}")), message


def test_explicit_deny_in_a_permissions_boundary(account, new_user_with):
    boundary = account.new_policy(both(allow("*"), deny("iam:CreateUser")))
    caller = new_user_with(allow("iam:*"), boundary=boundary)
    with access_denied(caller.arn, "iam:CreateUser", account.arn("user/y"), denied_by("a permissions boundary")):
        caller.iam.create_user(UserName="y")


def test_no_permissions_boundary_allows(account, new_user_with):
    boundary = account.new_policy(allow("s3:*"))
    caller = new_user_with(allow("iam:*"), boundary=boundary)
    with access_denied(caller.arn, "iam:CreateUser", account.arn("user/y"), no_boundary("iam:CreateUser")):
        caller.iam.create_user(UserName="y")


def test_no_session_policy_allows(account, new_user_with):
    caller = new_user_with()
    role = account.new_role(trust(caller.arn), allow("iam:*"))
    session = caller.assume(role, "session", Policy=text(allow("iam:ListUsers")))
    who = account.arn(f"assumed-role/{role['RoleName']}/session", service="sts")
    iam = account.client("iam", session)
    assert iam.list_users()["Users"]
    with access_denied(who, "iam:CreateUser", account.arn("user/y"), no_session_policy("iam:CreateUser")):
        iam.create_user(UserName="y")


def test_explicit_deny_in_a_session_policy(account, new_user_with):
    caller = new_user_with()
    role = account.new_role(trust(caller.arn), allow("iam:*"))
    session = caller.assume(role, "session", Policy=text(both(allow("*"), deny("iam:CreateUser"))))
    who = account.arn(f"assumed-role/{role['RoleName']}/session", service="sts")
    with access_denied(who, "iam:CreateUser", account.arn("user/y"), denied_by("a session policy")):
        account.client("iam", session).create_user(UserName="y")


def test_the_identity_side_is_named_first(account, new_user_with):
    """With several implicit denies, one reason is told: identity, then boundary, then session."""
    boundary = account.new_policy(allow("s3:*"))
    caller = new_user_with(allow("s3:*"), boundary=boundary)
    with access_denied(caller.arn, "iam:CreateUser", account.arn("user/y"), no_identity_policy("iam:CreateUser")):
        caller.iam.create_user(UserName="y")


def test_a_denied_call_changes_nothing(account, new_user_with):
    caller = new_user_with(allow("iam:GetUser"))
    for attempt in (
        lambda: caller.iam.create_user(UserName="y"),
        lambda: caller.iam.delete_user(UserName=caller.name),
        lambda: caller.iam.put_user_policy(UserName=caller.name, PolicyName="me", PolicyDocument=text(allow("*"))),
    ):
        with refused("AccessDenied", status=403):
            attempt()
    assert account.iam.list_user_policies(UserName=caller.name)["PolicyNames"] == ["given"]
    assert [user["UserName"] for user in account.iam.list_users()["Users"]] == [caller.name]


def test_denial_comes_before_existence(account, new_user_with):
    """Who may not look cannot find out whether a name exists."""
    caller = new_user_with(allow("s3:*"))
    account.new_user(name="known")
    told = []
    for name in ("known", "unknown"):
        with refused("AccessDenied", status=403) as denied:
            caller.iam.get_user(UserName=name)
        told.append(denied.response["Error"]["Message"].replace(name, "*"))
    assert told[0] == told[1]


# -- ValidationError ------------------------------------------------------------------------------------------------


@pytest.fixture
def raw(account):
    """An IAM client that sends what boto3 would refuse by itself."""
    return account.client("iam", validate=False)


def test_too_long(raw):
    name = "a" * 65
    wanted = validation("userName", name, "Member must have length less than or equal to 64")
    with refused("ValidationError", wanted, status=400):
        raw.create_user(UserName=name)


def test_too_short(raw):
    wanted = validation("userName", "", "Member must have length greater than or equal to 1")
    with refused("ValidationError", [wanted, re.compile(r"[12] validation errors? detected: .*Value '' at 'userName' failed to satisfy constraint: .*")]):
        raw.create_user(UserName="")


def test_wrong_characters(raw, account):
    """AWS was seen with the model's constraint and with a sentence of its own."""
    for call, field, pattern in (
        (lambda: raw.create_user(UserName="no spaces"), "userName", r"[\w+=,.@-]+"),
        (lambda: raw.create_role(RoleName="no spaces", AssumeRolePolicyDocument=text(trust(account.id))), "roleName", r"[\w+=,.@-]+"),
    ):
        constraint = f"Member must satisfy regular expression pattern: {pattern}"
        sentence = f"The specified value for {field} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
        with refused("ValidationError", [validation(field, "no spaces", constraint), sentence], status=400):
            call()


def test_missing(raw):
    wanted = validation("roleName", None, "Member must not be null")
    with refused("ValidationError", wanted, status=400):
        raw.get_role()


def test_out_of_range(account, raw):
    role = account.new_role(trust(account.id))["RoleName"]
    wanted = validation("maxSessionDuration", 3599, "Member must have value greater than or equal to 3600")
    with refused("ValidationError", wanted, status=400):
        raw.update_role(RoleName=role, MaxSessionDuration=3599)
    wanted = validation("maxSessionDuration", 43201, "Member must have value less than or equal to 43200")
    with refused("ValidationError", wanted, status=400):
        raw.update_role(RoleName=role, MaxSessionDuration=43201)


def test_not_in_the_enumeration(raw, account):
    user = account.new_user()
    with refused("ValidationError", re.compile(
        r"1 validation error detected: Value 'Asleep' at 'status' failed to satisfy constraint: "
        r"Member must satisfy enum value set: \[.*Active.*\]"
    ), status=400):
        raw.update_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key, Status="Asleep")


def test_several_errors_are_counted_and_joined(raw):
    user, group = "u" * 129, "g" * 129
    with refused("ValidationError", status=400) as told:
        raw.add_user_to_group(UserName=user, GroupName=group)
    message = told.response["Error"]["Message"]
    assert message.startswith("2 validation errors detected: "), message
    parts = message.removeprefix("2 validation errors detected: ").split("; ")
    assert sorted(parts) == [
        f"Value '{group}' at 'groupName' failed to satisfy constraint: Member must have length less than or equal to 128",
        f"Value '{user}' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 128",
    ]


@pytest.mark.parametrize("path", ["staff", "/staff", "staff/"])
def test_paths_begin_and_end_with_a_slash(raw, path):
    with refused("ValidationError", [
        re.compile(rf"1 validation error detected: Value '{path}' at 'path' failed to satisfy constraint: Member must satisfy regular expression pattern: .*"),
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    ], status=400):
        raw.create_user(UserName="p", Path=path)


def test_an_unknown_operation_is_refused(account):
    """Fail closed: an Action that IAM does not have."""
    answer = signed.query(account, "iam", {"Action": "CreateEverything", "Version": "2010-05-08"})
    assert answer.status == 400 and answer.code == "InvalidAction"
    assert answer.message == "Could not find operation CreateEverything for version 2010-05-08"
