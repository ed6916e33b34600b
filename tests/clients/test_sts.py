"""STS: role sessions and what limits them, session and federation tokens."""

import datetime
import re

import pytest

from expect import INVALID_TOKEN, access_denied, may_not_assume, no_session_policy, refused, validation
from harness import Credentials, allow, both, deny, text, trust

LIST = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


@pytest.fixture
def user(account):
    return account.new_user()


def lifetime(answer):
    """Seconds from now to the expiry of the credentials of an answer."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return (answer["Credentials"]["Expiration"] - now).total_seconds()


# -- identity -------------------------------------------------------------------------------------------------------


def test_identity_of_the_root_user(account):
    got = account.sts.get_caller_identity()
    assert (got["UserId"], got["Account"], got["Arn"]) == (account.id, account.id, account.arn("root"))


def test_identity_of_a_user_with_a_path(account):
    user = account.new_user(path="/a/b/")
    got = user.sts.get_caller_identity()
    assert (got["UserId"], got["Account"], got["Arn"]) == (user.id, account.id, account.arn(f"user/a/b/{user.name}"))


def test_identity_of_a_role_session_has_no_path(account, user):
    role = account.new_role(trust(user.arn), name="r", Path="/deep/path/")
    got = account.client("sts", user.assume(role, "me@home")).get_caller_identity()
    assert got["Arn"] == account.arn("assumed-role/r/me@home", service="sts")
    assert got["UserId"] == f"{role['RoleId']}:me@home"


def test_get_access_key_info(account, second_account, user):
    session = user.assume(account.new_role(trust(user.arn)))
    for key in (user.credentials.access_key, session.access_key):
        assert second_account.sts.get_access_key_info(AccessKeyId=key)["Account"] == account.id
    with refused("ValidationError", status=400):
        account.client("sts", validate=False).get_access_key_info(AccessKeyId="short")


# -- who may assume -------------------------------------------------------------------------------------------------


def test_a_trusted_user_of_the_same_account_needs_no_more(account, user):
    assert user.assume(account.new_role(trust(user.arn)))


def test_trust_in_the_account_only_delegates(account, user):
    role = account.new_role(trust(account.id))
    with may_not_assume(user.arn, role["Arn"]):
        user.assume(role)
    account.iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=text(allow("sts:AssumeRole", role["Arn"])))
    assert user.assume(role)


def test_an_identity_policy_alone_does_not_suffice(account):
    user = account.new_user(allow("sts:*"))
    role = account.new_role(trust({"Service": "ec2.amazonaws.com"}))
    with may_not_assume(user.arn, role["Arn"]):
        user.assume(role)


def test_an_explicit_deny_of_the_identity_side_wins(account):
    user = account.new_user(deny("sts:AssumeRole"))
    role = account.new_role(trust(user.arn))
    with may_not_assume(user.arn, role["Arn"]):
        user.assume(role)


def test_trust_in_one_user_is_not_trust_in_a_longer_name(account):
    short, longer = account.new_user(name="u"), account.new_user(name="u2")
    role = account.new_role(trust(longer.arn))
    assert longer.assume(role)
    with may_not_assume(short.arn, role["Arn"]):
        short.assume(role)


def test_across_accounts_both_sides_must_allow(account, second_account):
    user = account.new_user()
    role = second_account.new_role(trust(user.arn))
    with may_not_assume(user.arn, role["Arn"]):
        user.assume(role)
    account.iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=text(allow("sts:AssumeRole")))
    assert user.assume(role)
    second_account.iam.update_assume_role_policy(
        RoleName=role["RoleName"], PolicyDocument=text(trust(second_account.id))
    )
    with may_not_assume(user.arn, role["Arn"]):
        user.assume(role)


def test_a_denial_across_accounts_tells_nothing_of_the_policies(account, second_account):
    user = account.new_user(allow("sts:AssumeRole"))
    role = second_account.new_role(trust(second_account.id))
    sentence = f"User: {user.arn} is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}"
    with refused("AccessDenied", sentence, status=403):
        user.assume(role)


def test_a_role_that_does_not_exist_is_denied_alike(account, user):
    missing = account.arn("role/none")
    with may_not_assume(user.arn, missing):
        user.assume(missing)


def test_root_may_not_assume(account):
    role = account.new_role(trust(account.id))
    with refused("AccessDenied", "Roles may not be assumed by root accounts.", status=403):
        account.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="root-session")


def test_external_id(account, second_account):
    user = account.new_user(allow("sts:AssumeRole"))
    role = second_account.new_role(trust(account.id, Condition={"StringEquals": {"sts:ExternalId": "right"}}))
    for wrong in ({"ExternalId": "wrong"}, {"ExternalId": "RIGHT"}, {}):
        with may_not_assume(user.arn, role["Arn"]):
            user.assume(role, **wrong)
    assert user.assume(role, ExternalId="right")


def test_a_negated_condition_on_a_missing_key_still_denies(account, user):
    """Deny + StringNotEquals must not be skipped by leaving the key out."""
    document = trust(user.arn)
    document["Statement"].append({
        "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole",
        "Condition": {"StringNotEquals": {"sts:ExternalId": "right"}},
    })
    role = account.new_role(document)
    with may_not_assume(user.arn, role["Arn"]):
        user.assume(role)
    assert user.assume(role, ExternalId="right")


def test_session_name_in_the_trust_policy(account):
    user = account.new_user(name="carol")
    role = account.new_role(trust(user.arn, Condition={"StringLike": {"sts:RoleSessionName": "${aws:username}"}}))
    with may_not_assume(user.arn, role["Arn"]):
        user.assume(role, "mallory")
    assert user.assume(role, "carol")


# -- durations ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked, given", [({}, 3600), ({"DurationSeconds": 900}, 900), ({"DurationSeconds": 3600}, 3600)])
def test_duration(account, user, asked, given):
    role = account.new_role(trust(user.arn), MaxSessionDuration=3600)
    answer = user.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session", **asked)
    assert given - 60 < lifetime(answer) <= given + 5


def test_duration_beyond_what_the_role_allows(account, user):
    role = account.new_role(trust(user.arn), MaxSessionDuration=7200)
    assert user.assume(role, DurationSeconds=7200)
    with refused("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", status=400):
        user.assume(role, DurationSeconds=7201)


def test_duration_out_of_the_models_range(account, user):
    role = account.new_role(trust(user.arn), MaxSessionDuration=43200)
    sts = user.client("sts", validate=False)
    for seconds, bound in ((899, "greater than or equal to 900"), (43201, "less than or equal to 43200")):
        wanted = validation("durationSeconds", seconds, f"Member must have value {bound}")
        with refused("ValidationError", wanted, status=400):
            sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session", DurationSeconds=seconds)


def test_chained_sessions_last_an_hour_at_most(account, user):
    first = account.new_role(trust(user.arn), name="first", MaxSessionDuration=43200)
    second = account.new_role(trust(first["Arn"]), name="second", MaxSessionDuration=43200)
    chained = account.client("sts", user.assume(first, DurationSeconds=43200))
    wanted = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    with refused("ValidationError", wanted, status=400):
        chained.assume_role(RoleArn=second["Arn"], RoleSessionName="session", DurationSeconds=3601)
    answer = chained.assume_role(RoleArn=second["Arn"], RoleSessionName="session", DurationSeconds=3600)
    assert lifetime(answer) <= 3605


@pytest.mark.parametrize("name", ["x", "has spaces", "a" * 65])
def test_malformed_session_names(account, user, name):
    role = account.new_role(trust(user.arn))
    with refused("ValidationError", re.compile(r"1 validation error detected: Value '.*' at 'roleSessionName' failed to satisfy constraint: .*"), status=400):
        user.client("sts", validate=False).assume_role(RoleArn=role["Arn"], RoleSessionName=name)


# -- session policies -----------------------------------------------------------------------------------------------


@pytest.fixture
def role(account, user):
    """A role which may do everything in IAM."""
    return account.new_role(trust(user.arn, LIST), allow("iam:*"), name="wide")


def test_inline_session_policy(account, user, role):
    session = account.client("iam", user.assume(role, "s1", Policy=text(allow(["iam:ListUsers", "s3:*"]))))
    assert session.list_users()["Users"]
    who = account.arn("assumed-role/wide/s1", service="sts")
    with access_denied(who, "iam:ListRoles", account.arn("role/"), no_session_policy("iam:ListRoles")):
        session.list_roles()


def test_a_session_policy_cannot_give_more_than_the_role(account, user):
    narrow = account.new_role(trust(user.arn), allow("iam:ListUsers"))
    session = account.client("iam", user.assume(narrow, Policy=text(allow("*"))))
    assert session.list_users()["Users"]
    with refused("AccessDenied", status=403):
        session.list_roles()


def test_managed_session_policies(account, user, role):
    arns = [{"arn": account.new_policy(allow(action))} for action in ("iam:ListUsers", "iam:ListGroups")]
    session = account.client("iam", user.assume(role, PolicyArns=arns))
    assert session.list_users()["Users"] and session.list_groups()["Groups"] == []
    with refused("AccessDenied", status=403):
        session.list_roles()


def test_inline_and_managed_session_policies_are_one_bag(account, user, role):
    arns = [{"arn": account.new_policy(allow("iam:ListGroups"))}]
    session = account.client("iam", user.assume(role, Policy=text(allow("iam:ListUsers")), PolicyArns=arns))
    assert session.list_users()["Users"] and session.list_groups()["Groups"] == []
    refusing = user.assume(role, Policy=text(deny("iam:ListGroups")), PolicyArns=arns)
    with refused("AccessDenied", status=403):
        account.client("iam", refusing).list_groups()


def test_malformed_session_policy(user, role):
    for document in ("{", text({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})):
        with refused("MalformedPolicyDocument", status=400):
            user.assume(role, Policy=document)


def test_session_policies_of_another_account(second_account, user, role):
    arn = second_account.new_policy(allow("*"))
    with refused(("ValidationError", "MalformedPolicyDocument", "InvalidParameterValue", "AccessDenied")):
        user.assume(role, PolicyArns=[{"arn": arn}])


def test_more_than_ten_managed_session_policies(account, user, role):
    arns = [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}] * 11
    with refused(("ValidationError", "PackedPolicyTooLarge", "LimitExceeded"), status=400):
        user.assume(role, PolicyArns=arns)


def test_packed_size(account, user, role):
    answer = user.sts.assume_role(
        RoleArn=role["Arn"], RoleSessionName="session", Policy=text(allow("iam:ListUsers")),
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    assert 0 < answer["PackedPolicySize"] <= 100


def test_packed_policy_too_large(user, role):
    tags = [{"Key": f"{number:03}" + "k" * 125, "Value": "v" * 256} for number in range(50)]
    with refused("PackedPolicyTooLarge", status=400):
        user.assume(role, Policy=text(allow("iam:ListUsers")), Tags=tags)


# -- session tags ---------------------------------------------------------------------------------------------------


def test_tags_need_tag_session(account, user):
    role = account.new_role(trust(user.arn, "sts:AssumeRole"))
    with may_not_assume(user.arn, role["Arn"], "sts:TagSession"):
        user.assume(role, Tags=[{"Key": "team", "Value": "blue"}])
    assert user.assume(role)


def test_attribute_based_access(account, user):
    """The session's tag decides which users it may look at: by path, and by tag."""
    role = account.new_role(
        trust(user.arn, LIST),
        both(
            allow("iam:GetUser", account.arn("user/${aws:PrincipalTag/team}/*")),
            allow("iam:ListGroupsForUser", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
        ),
    )
    for team in ("blue", "red"):
        account.iam.create_user(UserName=f"in-{team}", Path=f"/{team}/", Tags=[{"Key": "team", "Value": team}])
    session = account.client("iam", user.assume(role, Tags=[{"Key": "team", "Value": "blue"}]))
    assert session.get_user(UserName="in-blue")["User"]["Path"] == "/blue/"
    assert session.list_groups_for_user(UserName="in-blue")["Groups"] == []
    for call in (session.get_user, session.list_groups_for_user):
        with refused("AccessDenied", status=403):
            call(UserName="in-red")
    untagged = account.client("iam", user.assume(role))
    with refused("AccessDenied", status=403):
        untagged.get_user(UserName="in-blue")


def test_tag_values_are_literal(account, user):
    """A tag of `*` is a star and not a wildcard."""
    role = account.new_role(trust(user.arn, LIST), allow("iam:GetUser", account.arn("user/${aws:PrincipalTag/team}/*")))
    account.iam.create_user(UserName="in-red", Path="/red/")
    with refused(("AccessDenied", "ValidationError"), status=None):
        session = user.assume(role, Tags=[{"Key": "team", "Value": "*"}])
        account.client("iam", session).get_user(UserName="in-red")


def test_tags_of_the_role_and_of_the_session(account, user):
    """A session tag overrides the role's tag of the same key, whatever its case."""
    role = account.new_role(
        trust(user.arn, LIST), allow("iam:ListUsers", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}}),
        Tags=[{"Key": "Team", "Value": "blue"}],
    )
    assert account.client("iam", user.assume(role)).list_users()["Users"]
    red = user.assume(role, Tags=[{"Key": "team", "Value": "red"}])
    with refused("AccessDenied", status=403):
        account.client("iam", red).list_users()


