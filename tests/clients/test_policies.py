"""Managed policies: versions, limits, conflicts, AWS's own ones, and what a document must look like."""

import datetime
import re
import urllib.parse

import pytest

import signed
from expect import access_denied, no_identity_policy, refused
from harness import allow, deny, text, trust

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LAMBDA = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


# -- life and versions ----------------------------------------------------------------------------------------------


def test_create_and_get(account, iam):
    made = iam.create_policy(
        PolicyName="p", Path="/app/", Description="d", PolicyDocument=text(allow("s3:*")),
        Tags=[{"Key": "Team", "Value": "blue"}],
    )["Policy"]
    assert made["Arn"] == account.arn("policy/app/p") and re.fullmatch(r"ANPA[A-Z2-7]{17}", made["PolicyId"])
    assert (made["DefaultVersionId"], made["AttachmentCount"], made["PermissionsBoundaryUsageCount"]) == ("v1", 0, 0)
    assert made["IsAttachable"] is True and made["CreateDate"] == made["UpdateDate"]
    got = iam.get_policy(PolicyArn=made["Arn"])["Policy"]
    assert (got["Description"], got["Tags"]) == ("d", [{"Key": "Team", "Value": "blue"}])
    [listed] = iam.list_policies(Scope="Local")["Policies"]
    assert listed["Arn"] == made["Arn"] and "Description" not in listed and "Tags" not in listed


def test_the_document_comes_back_byte_for_byte(account):
    odd = '{ "Version":"2012-10-17",\n\n"Statement": {"Resource":["*"],"Effect" : "Allow","Action":["s3:GetObject" ]} }'
    arn = account.iam.create_policy(PolicyName="p", PolicyDocument=odd)["Policy"]["Arn"]
    answer = signed.query(account, "iam", {"Action": "GetPolicyVersion", "PolicyArn": arn, "VersionId": "v1"})
    shown = re.search(r"<Document>(.*?)</Document>", answer.body)[1]
    assert urllib.parse.unquote(shown) == odd
    assert " " not in shown and '"' not in shown, "documents travel percent-encoded"


def test_versions(account, iam):
    arn = account.new_policy(allow("s3:Get*"))
    second = iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(allow("s3:List*")))["PolicyVersion"]
    assert (second["VersionId"], second["IsDefaultVersion"]) == ("v2", False)
    third = iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(allow("s3:*")), SetAsDefault=True)
    assert third["PolicyVersion"]["IsDefaultVersion"] is True
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(version["VersionId"], version["IsDefaultVersion"]) for version in versions] == [
        ("v3", True), ("v2", False), ("v1", False),
    ]
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
    first = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert first["Document"] == allow("s3:Get*") and first["IsDefaultVersion"] is True


def test_the_default_version_counts_at_once(account, iam, new_user_with):
    user = new_user_with()
    arn = account.new_policy(allow("iam:ListUsers"))
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    assert user.iam.list_users()["Users"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(deny("*")), SetAsDefault=True)
    with refused("AccessDenied", status=403):
        user.iam.list_users()
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert user.iam.list_users()["Users"]


def test_five_versions_and_no_more(account, iam):
    arn = account.new_policy(allow("s3:*"))
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(allow("s3:*")))
    wanted = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
    with refused("LimitExceeded", wanted, status=409):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(allow("s3:*")))
    iam.delete_policy_version(PolicyArn=arn, VersionId="v5")
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(allow("s3:*")))["PolicyVersion"]
    assert made["VersionId"] == "v6", "a version id is never used again"


def test_the_default_version_cannot_be_deleted(account, iam):
    arn = account.new_policy(allow("s3:*"))
    with refused("DeleteConflict", "Cannot delete the default version of a policy.", status=409):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    with refused("NoSuchEntity", f"Policy {arn} version v2 does not exist or is not attachable.", status=404):
        iam.get_policy_version(PolicyArn=arn, VersionId="v2")


def test_delete_conflicts(account, iam, new_user_with):
    arn = account.new_policy(allow("s3:*"))
    user = new_user_with()
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    with refused("DeleteConflict", "Cannot delete a policy attached to entities.", status=409):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_user_policy(UserName=user.name, PolicyArn=arn)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=arn)
    with refused("DeleteConflict", re.compile("Cannot delete a policy .*"), status=409):
        iam.delete_policy(PolicyArn=arn)
    iam.delete_user_permissions_boundary(UserName=user.name)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(allow("s3:*")))
    wanted = (
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy."
    )
    with refused("DeleteConflict", wanted, status=409):
        iam.delete_policy(PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity", status=404):
        iam.get_policy(PolicyArn=arn)


def test_policy_tags(account, iam):
    arn = account.new_policy(allow("s3:*"), Tags=[{"Key": "a", "Value": "1"}])
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "A", "Value": "2"}])
    tags = iam.list_policy_tags(PolicyArn=arn)["Tags"]
    assert sorted(tag["Key"] for tag in tags) == ["A", "a"], "keys on policies are case-sensitive"
    iam.untag_policy(PolicyArn=arn, TagKeys=["a"])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == [{"Key": "A", "Value": "2"}]


