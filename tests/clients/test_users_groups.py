"""Users, groups, their tags and access keys."""

import datetime
import re

import pytest

from expect import refused
from harness import Credentials, allow, eventually, text, unique

# -- users ----------------------------------------------------------------------------------------------------------


def test_create_and_get_user(account, iam):
    made = iam.create_user(UserName="alice", Path="/staff/", Tags=[{"Key": "team", "Value": "blue"}])["User"]
    assert made["Arn"] == account.arn("user/staff/alice")
    assert (made["Path"], made["UserName"]) == ("/staff/", "alice")
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", made["UserId"]), made["UserId"]
    assert made["Tags"] == [{"Key": "team", "Value": "blue"}]
    now = datetime.datetime.now(datetime.timezone.utc)
    assert abs((now - made["CreateDate"]).total_seconds()) < 60
    got = iam.get_user(UserName="alice")["User"]
    assert got == made
    assert iam.get_user(UserName="ALICE")["User"]["UserName"] == "alice", "names are found ignoring case"


def test_get_user_without_a_name_is_the_caller(new_user_with, account):
    caller = new_user_with(allow("iam:GetUser"))
    assert caller.iam.get_user()["User"]["Arn"] == caller.arn
    owner = account.iam.get_user()["User"]
    assert owner["Arn"] == account.arn("root") and owner["UserId"] == account.id


def test_users_do_not_mix_between_accounts(account, second_account):
    account.iam.create_user(UserName="same")
    second_account.iam.create_user(UserName="same")
    ids = [side.iam.get_user(UserName="same")["User"]["UserId"] for side in (account, second_account)]
    assert ids[0] != ids[1]
    second_account.iam.delete_user(UserName="same")
    assert account.iam.get_user(UserName="same")["User"]["UserId"] == ids[0]


def test_rename_keeps_the_id_and_everything_attached(account, iam, new_user_with):
    user = new_user_with(allow("iam:GetUser"), name="old")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="old")
    iam.update_user(UserName="old", NewUserName="new", NewPath="/moved/")
    got = iam.get_user(UserName="new")["User"]
    assert (got["Arn"], got["UserId"]) == (account.arn("user/moved/new"), user.id)
    assert iam.list_user_policies(UserName="new")["PolicyNames"] == ["given"]
    assert [member["UserName"] for member in iam.get_group(GroupName="g")["Users"]] == ["new"]
    assert user.sts.get_caller_identity()["Arn"] == account.arn("user/moved/new"), "the key stays valid"
    with refused("NoSuchEntity", "The user with name old cannot be found."):
        iam.get_user(UserName="old")


def test_rename_to_a_taken_name(iam):
    iam.create_user(UserName="a")
    iam.create_user(UserName="b")
    with refused("EntityAlreadyExists", "User with name b already exists.", status=409):
        iam.update_user(UserName="a", NewUserName="b")


def test_list_users_by_path_in_order_of_names(iam):
    for name, path in (("carol", "/a/"), ("Bob", "/a/b/"), ("alice", "/"), ("dave", "/c/")):
        iam.create_user(UserName=name, Path=path)
    names = [user["UserName"] for user in iam.list_users()["Users"]]
    assert sorted(names, key=str.lower) == names and len(names) == 4
    inside = [user["UserName"] for user in iam.list_users(PathPrefix="/a/")["Users"]]
    assert sorted(inside) == ["Bob", "carol"]
    assert "Tags" not in iam.list_users()["Users"][0], "lists carry no tags"


def test_paging_by_marker(iam):
    for number in range(7):
        iam.create_user(UserName=f"u{number}")
    first = iam.list_users(MaxItems=3)
    assert first["IsTruncated"] is True and len(first["Users"]) == 3
    rest = iam.list_users(MaxItems=100, Marker=first["Marker"])
    assert rest["IsTruncated"] is False and "Marker" not in rest
    assert [user["UserName"] for user in first["Users"] + rest["Users"]] == [f"u{number}" for number in range(7)]
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 2, 1]


def test_a_marker_of_nothing_is_refused(iam):
    with refused(("ValidationError", "InvalidInput"), status=400):
        iam.list_users(Marker="bm9uc2Vuc2U=")


def test_paging_survives_changes_between_pages(iam):
    for number in range(6):
        iam.create_user(UserName=f"u{number}")
    first = iam.list_users(MaxItems=3)
    iam.delete_user(UserName="u2")
    iam.create_user(UserName="u0a")
    rest = iam.list_users(Marker=first["Marker"])
    assert [user["UserName"] for user in rest["Users"]] == ["u3", "u4", "u5"], "nobody twice, nobody left out"


