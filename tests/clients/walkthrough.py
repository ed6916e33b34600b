"""The walkthrough of the first release, as scenarios: each is built once and may be checked again and again.

A scenario is a pair of functions, `build(world)` and `check(world, built)`; checks change nothing that the next check
relies on, so that they can be repeated after a restart.
"""

import contextlib
import dataclasses
import re

import pytest

import drivers
import harness
from expect import INVALID_TOKEN, denied_by, fits, no_boundary, no_identity_policy, resource_forms
from harness import Credentials, allow, both, deny, text, trust, unique

LAMBDA_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
READ_ONLY_IAM = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclasses.dataclass
class World:
    """A client, and two accounts to administer with it."""

    driver: object
    account: harness.Account
    other: harness.Account

    def root(self, operation, **parameters):
        """An IAM call by the root user of the first account."""
        return self.as_(self.account.credentials, "iam", operation, **parameters)

    def other_root(self, operation, **parameters):
        """An IAM call by the root user of the second account."""
        return self.as_(self.other.credentials, "iam", operation, **parameters)

    def as_(self, credentials, service, operation, **parameters):
        return self.driver.call(self.account.server, credentials, service, operation, **parameters)

    def user(self, *, policies=(), groups=(), boundary=None):
        """A user with a key, attached managed policies and groups: (name, ARN, credentials)."""
        name = unique("user")
        more = {"PermissionsBoundary": boundary} if boundary else {}
        arn = self.root("CreateUser", UserName=name, **more)["User"]["Arn"]
        for policy in policies:
            self.root("AttachUserPolicy", UserName=name, PolicyArn=policy)
        for group in groups:
            self.root("AddUserToGroup", GroupName=group, UserName=name)
        return name, arn, Credentials.of_key(self.root("CreateAccessKey", UserName=name))


@contextlib.contextmanager
def refuses(code, message=None):
    """The call must be refused with this code and this text (a string, or a pattern for the whole text)."""
    with pytest.raises(drivers.Refused) as caught:
        yield
    assert caught.value.code == code, caught.value
    assert fits(message, caught.value.message), (caught.value.message, message)


def denies(who, action, resource, why):
    """AccessDenied with AWS's sentence."""
    forms = "|".join(re.escape(form) for form in resource_forms(resource))
    start = re.escape(f"User: {who} is not authorized to perform: {action} on resource: ")
    return refuses("AccessDenied", re.compile(f"{start}(?:{forms}) {re.escape(why)}(?:: arn:aws:iam::[^ ]+)?"))


# -- a service role for Lambda ------------------------------------------------------------------------------------


def build_lambda_role(world):
    name = unique("lambda")
    role = world.root(
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=text(trust({"Service": "lambda.amazonaws.com"})),
        Description="Runs the function",
    )["Role"]
    world.root("AttachRolePolicy", RoleName=name, PolicyArn=LAMBDA_POLICY)
    return role, world.user(policies=[ADMINISTRATOR])


