"""Delegated sessions: what a requestor gets for its token, and what the credentials may do."""

import datetime
import time

import pytest

from expect import INVALID_TOKEN, access_denied, may_not_assume, no_boundary, no_session_policy, refused
from harness import Credentials, allow, both, deny, text, trust, unique
from test_events import one


@pytest.fixture
def lend(server, account, second_account):
    """`lend(client)`: the second account asks for iam:ListUsers and iam:CreateRole, this client of the first accepts.

    Answers the credentials, and the ARN that they act as.
    """

    def lending(approver, **more):
        roles = "arn:aws:iam::@{Account}:role/*"
        template = second_account.new_policy(both(allow("iam:ListUsers"), allow("iam:CreateRole", roles)))
        request = second_account.iam.create_delegation_request(
            Description="looks after users",
            Permissions={
                "PolicyTemplateArn": template,
                "Parameters": [{"Name": "Account", "Values": [account.id], "Type": "string"}],
            },
            RequestorWorkflowId="workflow-1",
            NotificationChannel=f"arn:aws:sns:us-east-1:{second_account.id}:delegations",
            SessionDuration=900,
            OwnerAccountId=account.id,
        )["DelegationRequestId"]
        for step in ("associate_delegation_request", "accept_delegation_request", "send_delegation_token"):
            getattr(approver, step)(DelegationRequestId=request)
        token = server.keygate("delegation", "token", request).stdout.strip()
        answer = second_account.sts.get_delegated_access_token(TradeInToken=token)
        return Credentials.of_session(answer), answer["AssumedPrincipal"]

    return lending


@pytest.mark.parametrize("who", ["user", "root", "role"])
def test_delegated_sessions_stay_within_both_policies(account, lend, who):
    if who == "user":
        user = account.new_user(allow("*"))
        approver, arn = user.iam, user.arn
    elif who == "root":
        approver, arn = account.iam, account.arn("root")
    else:
        user = account.new_user()
        role = account.new_role(trust(user.arn), allow("*"))
        approver = account.client("iam", user.assume(role, "approver"))
        arn = account.arn(f"assumed-role/{role['RoleName']}/approver", service="sts")
    credentials, principal = lend(approver)
    assert principal == arn
    iam, sts = account.client("iam", credentials), account.client("sts", credentials)
    assert sts.get_caller_identity()["Arn"] == arn
    assert "Users" in iam.list_users()
    iam.create_role(RoleName="made", AssumeRolePolicyDocument=text(trust({"Service": "ec2.amazonaws.com"})))
    with access_denied(arn, "iam:CreateUser", account.arn("user/intruder"), no_session_policy("iam:CreateUser")):
        iam.create_user(UserName="intruder")
    for refusing in (sts.get_session_token, lambda: sts.get_federation_token(Name="guest")):
        with refused("AccessDenied"):
            refusing()


def test_they_follow_whoever_accepted(account, lend):
    user = account.new_user(allow(["iam:*DelegationRequest", "iam:SendDelegationToken", "iam:ListUsers"]))
    credentials, _ = lend(user.iam)
    iam = account.client("iam", credentials)
    assert iam.list_users()["Users"]
    # The request asks for more than its approver may.
    with refused("AccessDenied"):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    account.iam.delete_user_policy(UserName=user.name, PolicyName="given")
    with refused("AccessDenied"):
        iam.list_users()
    account.iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key)
    account.iam.delete_user(UserName=user.name)
    with refused("InvalidClientTokenId", INVALID_TOKEN):
        iam.list_users()


def test_a_delegated_session_accepts_nothing(account, second_account, lend):
    """What was lent cannot be lent on."""
    template = second_account.new_policy(allow("*"))
    user = account.new_user(allow("*"))
    first, _ = lend(user.iam)
    request = second_account.iam.create_delegation_request(
        Description="more", Permissions={"PolicyTemplateArn": template}, RequestorWorkflowId="workflow-2",
        NotificationChannel=f"arn:aws:sns:us-east-1:{second_account.id}:delegations", SessionDuration=900,
    )["DelegationRequestId"]
    account.iam.associate_delegation_request(DelegationRequestId=request)
    with refused("AccessDenied"):
        account.client("iam", first).accept_delegation_request(DelegationRequestId=request)


def test_no_trust_policy_lets_them_out(account, lend):
    """A trust policy that lets in everybody of the account lets in no session that was lent for something else."""
    user = account.new_user()
    role = account.new_role(trust(user.arn), allow("*"))
    everybody = trust("*", Condition={"StringEquals": {"aws:PrincipalAccount": account.id}})
    target = account.new_role(everybody, allow("*"))["Arn"]
    own = user.assume(role, "approver")
    assert account.client("sts", own).assume_role(RoleArn=target, RoleSessionName="ops")["Credentials"]
    credentials, arn = lend(account.client("iam", own))
    with may_not_assume(arn, target):
        account.client("sts", credentials).assume_role(RoleArn=target, RoleSessionName="ops")