def test_delete_user_conflicts(account, iam):
    iam.create_group(GroupName="g")
    iam.create_user(UserName="u")
    policy = account.new_policy(allow("s3:*"))
    key = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
    iam.add_user_to_group(GroupName="g", UserName="u")
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=text(allow("s3:*")))
    iam.attach_user_policy(UserName="u", PolicyArn=policy)
    undo = {
        "Cannot delete entity, must detach all policies first.": lambda: iam.detach_user_policy(UserName="u", PolicyArn=policy),
        "Cannot delete entity, must delete policies first.": lambda: iam.delete_user_policy(UserName="u", PolicyName="p"),
        "Cannot delete entity, must remove users from group first.": lambda: iam.remove_user_from_group(GroupName="g", UserName="u"),
        "Cannot delete entity, must delete access keys first.": lambda: iam.delete_access_key(UserName="u", AccessKeyId=key),
    }
    while undo:  # AWS's order of these checks is not documented; each must be told once.
        with refused("DeleteConflict", list(undo), status=409) as told:
            iam.delete_user(UserName="u")
        undo.pop(told.response["Error"]["Message"])()
    iam.delete_user(UserName="u")
    with refused("NoSuchEntity", "The user with name u cannot be found."):
        iam.get_user(UserName="u")


def test_ids_are_never_used_again(iam):
    seen = set()
    for _ in range(5):
        seen.add(iam.create_user(UserName="again")["User"]["UserId"])
        iam.delete_user(UserName="again")
    assert len(seen) == 5


# -- tags -----------------------------------------------------------------------------------------------------------


def test_user_tags(iam):
    iam.create_user(UserName="u", Tags=[{"Key": "a", "Value": "1"}])
    iam.tag_user(UserName="u", Tags=[{"Key": "b", "Value": "2"}, {"Key": "A", "Value": "3"}])
    tags = {tag["Key"].lower(): tag["Value"] for tag in iam.list_user_tags(UserName="u")["Tags"]}
    assert tags == {"a": "3", "b": "2"}, "keys on users are one ignoring case"
    iam.untag_user(UserName="u", TagKeys=["a", "never-there"])
    assert iam.list_user_tags(UserName="u")["Tags"] == [{"Key": "b", "Value": "2"}]


def test_duplicate_tag_keys(iam):
    wanted = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    with refused("InvalidInput", wanted, status=400):
        iam.create_user(UserName="u", Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])


def test_fifty_tags_and_no_more(iam):
    iam.create_user(UserName="u", Tags=[{"Key": f"k{number}", "Value": ""} for number in range(50)])
    with refused("LimitExceeded", status=409):
        iam.tag_user(UserName="u", Tags=[{"Key": "one-more", "Value": ""}])
    iam.tag_user(UserName="u", Tags=[{"Key": "k7", "Value": "changed"}])
    assert len(iam.list_user_tags(UserName="u", MaxItems=100)["Tags"]) == 50


def test_tags_with_reserved_prefix(iam):
    with refused(("InvalidInput", "ValidationError"), status=400):
        iam.create_user(UserName="u", Tags=[{"Key": "aws:mine", "Value": ""}])


# -- groups ---------------------------------------------------------------------------------------------------------


def test_group_life(account, iam):
    made = iam.create_group(GroupName="devs", Path="/eng/")["Group"]
    assert made["Arn"] == account.arn("group/eng/devs") and re.fullmatch(r"AGPA[A-Z2-7]{17}", made["GroupId"])
    iam.create_user(UserName="u")
    iam.add_user_to_group(GroupName="devs", UserName="u")
    iam.add_user_to_group(GroupName="devs", UserName="u")
    assert [user["UserName"] for user in iam.get_group(GroupName="devs")["Users"]] == ["u"]
    iam.update_group(GroupName="devs", NewGroupName="makers", NewPath="/x/")
    [found] = iam.list_groups_for_user(UserName="u")["Groups"]
    assert (found["Arn"], found["GroupId"]) == (account.arn("group/x/makers"), made["GroupId"])
    assert [group["GroupName"] for group in iam.list_groups(PathPrefix="/x/")["Groups"]] == ["makers"]
    with refused("DeleteConflict", "Cannot delete entity, must remove users from group first.", status=409):
        iam.delete_group(GroupName="makers")
    iam.remove_user_from_group(GroupName="makers", UserName="u")
    iam.delete_group(GroupName="makers")
    assert iam.list_groups()["Groups"] == []