def test_entities_for_policy(account, iam, new_user_with):
    arn = account.new_policy(allow("s3:*"))
    user, bounded = new_user_with(), new_user_with(boundary=arn)
    role = account.new_role(trust(account.id))["RoleName"]
    iam.create_group(GroupName="g")
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    iam.attach_group_policy(GroupName="g", PolicyArn=arn)

    def names(**filters):
        found = iam.list_entities_for_policy(PolicyArn=arn, **filters)
        return (
            [item["UserName"] for item in found["PolicyUsers"]],
            [item["GroupName"] for item in found["PolicyGroups"]],
            [item["RoleName"] for item in found["PolicyRoles"]],
        )

    assert names(PolicyUsageFilter="PermissionsPolicy") == ([user.name], ["g"], [role])
    assert names(PolicyUsageFilter="PermissionsBoundary") == ([bounded.name], [], [])
    assert names(EntityFilter="Role") == ([], [], [role])
    got = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (got["AttachmentCount"], got["PermissionsBoundaryUsageCount"]) == (3, 1)


# -- AWS managed policies -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def aws_policies(root):
    """All AWS managed policies, by ARN."""
    pages = root.iam.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 250})
    return {policy["Arn"]: policy for page in pages for policy in page["Policies"]}


def test_aws_managed_policies_are_all_there(aws_policies):
    assert len(aws_policies) > 1400
    assert all(arn.startswith("arn:aws:iam::aws:policy/") for arn in aws_policies)
    lambdas = aws_policies[LAMBDA]
    assert (lambdas["PolicyName"], lambdas["Path"]) == ("AWSLambdaBasicExecutionRole", "/service-role/")
    assert re.fullmatch(r"ANPA[A-Z2-7]{17}", lambdas["PolicyId"]), lambdas["PolicyId"]
    assert len({policy["PolicyId"] for policy in aws_policies.values()}) == len(aws_policies)
    admin = aws_policies["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert admin["CreateDate"] == datetime.datetime(2015, 2, 6, 18, 39, 46, tzinfo=datetime.timezone.utc)


def test_listing_by_scope_and_prefix(account, iam, aws_policies):
    account.new_policy(allow("s3:*"), name="own")
    everything = iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 1000})
    assert sum(len(page["Policies"]) for page in everything) == len(aws_policies) + 1
    service_roles = iam.get_paginator("list_policies").paginate(Scope="AWS", PathPrefix="/service-role/")
    found = [policy["Path"] for page in service_roles for policy in page["Policies"]]
    assert len(found) > 50 and set(found) == {"/service-role/"}
    first = iam.list_policies(Scope="AWS")
    assert len(first["Policies"]) == 100 and first["IsTruncated"] is True


def test_only_attached(account, iam, new_user_with):
    user = new_user_with()
    iam.attach_user_policy(UserName=user.name, PolicyArn=READ_ONLY)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=LAMBDA)
    account.new_policy(allow("s3:*"))
    attached = [policy["Arn"] for policy in iam.list_policies(OnlyAttached=True)["Policies"]]
    assert READ_ONLY in attached and len(attached) <= 2
    boundaries = iam.list_policies(PolicyUsageFilter="PermissionsBoundary", OnlyAttached=True)["Policies"]
    assert [policy["Arn"] for policy in boundaries] == [LAMBDA]


@pytest.mark.parametrize("arn", [READ_ONLY, LAMBDA])
def test_an_aws_managed_policy_can_be_read(iam, arn):
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    assert version["IsDefaultVersion"] is True and version["Document"]["Version"] == "2012-10-17"
    assert policy["DefaultVersionId"] in [found["VersionId"] for found in iam.list_policy_versions(PolicyArn=arn)["Versions"]]


def test_aws_managed_policies_are_read_only(account, iam):
    """Not even the root user changes them."""
    outside = ["Policy is outside your own account.", re.compile(
        rf"User: {account.arn('root')} is not authorized to perform: iam:\w+ on resource: (policy )?{READ_ONLY}.*"
    )]
    for attempt in (
        lambda: iam.create_policy_version(PolicyArn=READ_ONLY, PolicyDocument=text(allow("*"))),
        lambda: iam.delete_policy(PolicyArn=READ_ONLY),
        lambda: iam.delete_policy_version(PolicyArn=READ_ONLY, VersionId="v1"),
        lambda: iam.set_default_policy_version(PolicyArn=READ_ONLY, VersionId="v1"),
        lambda: iam.tag_policy(PolicyArn=READ_ONLY, Tags=[{"Key": "mine", "Value": ""}]),
    ):
        with refused("AccessDenied", outside, status=403):
            attempt()


def test_an_aws_managed_policy_decides(account, iam, new_user_with):
    user = new_user_with()
    iam.attach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    assert user.iam.list_users()["Users"]
    with access_denied(user.arn, "iam:CreateUser", account.arn("user/y"), no_identity_policy("iam:CreateUser")):
        user.iam.create_user(UserName="y")