def test_request_tags_in_the_trust_policy(account, user):
    role = account.new_role(trust(user.arn, LIST, Condition={"StringEquals": {"aws:RequestTag/team": ["blue", "green"]}}))
    assert user.assume(role, Tags=[{"Key": "team", "Value": "green"}])
    for tags in ([{"Key": "team", "Value": "red"}], []):
        with may_not_assume(user.arn, role["Arn"], "sts:AssumeRole"):
            user.assume(role, Tags=tags)


@pytest.fixture
def chain(account, user):
    """Two roles, the second assumed by sessions of the first; it lists users for the blue team only."""
    first = account.new_role(trust(user.arn, LIST), name="first")
    second = account.new_role(
        trust(first["Arn"], LIST), allow("iam:ListUsers", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}}),
        name="second",
    )
    return first, second


def test_transitive_tags_persist_through_a_chain(account, user, chain):
    first, second = chain
    tags = {"Tags": [{"Key": "team", "Value": "blue"}]}

    def next_session(**more):
        sts = account.client("sts", user.assume(first, **more))
        return Credentials.of_session(sts.assume_role(RoleArn=second["Arn"], RoleSessionName="session"))

    assert account.client("iam", next_session(**tags, TransitiveTagKeys=["team"])).list_users()["Users"]
    with refused("AccessDenied", status=403):
        account.client("iam", next_session(**tags)).list_users()


