"""What is about the account as a whole: alias, summary, authorization details."""

import pytest

from expect import refused
from harness import allow, text, trust, unique


def test_alias(iam, account, second_account):
    assert iam.list_account_aliases()["AccountAliases"] == []
    alias = unique("acme")
    iam.create_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == [alias]
    with refused("EntityAlreadyExists", f"The account alias {alias} already exists.", status=409):
        iam.create_account_alias(AccountAlias=alias)
    with refused("NoSuchEntity", status=404):
        iam.delete_account_alias(AccountAlias="not-this-one")
    iam.delete_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == []
    second_account.iam.create_account_alias(AccountAlias=alias)


def test_an_alias_belongs_to_one_account(iam, second_account):
    alias = unique("acme")
    iam.create_account_alias(AccountAlias=alias)
    with refused("EntityAlreadyExists", f"The account alias {alias} already exists.", status=409):
        second_account.iam.create_account_alias(AccountAlias=alias)
    iam.delete_account_alias(AccountAlias=alias)
    second_account.iam.create_account_alias(AccountAlias=alias)


def test_a_new_alias_takes_the_place_of_the_old(iam):
    first, second = unique("one"), unique("two")
    iam.create_account_alias(AccountAlias=first)
    iam.create_account_alias(AccountAlias=second)
    assert iam.list_account_aliases()["AccountAliases"] == [second]


@pytest.mark.parametrize("alias", ["Upper", "-a", "a--b", "ab_c", "aa"])
def test_malformed_aliases(account, alias):
    with refused("ValidationError", status=400):
        account.client("iam", validate=False).create_account_alias(AccountAlias=alias)


def test_summary(account, iam, new_user_with):
    before = iam.get_account_summary()["SummaryMap"]
    assert (before["Users"], before["Groups"], before["Policies"], before["InstanceProfiles"]) == (0, 0, 0, 0)
    new_user_with()
    new_user_with()
    account.new_role(trust(account.id))
    account.new_policy(allow("s3:*"))
    iam.create_group(GroupName="g")
    iam.create_instance_profile(InstanceProfileName="i")
    after = iam.get_account_summary()["SummaryMap"]
    assert (after["Users"], after["Groups"], after["Policies"], after["InstanceProfiles"]) == (2, 1, 1, 1)
    assert after["Roles"] == before["Roles"] + 1
    quotas = {
        "UsersQuota": 5000, "GroupsQuota": 300, "AccessKeysPerUserQuota": 2, "GroupsPerUserQuota": 10,
        "VersionsPerPolicyQuota": 5, "UserPolicySizeQuota": 2048, "GroupPolicySizeQuota": 5120,
        "RolePolicySizeQuota": 10240, "PolicySizeQuota": 6144, "AssumeRolePolicySizeQuota": 2048,
        "AttachedPoliciesPerUserQuota": 10, "AttachedPoliciesPerRoleQuota": 10, "AttachedPoliciesPerGroupQuota": 10,
        "RolesQuota": 1000, "InstanceProfilesQuota": 1000, "PoliciesQuota": 1500, "AccountAccessKeysPresent": 1,
    }
    assert {name: after.get(name) for name in quotas} == quotas


@pytest.fixture
def furnished(account, iam, new_user_with):
    """An account with some of everything."""
    policy = account.new_policy(allow("s3:Get*"), name="p")
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=text(allow("s3:*")), SetAsDefault=True)
    iam.create_group(GroupName="g")
    iam.attach_group_policy(GroupName="g", PolicyArn=policy)
    iam.put_group_policy(GroupName="g", PolicyName="inline", PolicyDocument=text(allow("sqs:*")))
    for number in range(4):
        user = new_user_with(allow("sns:*"), name=f"u{number}", tags=[{"Key": "n", "Value": str(number)}])
        iam.add_user_to_group(GroupName="g", UserName=user.name)
    iam.put_user_permissions_boundary(UserName="u0", PermissionsBoundary=policy)
    for number in range(3):
        account.new_role(trust(account.id), allow("ec2:*"), name=f"r{number}")
    iam.attach_role_policy(RoleName="r0", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.create_instance_profile(InstanceProfileName="i")
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r0")
    return account


def test_authorization_details(furnished, iam):
    details = iam.get_account_authorization_details()
    assert details["IsTruncated"] is False
    users = {user["UserName"]: user for user in details["UserDetailList"]}
    assert sorted(users) == ["u0", "u1", "u2", "u3"]
    assert users["u0"]["GroupList"] == ["g"]
    assert users["u0"]["UserPolicyList"] == [{"PolicyName": "given", "PolicyDocument": allow("sns:*")}]
    assert users["u0"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == furnished.arn("policy/p")
    assert users["u3"]["Tags"] == [{"Key": "n", "Value": "3"}]
    [group] = details["GroupDetailList"]
    assert group["AttachedManagedPolicies"] == [{"PolicyName": "p", "PolicyArn": furnished.arn("policy/p")}]
    assert [policy["PolicyName"] for policy in group["GroupPolicyList"]] == ["inline"]
    roles = {role["RoleName"]: role for role in details["RoleDetailList"]}
    assert {"r0", "r1", "r2"} <= set(roles)
    assert [profile["InstanceProfileName"] for profile in roles["r0"]["InstanceProfileList"]] == ["i"]
    # AWS keeps the ARN where a trust policy names an account by its number.
    assert roles["r1"]["AssumeRolePolicyDocument"] == trust(furnished.arn("root"))
    policies = {policy["PolicyName"]: policy for policy in details["Policies"]}
    assert policies["p"]["AttachmentCount"] == 1 and policies["p"]["PermissionsBoundaryUsageCount"] == 1
    versions = {version["VersionId"]: version for version in policies["p"]["PolicyVersionList"]}
    assert versions["v2"]["IsDefaultVersion"] is True and versions["v1"]["Document"] == allow("s3:Get*")
    assert "ReadOnlyAccess" in policies, "AWS managed policies in use are part of it"


def test_authorization_details_by_filter(furnished, iam):
    details = iam.get_account_authorization_details(Filter=["User", "LocalManagedPolicy"])
    assert len(details["UserDetailList"]) == 4 and details["GroupDetailList"] == details["RoleDetailList"] == []
    assert [policy["PolicyName"] for policy in details["Policies"]] == ["p"]


def test_authorization_details_page(furnished, iam):
    whole = iam.get_account_authorization_details()
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 2}))
    assert len(pages) > 3
    for list_name, key in (
        ("UserDetailList", "UserName"), ("GroupDetailList", "GroupName"), ("RoleDetailList", "RoleName"),
        ("Policies", "PolicyName"),
    ):
        together = [item[key] for page in pages for item in page[list_name]]
        assert together == [item[key] for item in whole[list_name]], list_name
    assert all(
        sum(len(page[name]) for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")) <= 2
        for page in pages
    )
