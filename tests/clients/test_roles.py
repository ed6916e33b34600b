"""Roles: life, trust policies, tags, boundaries, conflicts."""

import re
import urllib.parse

import pytest

import signed
from expect import refused
from harness import allow, eventually, text, trust, unique

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_create_and_get(account, iam):
    document = trust({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})
    made = iam.create_role(
        RoleName="r", Path="/app/", AssumeRolePolicyDocument=text(document), Description="d",
        Tags=[{"Key": "team", "Value": "blue"}],
    )["Role"]
    assert made["Arn"] == account.arn("role/app/r") and re.fullmatch(r"AROA[A-Z2-7]{17}", made["RoleId"])
    assert made["AssumeRolePolicyDocument"] == document
    assert "MaxSessionDuration" not in made and "RoleLastUsed" not in made, "as AWS answers CreateRole"
    got = iam.get_role(RoleName="r")["Role"]
    assert got["MaxSessionDuration"] == 3600 and got["RoleLastUsed"] == {}
    assert (got["RoleId"], got["Description"], got["Tags"]) == (made["RoleId"], "d", [{"Key": "team", "Value": "blue"}])
    [listed] = iam.list_roles(PathPrefix="/app/")["Roles"]
    assert listed["RoleId"] == made["RoleId"] and "Tags" not in listed and "RoleLastUsed" not in listed


def test_the_trust_policy_comes_back_byte_for_byte(account, server):
    """Spaces, order and line ends of a document are the caller's."""
    odd = '{ "Statement" :[{"Action":"sts:AssumeRole" ,"Principal":{"Service":"ec2.amazonaws.com"},\n\t"Effect":"Allow"}],"Version":"2008-10-17"}'
    account.iam.create_role(RoleName="r", AssumeRolePolicyDocument=odd)
    answer = signed.query(account, "iam", {"Action": "GetRole", "RoleName": "r"})
    shown = re.search(r"<AssumeRolePolicyDocument>(.*?)</AssumeRolePolicyDocument>", answer.body)[1]
    assert urllib.parse.unquote(shown) == odd


def test_update_role(account, iam):
    account.new_role(trust(account.id), name="r", Description="old")
    assert iam.update_role(RoleName="r", Description="new", MaxSessionDuration=43200)
    got = iam.get_role(RoleName="r")["Role"]
    assert (got["Description"], got["MaxSessionDuration"]) == ("new", 43200)
    assert iam.update_role_description(RoleName="r", Description="newer")["Role"]["Description"] == "newer"
    assert iam.get_role(RoleName="r")["Role"]["MaxSessionDuration"] == 43200


def test_update_trust_policy_counts_at_once(account, iam, new_user_with):
    user = new_user_with()
    role = account.new_role(trust({"Service": "ec2.amazonaws.com"}))
    with refused("AccessDenied", status=403):
        user.assume(role)
    iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=text(trust(user.arn)))
    assert user.assume(role)
    iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=text(trust({"Service": "ec2.amazonaws.com"})))
    with refused("AccessDenied", status=403):
        user.assume(role)