def test_a_transitive_tag_cannot_be_changed(account, user, chain):
    first, second = chain
    sts = account.client("sts", user.assume(first, Tags=[{"Key": "team", "Value": "red"}], TransitiveTagKeys=["team"]))
    wanted = (
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the "
        "calling session."
    )
    with refused("InvalidParameterValue", wanted, status=400):
        sts.assume_role(RoleArn=second["Arn"], RoleSessionName="session", Tags=[{"Key": "TEAM", "Value": "blue"}])


def test_duplicate_session_tags(user, role):
    wanted = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    with refused("InvalidParameterValue", wanted, status=400):
        user.assume(role, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])


# -- source identity ------------------------------------------------------------------------------------------------


def test_source_identity(account, user):
    first = account.new_role(trust(user.arn, LIST), name="first")
    second = account.new_role(
        trust(first["Arn"], LIST), allow("iam:ListUsers", Condition={"StringEquals": {"aws:SourceIdentity": "alice"}}),
        name="second",
    )
    account.iam.put_role_policy(RoleName="first", PolicyName="p", PolicyDocument=text(allow(LIST)))
    answer = user.sts.assume_role(RoleArn=first["Arn"], RoleSessionName="session", SourceIdentity="alice")
    assert answer["SourceIdentity"] == "alice"
    sts = account.client("sts", Credentials.of_session(answer))
    chained = sts.assume_role(RoleArn=second["Arn"], RoleSessionName="session")
    assert chained["SourceIdentity"] == "alice"
    assert account.client("iam", Credentials.of_session(chained)).list_users()["Users"]
    with refused(("ValidationError", "AccessDenied"), "The source identity is already set for this assume role session"):
        sts.assume_role(RoleArn=second["Arn"], RoleSessionName="session", SourceIdentity="bob")


