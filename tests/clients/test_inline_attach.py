"""Inline policies and attachments, the same way for users, groups and roles."""

import pytest

from expect import refused
from harness import allow, text, trust

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


class Entity:
    """A user, group or role named `e`, and the operations of its kind."""

    def __init__(self, account, kind):
        self.iam, self.kind = account.iam, kind
        self.named = {f"{kind.title()}Name": "e"}
        {
            "user": lambda: self.iam.create_user(UserName="e"),
            "group": lambda: self.iam.create_group(GroupName="e"),
            "role": lambda: account.new_role(trust(account.id), name="e"),
        }[kind]()

    def put(self, name, document):
        getattr(self.iam, f"put_{self.kind}_policy")(**self.named, PolicyName=name, PolicyDocument=text(document))

    def get(self, name):
        return getattr(self.iam, f"get_{self.kind}_policy")(**self.named, PolicyName=name)

    def delete(self, name):
        getattr(self.iam, f"delete_{self.kind}_policy")(**self.named, PolicyName=name)

    def names(self, **more):
        return getattr(self.iam, f"list_{self.kind}_policies")(**self.named, **more)["PolicyNames"]

    def attach(self, arn):
        getattr(self.iam, f"attach_{self.kind}_policy")(**self.named, PolicyArn=arn)

    def detach(self, arn):
        getattr(self.iam, f"detach_{self.kind}_policy")(**self.named, PolicyArn=arn)

    def attached(self, **more):
        answer = getattr(self.iam, f"list_attached_{self.kind}_policies")(**self.named, **more)
        return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


@pytest.fixture(params=["user", "group", "role"])
def entity(request, account):
    return Entity(account, request.param)


def test_inline_policies(entity):
    entity.put("b", allow("s3:*"))
    entity.put("a", allow("sqs:*"))
    assert sorted(entity.names()) == ["a", "b"]
    got = entity.get("b")
    assert (got[f"{entity.kind.title()}Name"], got["PolicyName"], got["PolicyDocument"]) == ("e", "b", allow("s3:*"))
    entity.put("b", allow("sns:*"))
    assert entity.get("b")["PolicyDocument"] == allow("sns:*") and sorted(entity.names()) == ["a", "b"]
    entity.delete("b")
    assert entity.names() == ["a"]
    for call in (entity.get, entity.delete):
        with refused("NoSuchEntity", f"The {entity.kind} policy with name b cannot be found.", status=404):
            call("b")


def test_inline_policies_page(entity):
    for number in range(5):
        entity.put(f"p{number}", allow("s3:GetObject"))
    pages = entity.iam.get_paginator(f"list_{entity.kind}_policies").paginate(
        **entity.named, PaginationConfig={"PageSize": 2}
    )
    assert [name for page in pages for name in page["PolicyNames"]] == [f"p{number}" for number in range(5)]


def test_attach_and_detach(entity, account):
    own = account.new_policy(allow("s3:*"), Path="/app/")
    for _ in range(2):
        entity.attach(own)
    entity.attach(READ_ONLY)
    assert sorted(entity.attached()) == sorted([own, READ_ONLY])
    assert entity.attached(PathPrefix="/app/") == [own]
    assert entity.iam.get_policy(PolicyArn=own)["Policy"]["AttachmentCount"] == 1
    entity.detach(own)
    assert entity.attached() == [READ_ONLY]
    with refused("NoSuchEntity", f"Policy {own} was not found.", status=404):
        entity.detach(own)


def test_ten_attachments_and_no_more(entity, account):
    arns = [account.new_policy(allow("s3:*"), name=f"p{number:02}") for number in range(11)]
    for arn in arns[:10]:
        entity.attach(arn)
    with refused("LimitExceeded", f"Cannot exceed quota for PoliciesPer{entity.kind.title()}: 10", status=409):
        entity.attach(arns[10])
    entity.attach(arns[3])
    pages = entity.iam.get_paginator(f"list_attached_{entity.kind}_policies").paginate(
        **entity.named, PaginationConfig={"PageSize": 4}
    )
    assert sorted(policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]) == arns[:10]


def test_policies_of_service_linked_roles_are_not_attachable(entity):
    with refused("PolicyNotAttachable", status=400):
        entity.attach("arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy")


def test_what_is_malformed_as_an_arn(entity):
    with refused(("InvalidInput", "ValidationError"), status=400):
        entity.attach("not-an-arn-but-long-enough")


def test_boundaries_of_users(account, iam, new_user_with):
    user = new_user_with(allow("iam:*"))
    boundary = account.new_policy(allow("iam:ListUsers"))
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=boundary)
    shown = iam.get_user(UserName=user.name)["User"]["PermissionsBoundary"]
    assert shown == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    assert user.iam.list_users()["Users"]
    with refused("AccessDenied", status=403):
        user.iam.list_roles()
    with refused("AccessDenied", status=403):
        user.iam.delete_user_permissions_boundary(UserName=user.name)
    iam.delete_user_permissions_boundary(UserName=user.name)
    assert "Roles" in user.iam.list_roles()


def test_rules_about_boundaries_hold(account, new_user_with):
    """`iam:PermissionsBoundary`: an administrator who may create users only with the boundary."""
    boundary = account.new_policy(allow("s3:*"))
    other = account.new_policy(allow("*"))
    delegate = new_user_with(
        allow("iam:CreateUser", Condition={"StringEquals": {"iam:PermissionsBoundary": boundary}})
    )
    delegate.iam.create_user(UserName="fenced", PermissionsBoundary=boundary)
    for parameters in ({}, {"PermissionsBoundary": other}):
        with refused("AccessDenied", status=403):
            delegate.iam.create_user(UserName="free", **parameters)


def test_rules_about_attachments_hold(account, new_user_with):
    """`iam:PolicyARN`: which policies may be attached."""
    allowed, forbidden = account.new_policy(allow("s3:*")), account.new_policy(allow("*"))
    delegate = new_user_with(allow("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": allowed}}))
    delegate.iam.attach_user_policy(UserName=delegate.name, PolicyArn=allowed)
    with refused("AccessDenied", status=403):
        delegate.iam.attach_user_policy(UserName=delegate.name, PolicyArn=forbidden)


def test_rules_about_tags_hold(account, new_user_with):
    """`aws:RequestTag`, `aws:TagKeys` and `aws:ResourceTag`."""
    delegate = new_user_with({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["iam:CreateUser", "iam:TagUser"],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"aws:RequestTag/team": "blue"},
                    "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]},
                },
            },
            {
                "Effect": "Allow",
                "Action": "iam:DeleteUser",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}},
            },
        ],
    })
    blue = [{"Key": "team", "Value": "blue"}]
    delegate.iam.create_user(UserName="blue", Tags=blue)
    for tags in ([], [{"Key": "team", "Value": "red"}], [*blue, {"Key": "other", "Value": ""}]):
        with refused("AccessDenied", status=403):
            delegate.iam.create_user(UserName="no", Tags=tags)
    account.iam.create_user(UserName="red", Tags=[{"Key": "team", "Value": "red"}])
    with refused("AccessDenied", status=403):
        delegate.iam.delete_user(UserName="red")
    delegate.iam.delete_user(UserName="blue")