def test_the_owner_s_default_permissions_stay_within_session_policy_and_boundary(account, second_account):
    template = second_account.new_policy(allow("iam:ListUsers"))
    narrow = allow("iam:ListUsers")
    boundary = account.new_policy(narrow)

    def owned_by(iam):
        request = second_account.iam.create_delegation_request(
            Description="x", Permissions={"PolicyTemplateArn": template}, RequestorWorkflowId=unique("workflow"),
            NotificationChannel=f"arn:aws:sns:us-east-1:{second_account.id}:delegations", SessionDuration=900,
        )["DelegationRequestId"]
        iam.associate_delegation_request(DelegationRequestId=request)
        assert iam.get_delegation_request(DelegationRequestId=request)
        return request

    caller = account.new_user()
    role = account.new_role(trust(caller.arn), allow("iam:AssociateDelegationRequest"))
    request = owned_by(account.client("iam", caller.assume(role, "owner")))
    limited = account.client("iam", caller.assume(role, "owner", Policy=text(narrow)))
    arn = account.arn(f"assumed-role/{role['RoleName']}/owner", service="sts")
    wanted = account.arn(f"delegation-request/{request}")
    with access_denied(arn, "iam:GetDelegationRequest", wanted, no_session_policy("iam:GetDelegationRequest")):
        limited.get_delegation_request(DelegationRequestId=request)
    user = account.new_user(allow("iam:AssociateDelegationRequest"))
    request = owned_by(user.iam)
    account.iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=boundary)
    wanted = account.arn(f"delegation-request/{request}")
    with access_denied(user.arn, "iam:GetDelegationRequest", wanted, no_boundary("iam:GetDelegationRequest")):
        user.iam.get_delegation_request(DelegationRequestId=request)


def test_both_accounts_record_the_exchange(account, second_account, lend):
    credentials, principal = lend(account.iam)
    for where in (account, second_account):
        record = one(where, "GetDelegatedAccessToken")
        elements = record["responseElements"]
        assert elements["assumedPrincipal"] == principal
        assert elements["credentials"]["accessKeyId"] == credentials.access_key
        told = str(record)
        assert credentials.secret_key not in told and credentials.token not in told
        assert record["requestParameters"] == {"tradeInToken": "HIDDEN_DUE_TO_SECURITY_REASONS"}
        identity = record["userIdentity"]
        assert identity["accountId"] == second_account.id
        assert identity.get("accessKeyId") == (second_account.credentials.access_key if where is second_account else None)


def test_no_exchange_undoes_a_revocation(server, account, second_account):
    """The policy by which the console revokes a role's sessions: whatever was issued before a time is denied."""
    user = account.new_user()
    role = account.new_role(trust(user.arn), allow("*"))
    approver = account.client("iam", user.assume(role, "approver"))
    request = second_account.iam.create_delegation_request(
        Description="x", Permissions={"PolicyTemplateArn": second_account.new_policy(allow("iam:ListUsers"))},
        RequestorWorkflowId="workflow-1", SessionDuration=900,
        NotificationChannel=f"arn:aws:sns:us-east-1:{second_account.id}:delegations",
    )["DelegationRequestId"]
    for step in ("associate_delegation_request", "accept_delegation_request", "send_delegation_token"):
        getattr(approver, step)(DelegationRequestId=request)
    token = server.keygate("delegation", "token", request).stdout.strip()

    def trade():
        answer = second_account.sts.get_delegated_access_token(TradeInToken=token)
        return account.client("iam", Credentials.of_session(answer))

    assert trade().list_users()["Users"]
    time.sleep(2)
    before = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    revoked = deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": before}})
    account.iam.put_role_policy(RoleName=role["RoleName"], PolicyName="revoked", PolicyDocument=text(revoked))
    later = trade()
    with refused("AccessDenied"):
        later.list_users()


def test_requests_survive_a_restart(own_server):
    partner, owner = own_server.create_account(), own_server.create_account()
    template = partner.new_policy(allow("iam:ListUsers"))
    request = partner.iam.create_delegation_request(
        Description="x", Permissions={"PolicyTemplateArn": template}, RequestorWorkflowId="workflow-1",
        NotificationChannel=f"arn:aws:sns:us-east-1:{partner.id}:delegations", SessionDuration=900,
    )["DelegationRequestId"]
    owner.iam.associate_delegation_request(DelegationRequestId=request)
    own_server.kill()
    own_server.start()
    listed = owner.iam.list_delegation_requests()["DelegationRequests"]
    assert [(one["DelegationRequestId"], one["State"]) for one in listed] == [(request, "ASSIGNED")]
    owner.iam.accept_delegation_request(DelegationRequestId=request)
    owner.iam.send_delegation_token(DelegationRequestId=request)
    refused_token = own_server.keygate("delegation", "token", "ADRAAAAAAAAAAAAAAAAAA", check=False)
    assert refused_token.returncode != 0 and "does not exist" in refused_token.stderr
    token = own_server.keygate("delegation", "token", request).stdout.strip()
    assert partner.sts.get_delegated_access_token(TradeInToken=token)["AssumedPrincipal"] == owner.arn("root")