def test_source_identity_needs_its_own_permission(account, user):
    role = account.new_role(trust(user.arn, "sts:AssumeRole"))
    with may_not_assume(user.arn, role["Arn"], "sts:SetSourceIdentity"):
        user.assume(role, SourceIdentity="alice")


# -- GetSessionToken, GetFederationToken ----------------------------------------------------------------------------


def test_get_session_token(account):
    user = account.new_user(allow(["iam:*", "sts:*"]))
    answer = user.sts.get_session_token()
    assert 43200 - 60 < lifetime(answer) <= 43205
    session = Credentials.of_session(answer)
    assert session.access_key.startswith("ASIA")
    sts = account.client("sts", session)
    assert sts.get_caller_identity()["Arn"] == user.arn
    role = account.new_role(trust(user.arn))
    assert sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
    # Without MFA such a session calls no IAM operation, and of STS only the two above.
    with refused(("InvalidClientTokenId", "AccessDenied"), status=403):
        account.client("iam", session).list_users()
    with refused("AccessDenied", "Cannot call GetSessionToken with session credentials", status=403):
        sts.get_session_token()
    with refused("AccessDenied", "Cannot call GetFederationToken with session credentials", status=403):
        sts.get_federation_token(Name="someone")


@pytest.mark.parametrize("seconds", [900, 129600])
def test_session_token_durations(user, seconds):
    assert seconds - 60 < lifetime(user.sts.get_session_token(DurationSeconds=seconds)) <= seconds + 5