def check_lambda_role(world, built):
    role, (_, who, administrator) = built
    name = role["RoleName"]
    got = world.root("GetRole", RoleName=name)["Role"]
    assert got["Arn"] == world.account.arn(f"role/{name}")
    assert got["RoleId"] == role["RoleId"] and got["RoleId"].startswith("AROA")
    assert got["AssumeRolePolicyDocument"] == trust({"Service": "lambda.amazonaws.com"})
    assert got["Description"] == "Runs the function"
    assert got["MaxSessionDuration"] == 3600
    attached = world.root("ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": LAMBDA_POLICY}]
    version = world.root("GetPolicy", PolicyArn=LAMBDA_POLICY)["Policy"]["DefaultVersionId"]
    document = world.root("GetPolicyVersion", PolicyArn=LAMBDA_POLICY, VersionId=version)["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    # The trust policy names the service and nobody else: not even an administrator may assume the role.
    with refuses("AccessDenied", re.compile(re.escape(f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}") + ".*")):
        world.as_(administrator, "sts", "AssumeRole", RoleArn=role["Arn"], RoleSessionName="not-lambda")


# -- a custom least-privilege policy ------------------------------------------------------------------------------

TABLE = "arn:aws:dynamodb:us-east-1:{}:table/Orders"


def build_dynamodb_policy(world):
    document = both(
        allow(["dynamodb:GetItem", "dynamodb:Query"], TABLE.format(world.account.id), Sid="ReadOrders"),
        allow("dynamodb:PutItem", TABLE.format(world.account.id), Sid="WriteOrders",
              Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}),
    )
    name = unique("orders")
    policy = world.root(
        "CreatePolicy",
        PolicyName=name,
        Path="/app/",
        Description="What the order service needs",
        PolicyDocument=text(document),
        Tags=[{"Key": "team", "Value": "orders"}],
    )["Policy"]
    return policy, document, world.user(policies=[policy["Arn"]])


def check_dynamodb_policy(world, built):
    policy, document, (user, who, credentials) = built
    arn = policy["Arn"]
    assert arn == world.account.arn(f"policy/app/{policy['PolicyName']}")
    got = world.root("GetPolicy", PolicyArn=arn)["Policy"]
    assert got["PolicyId"] == policy["PolicyId"] and got["PolicyId"].startswith("ANPA")
    assert (got["DefaultVersionId"], got["AttachmentCount"], got["IsAttachable"]) == ("v1", 1, True)
    assert got["Tags"] == [{"Key": "team", "Value": "orders"}]
    assert world.root("GetPolicyVersion", PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == document
    entities = world.root("ListEntitiesForPolicy", PolicyArn=arn)
    assert [user["UserName"] for user in entities["PolicyUsers"]] == [user]
    assert entities["PolicyRoles"] == [] and entities["PolicyGroups"] == []
    # Least privilege: what the policy does not name, its holder cannot do.
    with denies(who, "iam:GetUser", who, no_identity_policy("iam:GetUser")):
        world.as_(credentials, "iam", "GetUser", UserName=user)


# -- a role for another account, fenced by an external id ---------------------------------------------------------


def build_cross_account_role(world):
    """The second account owns the role; a user of the first one comes in."""
    name = unique("auditor")
    role = world.other_root(
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=text(
            trust(world.account.arn("root"), Condition={"StringEquals": {"sts:ExternalId": "engagement-4711"}})
        ),
    )["Role"]
    world.other_root("PutRolePolicy", RoleName=name, PolicyName="read", PolicyDocument=text(allow("iam:ListRoles")))
    caller, arn, credentials = world.user()
    world.root(
        "PutUserPolicy",
        UserName=caller,
        PolicyName="assume",
        PolicyDocument=text(allow("sts:AssumeRole", role["Arn"])),
    )
    return role, world.user(), (arn, credentials)


def check_cross_account_role(world, built):
    role, (_, stranger_arn, stranger), (arn, credentials) = built
    start = "User: {} is not authorized to perform: sts:AssumeRole on resource: " + role["Arn"]
    wanted = {"RoleArn": role["Arn"], "RoleSessionName": "review"}
    for wrong in ({"ExternalId": "engagement-4712"}, {}):
        with refuses("AccessDenied", re.compile(re.escape(start.format(arn)) + ".*")):
            world.as_(credentials, "sts", "AssumeRole", **wanted, **wrong)
    # The trust policy lets the whole account in, yet each user needs an Allow of its own.
    with refuses("AccessDenied", re.compile(re.escape(start.format(stranger_arn)) + ".*")):
        world.as_(stranger, "sts", "AssumeRole", **wanted, ExternalId="engagement-4711")

    answer = world.as_(credentials, "sts", "AssumeRole", **wanted, ExternalId="engagement-4711")
    session_arn = world.other.arn(f"assumed-role/{role['RoleName']}/review", service="sts")
    session_id = f"{role['RoleId']}:review"
    assert answer["AssumedRoleUser"] == {"Arn": session_arn, "AssumedRoleId": session_id}
    session = Credentials.of_session(answer)
    assert session.access_key.startswith("ASIA")
    assert world.as_(session, "sts", "GetCallerIdentity") == {
        "UserId": session_id,
        "Account": world.other.id,
        "Arn": session_arn,
    }
    assert role["RoleName"] in [found["RoleName"] for found in world.as_(session, "iam", "ListRoles")["Roles"]]
    with denies(session_arn, "iam:ListUsers", world.other.arn("user/"), no_identity_policy("iam:ListUsers")):
        world.as_(session, "iam", "ListUsers")


# -- a role for EC2: tags, inline policy, instance profile --------------------------------------------------------


def build_ec2_role(world):
    name = unique("web")
    role = world.root(
        "CreateRole",
        RoleName=name,
        Path="/ec2/",
        AssumeRolePolicyDocument=text(trust({"Service": "ec2.amazonaws.com"})),
        Tags=[{"Key": "team", "Value": "web"}, {"Key": "stage", "Value": "test"}],
        MaxSessionDuration=7200,
    )["Role"]
    world.root("TagRole", RoleName=name, Tags=[{"Key": "stage", "Value": "prod"}, {"Key": "cost", "Value": "42"}])
    world.root("UntagRole", RoleName=name, TagKeys=["cost"])
    world.root("PutRolePolicy", RoleName=name, PolicyName="bucket", PolicyDocument=text(bucket_policy()))
    world.root("CreateInstanceProfile", InstanceProfileName=name, Path="/ec2/")
    world.root("AddRoleToInstanceProfile", InstanceProfileName=name, RoleName=name)
    return role


def bucket_policy():
    return allow(["s3:GetObject"], "arn:aws:s3:::assets/*")


def check_ec2_role(world, role):
    name = role["RoleName"]
    got = world.root("GetRole", RoleName=name)["Role"]
    assert got["Arn"] == world.account.arn(f"role/ec2/{name}") and got["MaxSessionDuration"] == 7200
    expected = {"team": "web", "stage": "prod"}
    assert {tag["Key"]: tag["Value"] for tag in got["Tags"]} == expected
    listed = world.root("ListRoleTags", RoleName=name)
    assert {tag["Key"]: tag["Value"] for tag in listed["Tags"]} == expected
    assert world.root("ListRolePolicies", RoleName=name)["PolicyNames"] == ["bucket"]
    inline = world.root("GetRolePolicy", RoleName=name, PolicyName="bucket")
    assert inline["PolicyDocument"] == bucket_policy()
    profile = world.root("GetInstanceProfile", InstanceProfileName=name)["InstanceProfile"]
    assert profile["Arn"] == world.account.arn(f"instance-profile/ec2/{name}")
    assert profile["InstanceProfileId"].startswith("AIPA")
    assert [held["RoleId"] for held in profile["Roles"]] == [role["RoleId"]]
    profiles = world.root("ListInstanceProfilesForRole", RoleName=name)["InstanceProfiles"]
    assert [found["InstanceProfileName"] for found in profiles] == [name]
    with refuses("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."):
        world.root("DeleteInstanceProfile", InstanceProfileName=name)


# -- a group with a managed policy, and its member ----------------------------------------------------------------


def build_group(world):
    group = unique("readers")
    world.root("CreateGroup", GroupName=group)
    world.root("AttachGroupPolicy", GroupName=group, PolicyArn=READ_ONLY_IAM)
    return group, world.user(groups=[group])


def check_group(world, built):
    group, (user, who, credentials) = built
    members = world.root("GetGroup", GroupName=group)
    assert members["Group"]["GroupId"].startswith("AGPA")
    assert [member["UserName"] for member in members["Users"]] == [user]
    assert [found["GroupName"] for found in world.root("ListGroupsForUser", UserName=user)["Groups"]] == [group]
    # What the group allows …
    assert world.as_(credentials, "iam", "GetUser")["User"]["UserName"] == user
    assert group in [found["GroupName"] for found in world.as_(credentials, "iam", "ListGroups")["Groups"]]
    # … and nothing else.
    wanted = world.account.arn("user/intruder")
    with denies(who, "iam:CreateUser", wanted, no_identity_policy("iam:CreateUser")):
        world.as_(credentials, "iam", "CreateUser", UserName="intruder")
    own_group = world.account.arn(f"group/{group}")
    with denies(who, "iam:DetachGroupPolicy", own_group, no_identity_policy("iam:DetachGroupPolicy")):
        world.as_(credentials, "iam", "DetachGroupPolicy", GroupName=group, PolicyArn=READ_ONLY_IAM)
    assert len(world.root("ListAttachedGroupPolicies", GroupName=group)["AttachedPolicies"]) == 1


# -- rotation of an access key ------------------------------------------------------------------------------------


def build_rotation(world):
    """Two keys; the first is taken out of service, as at the end of a rotation."""
    user, who, first = world.user()
    second = Credentials.of_key(world.root("CreateAccessKey", UserName=user))
    assert world.as_(first, "sts", "GetCallerIdentity")["Arn"] == who
    assert world.as_(second, "sts", "GetCallerIdentity")["Arn"] == who
    world.root("UpdateAccessKey", UserName=user, AccessKeyId=first.access_key, Status="Inactive")
    return user, who, first, second


def check_rotation(world, built):
    user, who, first, second = built
    with refuses("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"):
        world.root("CreateAccessKey", UserName=user)
    with refuses("InvalidClientTokenId", INVALID_TOKEN):
        world.as_(first, "sts", "GetCallerIdentity")
    assert world.as_(second, "sts", "GetCallerIdentity")["Arn"] == who
    keys = world.root("ListAccessKeys", UserName=user)["AccessKeyMetadata"]
    assert {key["AccessKeyId"]: key["Status"] for key in keys} == {
        first.access_key: "Inactive",
        second.access_key: "Active",
    }
    # Back into service and out again: each change counts at once.
    world.root("UpdateAccessKey", UserName=user, AccessKeyId=first.access_key, Status="Active")
    assert world.as_(first, "sts", "GetCallerIdentity")["Arn"] == who
    world.root("UpdateAccessKey", UserName=user, AccessKeyId=first.access_key, Status="Inactive")
    with refuses("InvalidClientTokenId", INVALID_TOKEN):
        world.as_(first, "iam", "GetUser")


# -- a boundary that blocks an otherwise allowed call -------------------------------------------------------------


def build_boundary(world):
    boundary = world.root(
        "CreatePolicy",
        PolicyName=unique("boundary"),
        PolicyDocument=text(both(allow(["iam:Get*", "iam:List*", "iam:DeleteUser"]), deny("iam:DeleteUser"))),
    )["Policy"]["Arn"]
    return boundary, world.user(policies=[ADMINISTRATOR], boundary=boundary)


def check_boundary(world, built):
    boundary, (user, who, credentials) = built
    shown = world.root("GetUser", UserName=user)["User"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == boundary
    assert world.as_(credentials, "iam", "GetUser")["User"]["UserName"] == user
    with denies(who, "iam:CreateUser", world.account.arn("user/blocked"), no_boundary("iam:CreateUser")):
        world.as_(credentials, "iam", "CreateUser", UserName="blocked")
    with denies(who, "iam:DeleteUser", who, denied_by("a permissions boundary")):
        world.as_(credentials, "iam", "DeleteUser", UserName=user)
    with refuses("NoSuchEntity", "The user with name blocked cannot be found."):
        world.root("GetUser", UserName="blocked")


SCENARIOS = {
    "lambda-service-role": (build_lambda_role, check_lambda_role),
    "dynamodb-least-privilege": (build_dynamodb_policy, check_dynamodb_policy),
    "cross-account-external-id": (build_cross_account_role, check_cross_account_role),
    "ec2-role-and-profile": (build_ec2_role, check_ec2_role),
    "group-and-member": (build_group, check_group),
    "key-rotation": (build_rotation, check_rotation),
    "permissions-boundary": (build_boundary, check_boundary),
}
