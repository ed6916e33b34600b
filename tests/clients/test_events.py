"""The trail: every request is one record, allowed, denied or failed, in CloudTrail's format, without secrets."""

import datetime
import json
import os
import re
import subprocess
import threading
import time

import harness
from expect import refused
from harness import allow, clean_environment, eventually, text, trust


def events(account, *filters):
    """The records of this account, oldest first, as `keygate events` prints them."""
    lines = account.server.keygate("events", *filters).stdout.splitlines()
    records = [json.loads(line) for line in lines if line.strip()]
    return [record for record in records if record.get("recipientAccountId") == account.id]


def one(account, name, *, filters=(), count=1):
    """The only record of that event name, or the last of `count`."""
    found = eventually(lambda: [r for r in events(account, "--event-name", name, *filters) if r["eventName"] == name][count - 1:])
    assert len(found) == 1, found
    return found[0]


def test_an_allowed_write(account):
    made = account.iam.create_user(UserName="alice", Path="/staff/")
    record = one(account, "CreateUser")
    assert (record["eventSource"], record["awsRegion"]) == ("iam.amazonaws.com", "us-east-1")
    assert (record["eventType"], record["eventCategory"]) == ("AwsApiCall", "Management")
    assert record["readOnly"] is False and "errorCode" not in record
    assert record["requestParameters"] == {"userName": "alice", "path": "/staff/"}
    assert record["responseElements"]["user"]["userId"] == made["User"]["UserId"]
    assert record["requestID"] == made["ResponseMetadata"]["RequestId"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", record["eventID"])
    assert record["eventVersion"].startswith("1.")
    assert record["sourceIPAddress"] == "127.0.0.1" and record["userAgent"].startswith("Boto3/")
    when = datetime.datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    assert abs((datetime.datetime.now(datetime.timezone.utc) - when).total_seconds()) < 60
    identity = record["userIdentity"]
    assert (identity["type"], identity["principalId"], identity["arn"]) == ("Root", account.id, account.arn("root"))
    assert (identity["accountId"], identity["accessKeyId"]) == (account.id, account.credentials.access_key)


def test_an_allowed_read(account):
    user = account.new_user(allow("iam:GetUser"))
    user.iam.get_user(UserName=user.name)
    record = one(account, "GetUser")
    assert record["readOnly"] is True and record["responseElements"] is None
    identity = record["userIdentity"]
    assert (identity["type"], identity["userName"], identity["principalId"]) == ("IAMUser", user.name, user.id)
    assert (identity["arn"], identity["accessKeyId"]) == (user.arn, user.credentials.access_key)


def test_a_denied_call(account):
    user = account.new_user(allow("s3:*"))
    with refused("AccessDenied") as told:
        user.iam.create_user(UserName="never")
    # The user that is denied was made by a CreateUser, too.
    [record] = eventually(lambda: [record for record in events(account, "--event-name", "CreateUser") if "errorCode" in record])
    assert record["errorCode"] == "AccessDenied"
    assert record["errorMessage"] == told.response["Error"]["Message"]
    assert record["responseElements"] is None
    assert record["userIdentity"]["arn"] == user.arn


def test_a_failed_call(account):
    with refused("NoSuchEntity") as told:
        account.iam.get_role(RoleName="none")
    record = one(account, "GetRole")
    assert record["errorCode"] in ("NoSuchEntity", "NoSuchEntityException")
    assert record["errorMessage"] == told.response["Error"]["Message"]
    assert record["requestParameters"] == {"roleName": "none"}


def test_a_role_session(account):
    user = account.new_user()
    role = account.new_role(trust(user.arn), allow("iam:ListUsers"), name="r")
    session = user.assume(role, "s1")
    account.client("iam", session).list_users()
    record = one(account, "ListUsers")
    identity = record["userIdentity"]
    assert (identity["type"], identity["principalId"]) == ("AssumedRole", f"{role['RoleId']}:s1")
    assert identity["arn"] == account.arn("assumed-role/r/s1", service="sts")
    assert identity["accessKeyId"] == session.access_key
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (issuer["type"], issuer["arn"], issuer["principalId"]) == ("Role", role["Arn"], role["RoleId"])
    assert issuer["userName"] == "r"
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"


def test_assuming_a_role_across_accounts_is_recorded_on_both_sides(account, second_account):
    user = account.new_user(allow("sts:AssumeRole"))
    role = second_account.new_role(trust(user.arn))
    session = user.assume(role, "visit")
    for side in (account, second_account):
        record = one(side, "AssumeRole")
        assert record["eventSource"] == "sts.amazonaws.com"
        assert record["requestParameters"]["roleArn"] == role["Arn"]
        assert record["userIdentity"]["accountId"] == account.id
    given = one(account, "AssumeRole")["responseElements"]["credentials"]
    assert given["accessKeyId"] == session.access_key


def test_no_secret_is_recorded(account):
    user = account.new_user()
    role = account.new_role(trust(user.arn))
    session = user.assume(role)
    key = account.iam.create_access_key(UserName=user.name)["AccessKey"]
    assert one(account, "AssumeRole") and one(account, "CreateAccessKey", count=2)
    everything = json.dumps(events(account))
    for secret in (user.credentials.secret_key, session.secret_key, session.token, key["SecretAccessKey"]):
        assert secret not in everything
    assert key["AccessKeyId"] in everything


def test_no_secret_stands_in_clear_in_the_data_directory(account):
    user = account.new_user()
    secrets = [user.credentials.secret_key.encode(), account.credentials.secret_key.encode()]
    for folder, _, names in os.walk(account.server.data_dir):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
                assert not any(secret in content for secret in secrets), path


def test_filters(account):
    alice, bob = account.new_user(allow("iam:List*"), name="alice"), account.new_user(allow("iam:List*"), name="bob")
    for user in (alice, bob, alice):
        user.iam.list_users()
    alice.iam.list_groups()
    assert eventually(lambda: len(events(account, "--event-name", "ListUsers")) == 3)
    assert eventually(lambda: len(events(account, "--user-name", "alice")) == 3)
    assert len(events(account, "--event-name", "ListUsers", "--user-name", "alice")) == 2
    assert {record["eventName"] for record in events(account, "--user-name", "bob")} == {"ListUsers"}


def test_records_stand_in_the_order_of_time(account):
    for number in range(5):
        account.iam.create_user(UserName=f"u{number}")
    eventually(lambda: len(events(account, "--event-name", "CreateUser")) == 5)
    names = [record["requestParameters"]["userName"] for record in events(account, "--event-name", "CreateUser")]
    assert names == [f"u{number}" for number in range(5)]


def test_a_write_is_recorded_when_it_is_answered(own_server):
    """The record is part of the commit: not even kill -9 right after the answer loses it."""
    account = own_server.create_account()
    account.iam.create_user(UserName="alice")
    own_server.kill()
    own_server.start()
    assert one(account, "CreateUser")["requestParameters"] == {"userName": "alice"}
    assert account.iam.get_user(UserName="alice")["User"]


def test_requests_that_are_nobodys_are_recorded_without_an_account(account):
    """An unknown key has no account, its attempts are still visible to the operator."""
    stranger = harness.Credentials("AKIAIOSFODNN7EXAMPLE", "x" * 40)
    with refused("InvalidClientTokenId"):
        account.client("iam", stranger).list_groups()
    wanted = "InvalidClientTokenId"
    assert eventually(lambda: wanted in account.server.keygate("events", "--event-name", "ListGroups").stdout)


def test_follow(account):
    """`--follow` prints what happens from now on, and ends when it is told to."""
    command = [harness.binary(), "events", "--follow", "--event-name", "CreateGroup", "--data-dir", account.server.data_dir]
    following = subprocess.Popen(
        [str(word) for word in command], env=clean_environment(account.server.home), cwd=account.server.home,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    seen = []
    threading.Thread(target=lambda: seen.extend(iter(following.stdout.readline, "")), daemon=True).start()
    try:
        deadline, number = time.monotonic() + 20, 0
        # It may start later than the first group is made; one of the next will be seen.
        while not any(account.id in line for line in seen) and time.monotonic() < deadline:
            assert following.poll() is None, following.stderr.read()
            account.iam.create_group(GroupName=f"g{number}")
            number += 1
            time.sleep(0.2)
        records = [json.loads(line) for line in seen if account.id in line]
        assert records and {record["eventName"] for record in records} == {"CreateGroup"}
    finally:
        following.terminate()
        following.wait(10)


def test_documents_are_part_of_the_record(account):
    user = account.new_user()
    account.iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=text(allow("s3:*")))
    record = one(account, "PutUserPolicy")
    assert json.loads(record["requestParameters"]["policyDocument"]) == allow("s3:*")