def test_session_token_of_the_root_user_is_capped(account):
    assert lifetime(account.sts.get_session_token(DurationSeconds=43200)) <= 3605


def test_a_role_session_gets_no_session_token(account, user):
    sts = account.client("sts", user.assume(account.new_role(trust(user.arn), allow("*"))))
    with refused("AccessDenied", "Cannot call GetSessionToken with session credentials", status=403):
        sts.get_session_token()
    with refused("AccessDenied", "Cannot call GetFederationToken with session credentials", status=403):
        sts.get_federation_token(Name="someone")


def test_get_federation_token(account):
    user = account.new_user(allow(["sts:GetFederationToken", "s3:*"]))
    answer = user.sts.get_federation_token(Name="Bob", Policy=text(allow("s3:GetObject")), DurationSeconds=900)
    assert answer["FederatedUser"] == {
        "FederatedUserId": f"{account.id}:Bob",
        "Arn": account.arn("federated-user/Bob", service="sts"),
    }
    assert 840 < lifetime(answer) <= 905 and answer["PackedPolicySize"] > 0
    session = Credentials.of_session(answer)
    got = account.client("sts", session).get_caller_identity()
    assert (got["Arn"], got["UserId"]) == (account.arn("federated-user/Bob", service="sts"), f"{account.id}:Bob")
    with refused(("InvalidClientTokenId", "AccessDenied"), status=403):
        account.client("iam", session).list_users()
    role = account.new_role(trust(account.id))
    with refused("AccessDenied", status=403):
        account.client("sts", session).assume_role(RoleArn=role["Arn"], RoleSessionName="session")


def test_federation_token_needs_permission(user):
    with refused("AccessDenied", re.compile(rf"User: {user.arn} is not authorized to perform: sts:GetFederationToken on resource: .*"), status=403):
        user.sts.get_federation_token(Name="Bob")


# -- the end of a session -------------------------------------------------------------------------------------------


def test_sessions_are_revoked_by_a_deny_on_their_issue_time(account, user):
    role = account.new_role(trust(user.arn), allow("iam:ListUsers"), name="r")
    iam = account.client("iam", user.assume(role))
    assert iam.list_users()["Users"]
    later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    account.iam.put_role_policy(
        RoleName="r", PolicyName="AWSRevokeOlderSessions",
        PolicyDocument=text(deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": later}})),
    )
    with refused("AccessDenied", status=403):
        iam.list_users()


def test_a_session_token_dies_with_its_user(account):
    user = account.new_user()
    session = Credentials.of_session(user.sts.get_session_token())
    assert account.client("sts", session).get_caller_identity()["Arn"] == user.arn
    account.iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key)
    account.iam.delete_user(UserName=user.name)
    account.iam.create_user(UserName=user.name)
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        account.client("sts", session).get_caller_identity()
