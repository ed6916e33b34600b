"""Instance profiles and their tags."""

import re

from expect import refused
from harness import allow, trust


def test_life(account, iam):
    role = account.new_role(trust({"Service": "ec2.amazonaws.com"}), name="r")
    made = iam.create_instance_profile(InstanceProfileName="i", Path="/web/", Tags=[{"Key": "a", "Value": "1"}])
    made = made["InstanceProfile"]
    assert made["Arn"] == account.arn("instance-profile/web/i")
    assert re.fullmatch(r"AIPA[A-Z2-7]{17}", made["InstanceProfileId"]) and made["Roles"] == []
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
    got = iam.get_instance_profile(InstanceProfileName="i")["InstanceProfile"]
    assert got["Tags"] == [{"Key": "a", "Value": "1"}]
    [held] = got["Roles"]
    assert (held["RoleId"], held["AssumeRolePolicyDocument"]) == (role["RoleId"], trust({"Service": "ec2.amazonaws.com"}))
    [listed] = iam.list_instance_profiles(PathPrefix="/web/")["InstanceProfiles"]
    assert listed["InstanceProfileId"] == made["InstanceProfileId"]
    iam.remove_role_from_instance_profile(InstanceProfileName="i", RoleName="r")
    iam.delete_instance_profile(InstanceProfileName="i")
    with refused("NoSuchEntity", "Instance Profile i cannot be found.", status=404):
        iam.get_instance_profile(InstanceProfileName="i")


def test_one_role_per_profile(account, iam):
    account.new_role(trust(account.id), name="one")
    account.new_role(trust(account.id), name="two")
    iam.create_instance_profile(InstanceProfileName="i")
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="one")
    with refused("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", status=409):
        iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="two")


def test_a_role_in_several_profiles(account, iam):
    account.new_role(trust(account.id), name="r")
    for name in ("i1", "i2", "i3"):
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="r")
    pages = iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName="r", PaginationConfig={"PageSize": 2})
    assert [found["InstanceProfileName"] for page in pages for found in page["InstanceProfiles"]] == ["i1", "i2", "i3"]


def test_what_is_missing(account, iam):
    account.new_role(trust(account.id), name="r")
    iam.create_instance_profile(InstanceProfileName="i")
    with refused("NoSuchEntity", "Instance Profile none cannot be found.", status=404):
        iam.add_role_to_instance_profile(InstanceProfileName="none", RoleName="r")
    with refused("NoSuchEntity", "The role with name none cannot be found.", status=404):
        iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="none")
    with refused("NoSuchEntity", status=404):
        iam.remove_role_from_instance_profile(InstanceProfileName="i", RoleName="r")


def test_delete_conflict(account, iam):
    account.new_role(trust(account.id), name="r")
    iam.create_instance_profile(InstanceProfileName="i")
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
    with refused("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", status=409):
        iam.delete_instance_profile(InstanceProfileName="i")


def test_tags(iam):
    iam.create_instance_profile(InstanceProfileName="i")
    iam.tag_instance_profile(InstanceProfileName="i", Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    tags = iam.list_instance_profile_tags(InstanceProfileName="i")["Tags"]
    assert sorted(tag["Key"] for tag in tags) == ["A", "a"], "keys on instance profiles are case-sensitive"
    iam.untag_instance_profile(InstanceProfileName="i", TagKeys=["a"])
    assert iam.list_instance_profile_tags(InstanceProfileName="i")["Tags"] == [{"Key": "A", "Value": "2"}]


def test_passing_a_role_is_asked_for(account, new_user_with):
    """AddRoleToInstanceProfile hands the role to EC2, so it needs iam:PassRole."""
    role = account.new_role(trust({"Service": "ec2.amazonaws.com"}), name="r")
    account.iam.create_instance_profile(InstanceProfileName="i")
    user = new_user_with(allow("iam:AddRoleToInstanceProfile"))
    with refused("AccessDenied", re.compile(
        rf"User: {user.arn} is not authorized to perform: iam:PassRole on resource: {role['Arn']} .*"
    ), status=403):
        user.iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
    allowed = new_user_with(allow(["iam:AddRoleToInstanceProfile", "iam:PassRole"]))
    allowed.iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