BAD_TRUST = [
    ("not JSON", "nonsense", "This policy contains invalid Json"),
    ("no statement", {"Version": "2012-10-17"}, "Missing required field Statement"),
    ("a resource", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", "Resource": "*"}]}, "Has prohibited field Resource"),
    ("no principal", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}, None),
    ("another action", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "s3:GetObject"}]}, "AssumeRole policy may only specify STS AssumeRole actions."),
    ("a partial wildcard", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/*"}, "Action": "sts:AssumeRole"}]}, 'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/*"'),
]


@pytest.mark.parametrize("document, message", [case[1:] for case in BAD_TRUST], ids=[case[0] for case in BAD_TRUST])
def test_malformed_trust_policies(account, iam, document, message):
    account.new_role(trust(account.id), name="good")
    for call in (
        lambda: iam.create_role(RoleName="bad", AssumeRolePolicyDocument=text(document)),
        lambda: iam.update_assume_role_policy(RoleName="good", PolicyDocument=text(document)),
    ):
        with refused("MalformedPolicyDocument", status=400) as told:
            call()
        # AWS's texts for broken JSON differ from call to call; the others are exact.
        if message is not None and message != "This policy contains invalid Json":
            assert told.response["Error"]["Message"] == message


def test_a_principal_that_does_not_exist(account, iam):
    missing = account.arn("user/nobody")
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{missing}"', status=400):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=text(trust(missing)))
    with refused("NoSuchEntity"):
        iam.get_role(RoleName="r")


def test_trust_policy_size(account, iam):
    """2,048 characters by default, white space not counted."""
    names = [f"{'v' * 100}{number:02}" for number in range(25)]
    condition = {"StringEquals": {"sts:ExternalId": names}}
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", status=409):
        account.new_role(trust(account.id, Condition=condition), name=unique("big"))
    padded = text(trust(account.id)).replace(" ", "   " * 1000)
    iam.create_role(RoleName="padded", AssumeRolePolicyDocument=padded)


def test_role_tags(account, iam):
    account.new_role(trust(account.id), name="r", Tags=[{"Key": "a", "Value": "1"}])
    iam.tag_role(RoleName="r", Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_role(RoleName="r", TagKeys=["a"])
    assert iam.list_role_tags(RoleName="r")["Tags"] == [{"Key": "b", "Value": "2"}]


def test_delete_conflicts(account, iam):
    account.new_role(trust(account.id), allow("s3:*"), name="r")
    iam.attach_role_policy(RoleName="r", PolicyArn=READ_ONLY)
    iam.create_instance_profile(InstanceProfileName="i")
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
    undo = {
        "Cannot delete entity, must remove roles from instance profile first.":
            lambda: iam.remove_role_from_instance_profile(InstanceProfileName="i", RoleName="r"),
        "Cannot delete entity, must detach all policies first.": lambda: iam.detach_role_policy(RoleName="r", PolicyArn=READ_ONLY),
        "Cannot delete entity, must delete policies first.": lambda: iam.delete_role_policy(RoleName="r", PolicyName="given"),
    }
    while undo:
        with refused("DeleteConflict", list(undo), status=409) as told:
            iam.delete_role(RoleName="r")
        undo.pop(told.response["Error"]["Message"])()
    iam.delete_role(RoleName="r")
    with refused("NoSuchEntity", "The role with name r cannot be found.", status=404):
        iam.delete_role(RoleName="r")


def test_a_deleted_role_ends_its_sessions(account, iam, new_user_with):
    user = new_user_with()
    role = account.new_role(trust(user.arn), allow("iam:ListUsers"), name="r")
    session = user.assume(role)
    assert account.client("iam", session).list_users()["Users"]
    iam.delete_role_policy(RoleName="r", PolicyName="given")
    iam.delete_role(RoleName="r")
    account.new_role(trust(user.arn), allow("iam:ListUsers"), name="r")
    with refused(("InvalidClientTokenId", "AccessDenied", "ExpiredToken"), status=403):
        account.client("iam", session).list_users()


def test_boundary_of_a_role(account, iam, new_user_with):
    user = new_user_with()
    boundary = account.new_policy(allow("iam:ListUsers"))
    role = account.new_role(trust(user.arn), allow("iam:*"), name="r", PermissionsBoundary=boundary)
    assert role["PermissionsBoundary"] == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    session = account.client("iam", user.assume(role))
    assert session.list_users()["Users"]
    with refused("AccessDenied", status=403):
        session.list_roles()
    iam.delete_role_permissions_boundary(RoleName="r")
    assert session.list_roles()["Roles"], "changes of a role's policies reach live sessions"
    iam.put_role_permissions_boundary(RoleName="r", PermissionsBoundary=boundary)
    with refused("AccessDenied", status=403):
        session.list_roles()
    assert iam.get_role(RoleName="r")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary


def test_boundary_must_exist(account, iam):
    missing = account.arn("policy/none")
    with refused(("NoSuchEntity", "InvalidInput"), re.compile(r".*(does not exist|not found|was not found|Scope ARN).*")):
        account.new_role(trust(account.id), PermissionsBoundary=missing)


def test_list_roles_pages(account, iam):
    for number in range(5):
        account.new_role(trust(account.id), name=f"r{number}")
    pages = iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2})
    names = [role["RoleName"] for page in pages for role in page["Roles"]]
    assert [name for name in names if re.fullmatch(r"r\d", name)] == [f"r{number}" for number in range(5)]


def test_role_last_used(account, iam, new_user_with):
    user = new_user_with()
    role = account.new_role(trust(user.arn), allow("iam:ListUsers"), name="r")
    account.client("iam", user.assume(role)).list_users()
    used = eventually(lambda: iam.get_role(RoleName="r")["Role"]["RoleLastUsed"])
    assert used["Region"] == "us-east-1" and used["LastUsedDate"]