def test_membership_of_what_is_not_there(iam):
    iam.create_user(UserName="u")
    iam.create_group(GroupName="g")
    with refused("NoSuchEntity", "The group with name none cannot be found."):
        iam.add_user_to_group(GroupName="none", UserName="u")
    with refused("NoSuchEntity", "The user with name none cannot be found."):
        iam.add_user_to_group(GroupName="g", UserName="none")
    with refused("NoSuchEntity", "The group with name none cannot be found.", status=404):
        iam.remove_user_from_group(GroupName="none", UserName="u")
    with refused("NoSuchEntity", "The user with name none cannot be found."):
        iam.remove_user_from_group(GroupName="g", UserName="none")
    # To leave a group one is not in is no error.
    assert iam.remove_user_from_group(GroupName="g", UserName="u")


def test_ten_groups_per_user(iam):
    iam.create_user(UserName="u")
    for number in range(11):
        iam.create_group(GroupName=f"g{number}")
    for number in range(10):
        iam.add_user_to_group(GroupName=f"g{number}", UserName="u")
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10", status=409):
        iam.add_user_to_group(GroupName="g10", UserName="u")


def test_paging_of_members(iam):
    iam.create_group(GroupName="g")
    for number in range(5):
        iam.create_user(UserName=f"u{number}")
        iam.add_user_to_group(GroupName="g", UserName=f"u{number}")
    pages = iam.get_paginator("get_group").paginate(GroupName="g", PaginationConfig={"PageSize": 2})
    assert [user["UserName"] for page in pages for user in page["Users"]] == [f"u{number}" for number in range(5)]


def test_leaving_a_group_takes_its_rights_at_once(iam, new_user_with):
    member = new_user_with()
    group = unique("g")
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=text(allow("iam:ListUsers")))
    iam.add_user_to_group(GroupName=group, UserName=member.name)
    assert member.iam.list_users()["Users"]
    iam.remove_user_from_group(GroupName=group, UserName=member.name)
    with refused("AccessDenied", status=403):
        member.iam.list_users()


# -- access keys ----------------------------------------------------------------------------------------------------


def test_access_key(iam, account):
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key["AccessKeyId"]), key["AccessKeyId"]
    assert len(key["SecretAccessKey"]) == 40
    assert (key["UserName"], key["Status"]) == ("u", "Active")
    [listed] = iam.list_access_keys(UserName="u")["AccessKeyMetadata"]
    assert listed == {name: key[name] for name in ("UserName", "AccessKeyId", "Status", "CreateDate")}
    assert account.sts.get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"] == account.id


def test_own_keys_need_no_name(new_user_with):
    caller = new_user_with(allow("iam:*AccessKey*"))
    second = Credentials.of_key(caller.iam.create_access_key())
    listed = {key["AccessKeyId"] for key in caller.iam.list_access_keys()["AccessKeyMetadata"]}
    assert listed == {caller.credentials.access_key, second.access_key}
    caller.iam.delete_access_key(AccessKeyId=second.access_key)
    assert len(caller.iam.list_access_keys()["AccessKeyMetadata"]) == 1


def test_keys_of_another_user_are_not_found(iam, new_user_with):
    one, other = new_user_with(), new_user_with()
    with refused("NoSuchEntity", re.compile(rf"The Access Key with id {one.credentials.access_key} cannot be found\.?"), status=404):
        iam.update_access_key(UserName=other.name, AccessKeyId=one.credentials.access_key, Status="Inactive")
    assert one.sts.get_caller_identity()["Arn"] == one.arn


def test_access_key_last_used(iam, new_user_with):
    user = new_user_with(allow("iam:GetUser"))
    unused = iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
    never = iam.get_access_key_last_used(AccessKeyId=unused)
    assert never["UserName"] == user.name
    assert (never["AccessKeyLastUsed"]["ServiceName"], never["AccessKeyLastUsed"]["Region"]) == ("N/A", "N/A")
    assert "LastUsedDate" not in never["AccessKeyLastUsed"]

    user.iam.get_user()

    def used():
        found = iam.get_access_key_last_used(AccessKeyId=user.credentials.access_key)["AccessKeyLastUsed"]
        return found if "LastUsedDate" in found else None

    found = eventually(used)
    assert found and (found["ServiceName"], found["Region"]) == ("iam", "us-east-1")
    now = datetime.datetime.now(datetime.timezone.utc)
    assert abs((now - found["LastUsedDate"]).total_seconds()) < 120


def test_last_used_of_an_unknown_key(iam):
    with refused(("AccessDenied", "NoSuchEntity")):
        iam.get_access_key_last_used(AccessKeyId="AKIA234567ABCDEFGHIJ")


@pytest.mark.parametrize("status", ["Active", "Inactive"])
def test_setting_a_key_to_what_it_is(iam, new_user_with, status):
    user = new_user_with()
    for _ in range(2):
        iam.update_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key, Status=status)
    assert iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"][0]["Status"] == status
