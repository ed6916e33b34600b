"""Trust is in a principal and not in its name: deleting one leaves its unique id behind, a new one gains nothing."""

import pytest

from expect import may_not_assume, refused
from harness import allow, text, trust


def shown(account, role):
    """The principals of the first statement of a role's trust policy, as GetRole shows them now."""
    document = account.iam.get_role(RoleName=role["RoleName"])["Role"]["AssumeRolePolicyDocument"]
    named = document["Statement"][0]["Principal"]["AWS"]
    return [named] if isinstance(named, str) else named


def remove_user(user):
    """Deletes a user with its key."""
    iam = user.account.iam
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key)
    for name in iam.list_user_policies(UserName=user.name)["PolicyNames"]:
        iam.delete_user_policy(UserName=user.name, PolicyName=name)
    iam.delete_user(UserName=user.name)


def test_a_deleted_user_is_shown_by_its_id(account):
    user = account.new_user(name="alice")
    role = account.new_role(trust(user.arn))
    assert shown(account, role) == [user.arn]
    remove_user(user)
    assert shown(account, role) == [user.id] and user.id.startswith("AIDA")


def test_a_recreated_user_does_not_regain_trust(account):
    old = account.new_user(name="alice")
    role = account.new_role(trust(old.arn))
    assert old.assume(role)
    remove_user(old)
    new = account.new_user(name="alice")
    assert new.arn == old.arn and new.id != old.id
    with may_not_assume(new.arn, role["Arn"]):
        new.assume(role)
    assert shown(account, role) == [old.id]
    account.iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=text(trust(new.arn)))
    assert shown(account, role) == [new.arn]
    assert new.assume(role)


def test_a_deleted_role_is_shown_by_its_id_and_does_not_regain_trust(account):
    user = account.new_user()
    first = account.new_role(trust(user.arn), name="first")
    second = account.new_role(trust(first["Arn"]), name="second")
    account.iam.delete_role(RoleName="first")
    assert shown(account, second) == [first["RoleId"]] and first["RoleId"].startswith("AROA")
    account.new_role(trust(user.arn), name="first")
    sts = account.client("sts", user.assume(first["Arn"], "hop"))
    with may_not_assume(account.arn("assumed-role/first/hop", service="sts"), second["Arn"]):
        sts.assume_role(RoleArn=second["Arn"], RoleSessionName="session")


def test_only_the_deleted_one_of_several_changes(account):
    alice, bob = account.new_user(name="alice"), account.new_user(name="bob")
    role = account.new_role(trust([alice.arn, bob.arn]))
    remove_user(alice)
    assert sorted(shown(account, role)) == sorted([alice.id, bob.arn])
    assert bob.assume(role)


def test_a_renamed_user_keeps_trust_and_is_shown_by_the_new_name(account):
    user = account.new_user(name="alice")
    role = account.new_role(trust(user.arn))
    account.iam.update_user(UserName="alice", NewUserName="alicia")
    assert shown(account, role) == [account.arn("user/alicia")]
    assert user.assume(role)


def test_a_document_with_a_dead_id_cannot_be_saved_again(account):
    user = account.new_user(name="alice")
    role = account.new_role(trust(user.arn))
    remove_user(user)
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{user.id}"', status=400):
        account.iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=text(trust(user.id)))


def test_across_accounts(account, second_account):
    user = account.new_user(allow("sts:AssumeRole"), name="alice")
    role = second_account.new_role(trust(user.arn))
    assert user.assume(role)
    remove_user(user)
    assert shown(second_account, role) == [user.id]
    new = account.new_user(allow("sts:AssumeRole"), name="alice")
    with may_not_assume(new.arn, role["Arn"]):
        new.assume(role)


def test_a_principal_named_by_its_id(account):
    """An id that lives is as good as its ARN, and is shown as it was written or as the ARN."""
    user = account.new_user(name="alice")
    role = account.new_role(trust(user.id))
    assert shown(account, role) in ([user.id], [user.arn])
    assert user.assume(role)


@pytest.mark.parametrize("form", ["{id}", "arn:aws:iam::{id}:root"])
def test_the_account_itself_as_a_principal(account, form):
    role = account.new_role(trust(form.format(id=account.id)))
    assert shown(account, role)[0] in (account.id, account.arn("root"))
    user = account.new_user(allow("sts:AssumeRole"))
    assert user.assume(role)


def test_a_group_is_no_principal(account):
    account.iam.create_group(GroupName="g")
    arn = account.arn("group/g")
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{arn}"', status=400):
        account.new_role(trust(arn))


def test_arns_in_conditions_go_by_name(account):
    """What stands in a condition is never rewritten and matches the re-created principal again."""
    old = account.new_user(allow("sts:AssumeRole"), name="alice")
    role = account.new_role(trust(account.id, Condition={"ArnEquals": {"aws:PrincipalArn": old.arn}}))
    assert old.assume(role)
    remove_user(old)
    new = account.new_user(allow("sts:AssumeRole"), name="alice")
    assert new.assume(role)


def test_one_session_as_a_principal(account):
    user = account.new_user()
    first = account.new_role(trust(user.arn), name="first")
    only = account.arn("assumed-role/first/only", service="sts")
    second = account.new_role(trust(only), name="second")
    assert account.client("sts", user.assume(first, "only")).assume_role(RoleArn=second["Arn"], RoleSessionName="session")
    other = account.client("sts", user.assume(first, "other"))
    with may_not_assume(account.arn("assumed-role/first/other", service="sts"), second["Arn"]):
        other.assume_role(RoleArn=second["Arn"], RoleSessionName="session")