def test_a_policy_of_another_account_cannot_be_read(account, second_account):
    arn = account.new_policy(allow("s3:*"))
    with refused(("AccessDenied", "NoSuchEntity")):
        second_account.iam.get_policy(PolicyArn=arn)
    user = second_account.new_user()
    with refused(("AccessDenied", "NoSuchEntity", "InvalidInput")):
        second_account.iam.attach_user_policy(UserName=user.name, PolicyArn=arn)


# -- documents ------------------------------------------------------------------------------------------------------

ALLOW_ALL = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
MALFORMED = [
    ("not JSON", "This is not a json document", "Syntax errors in policy."),
    ("no version", {"Statement": ALLOW_ALL}, "Policy document must be version 2012-10-17 or greater."),
    ("old version", {"Version": "2008-10-17", "Statement": ALLOW_ALL}, "Policy document must be version 2012-10-17 or greater."),
    ("unknown version", {"Version": "2013-10-17", "Statement": ALLOW_ALL}, "Syntax errors in policy."),
    ("no statement", {"Version": "2012-10-17"}, "Syntax errors in policy."),
    ("empty statement", {"Version": "2012-10-17", "Statement": []}, "Syntax errors in policy."),
    ("unknown key", {"Version": "2012-10-17", "Statement": {**ALLOW_ALL, "Extra": "x"}}, "Syntax errors in policy."),
    ("unknown effect", {"Version": "2012-10-17", "Statement": {**ALLOW_ALL, "Effect": "Perhaps"}}, "Syntax errors in policy."),
    ("odd case of effect", {"Version": "2012-10-17", "Statement": {**ALLOW_ALL, "Effect": "allow"}}, "The policy failed legacy parsing"),
    ("no vendor", {"Version": "2012-10-17", "Statement": {**ALLOW_ALL, "Action": "GetObject"}}, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    ("no action", {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*"}}, "Policy statement must contain actions."),
    ("no resource", {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*"}}, "Policy statement must contain resources."),
    ("resource without ARN", {"Version": "2012-10-17", "Statement": {**ALLOW_ALL, "Resource": "bucket"}}, 'Resource bucket must be in ARN format or "*".'),
    ("same Sid twice", {"Version": "2012-10-17", "Statement": [{**ALLOW_ALL, "Sid": "a"}, {**ALLOW_ALL, "Sid": "a"}]}, "Statement IDs (SID) in a single policy must be unique."),
    ("unknown operator", {"Version": "2012-10-17", "Statement": {**ALLOW_ALL, "Condition": {"StringIs": {"aws:username": "x"}}}}, "Syntax errors in policy."),
]


@pytest.mark.parametrize("document, message", [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED])
def test_malformed_documents(account, iam, new_user_with, document, message):
    with refused("MalformedPolicyDocument", message, status=400):
        iam.create_policy(PolicyName="p", PolicyDocument=text(document))
    user = new_user_with()
    with refused("MalformedPolicyDocument", message, status=400):
        iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=text(document))
    arn = account.new_policy(allow("s3:*"))
    with refused("MalformedPolicyDocument", message, status=400):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(document))


def test_a_principal_has_no_place_in_an_identity_policy(iam):
    document = {"Version": "2012-10-17", "Statement": {**ALLOW_ALL, "Principal": "*"}}
    with refused("MalformedPolicyDocument", "Policy document should not specify a principal.", status=400):
        iam.create_policy(PolicyName="p", PolicyDocument=text(document))


def test_size_without_white_space(account, iam):
    def document(size):
        """A policy of that many characters, white space not counted."""
        empty = text(allow("s3:GetObject", "arn:aws:s3:::")).replace(" ", "")
        return text(allow("s3:GetObject", "arn:aws:s3:::" + "x" * (size - len(empty)))).replace(" ", "")

    exact = document(6144)
    assert len(exact) == 6144
    iam.create_policy(PolicyName="fits", PolicyDocument=exact.replace(",", ",\n    "))
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", status=409):
        iam.create_policy(PolicyName="too-big", PolicyDocument=document(6145))


@pytest.mark.parametrize("kind, limit", [("user", 2048), ("group", 5120), ("role", 10240)])
def test_size_of_all_inline_policies_together(account, iam, kind, limit):
    {
        "user": lambda: iam.create_user(UserName="e"),
        "group": lambda: iam.create_group(GroupName="e"),
        "role": lambda: account.new_role(trust(account.id), name="e"),
    }[kind]()
    put = getattr(iam, f"put_{kind}_policy")
    half = text(allow("s3:GetObject", "arn:aws:s3:::" + "x" * (limit // 2 - 50))).replace(" ", "")
    entity = {f"{kind.title()}Name": "e"}
    put(**entity, PolicyName="one", PolicyDocument=half)
    put(**entity, PolicyName="one", PolicyDocument=half)
    wanted = f"Maximum policy size of {limit} bytes exceeded for {kind} e"
    with refused("LimitExceeded", wanted, status=409):
        put(**entity, PolicyName="two", PolicyDocument=half)
