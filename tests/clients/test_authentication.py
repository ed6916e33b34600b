"""Who is let in: every request is signed, and each way to be wrong has its own error."""

import dataclasses
import hashlib
import re
import uuid

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

import signed
from expect import INVALID_TOKEN, WRONG_SIGNATURE, refused
from harness import REGION, Credentials, allow, deny, trust

WRONG_SECRET = re.compile(re.escape(WRONG_SIGNATURE) + r"(?s:\s.*)?")


@pytest.fixture
def user(account):
    return account.new_user()


@pytest.fixture
def session(account, user):
    """Credentials of a role session."""
    return user.assume(account.new_role(trust(user.arn), allow("iam:ListUsers")))


# -- keys -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service, call", [("sts", "get_caller_identity"), ("iam", "list_users")])
def test_unknown_key(account, service, call):
    stranger = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        getattr(account.client(service, stranger), call)()


def test_key_of_no_format_at_all(account):
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        account.client("sts", Credentials("test", "test")).get_caller_identity()


@pytest.mark.parametrize("service, call", [("sts", "get_caller_identity"), ("iam", "get_user")])
def test_wrong_secret(account, user, service, call):
    wrong = dataclasses.replace(user.credentials, secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    with refused("SignatureDoesNotMatch", WRONG_SECRET, status=403):
        getattr(account.client(service, wrong), call)()


def test_secret_of_another_user(account, user):
    other = account.new_user()
    mixed = dataclasses.replace(user.credentials, secret_key=other.credentials.secret_key)
    with refused("SignatureDoesNotMatch", WRONG_SECRET, status=403):
        account.client("sts", mixed).get_caller_identity()


def test_inactive_key(account, user):
    key = {"UserName": user.name, "AccessKeyId": user.credentials.access_key}
    account.iam.update_access_key(**key, Status="Inactive")
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        user.sts.get_caller_identity()
    account.iam.update_access_key(**key, Status="Active")
    assert user.sts.get_caller_identity()["Arn"] == user.arn


def test_deleted_key(account, user):
    account.iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key)
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        user.sts.get_caller_identity()


def test_key_of_a_deleted_user(account, user):
    account.iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key)
    account.iam.delete_user(UserName=user.name)
    account.iam.create_user(UserName=user.name)
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        user.sts.get_caller_identity()


def test_who_am_i_needs_no_permission(account):
    user = account.new_user(deny("*"))
    assert user.sts.get_caller_identity()["Arn"] == user.arn


# -- signatures -----------------------------------------------------------------------------------------------------


def test_signed_by_hand(account):
    """The way of the spoiled requests below, unspoiled."""
    answer = signed.send(signed.who_am_i(account))
    assert (answer.status, answer.arn) == (200, account.arn("root"))


def test_no_signature(account):
    request = signed.who_am_i(account)
    answer = signed.send(request, headers={"Authorization": None})
    assert answer.refuses("MissingAuthenticationToken") == "Request is missing Authentication Token"


@pytest.mark.parametrize("scheme", ["Basic dXNlcjpwYXNz", "Bearer token", "AWS4-HMAC-SHA512 Credential=x"])
def test_another_scheme(account, scheme):
    answer = signed.send(signed.who_am_i(account), headers={"Authorization": scheme})
    assert answer.status in (400, 403)
    assert answer.code in ("MissingAuthenticationToken", "IncompleteSignature", "InvalidClientTokenId"), answer.body


@pytest.mark.parametrize("part", ["Credential", "SignedHeaders", "Signature"])
def test_incomplete_header(account, part):
    request = signed.who_am_i(account)
    header = re.sub(rf"{part}=[^, ]+,? ?", "", request.headers["Authorization"])
    answer = signed.send(request, headers={"Authorization": header})
    message = answer.refuses("IncompleteSignature", status=answer.status)
    assert answer.status in (400, 403)
    assert f"'{part}'" in message, message


def test_incomplete_scope(account):
    request = signed.who_am_i(account)
    header = request.headers["Authorization"].replace("/aws4_request", "")
    answer = signed.send(request, headers={"Authorization": header})
    assert answer.status in (400, 403)
    assert answer.code in ("IncompleteSignature", "SignatureDoesNotMatch"), answer.body


def test_tampered_signature(account):
    request = signed.who_am_i(account)
    header = request.headers["Authorization"]
    flipped = header[:-1] + ("0" if header[-1] != "0" else "1")
    answer = signed.send(request, headers={"Authorization": flipped})
    assert answer.refuses("SignatureDoesNotMatch").startswith(WRONG_SIGNATURE)


def test_tampered_body(account):
    request = signed.sign(account, "iam", {"Action": "CreateUser", "UserName": "alice"})
    answer = signed.send(request, body="Version=2010-05-08&Action=CreateUser&UserName=mallory")
    assert answer.refuses("SignatureDoesNotMatch").startswith(WRONG_SIGNATURE)
    assert account.iam.list_users()["Users"] == []


def test_tampered_body_with_a_hash_that_fits(account):
    """The header x-amz-content-sha256 is no way around the signature."""
    body = "Version=2010-05-08&Action=CreateUser&UserName=mallory"
    request = signed.sign(account, "iam", {"Action": "CreateUser", "UserName": "alice"})
    for claimed in (hashlib.sha256(body.encode()).hexdigest(), "UNSIGNED-PAYLOAD"):
        answer = signed.send(request, body=body, headers={"X-Amz-Content-Sha256": claimed})
        assert answer.status == 403, answer.body
    assert account.iam.list_users()["Users"] == []


def test_tampered_header(account):
    """The date is signed: moving it breaks the signature."""
    request = signed.who_am_i(account, offset=-60)
    with signed.clock(0) as now:
        answer = signed.send(request, headers={"X-Amz-Date": now.strftime("%Y%m%dT%H%M%SZ")})
    assert answer.refuses("SignatureDoesNotMatch")


def test_tampered_query(account):
    request = signed.who_am_i(account)
    answer = signed.send(request, url=account.server.endpoint + "/?Action=ListUsers")
    assert answer.refuses("SignatureDoesNotMatch")


def test_scope_of_another_service(account):
    """A signature for one service is no signature for another."""
    for scope in ("sts", "s3"):
        request = signed.sign(account, "iam", {"Action": "ListUsers"}, scope_service=scope)
        answer = signed.send(request)
        assert answer.status in (400, 403, 404), answer.body
        assert "<ListUsersResult" not in answer.body


def test_scope_of_another_day(account):
    request = signed.who_am_i(account)
    header = re.sub(r"/\d{8}/", "/20200101/", request.headers["Authorization"])
    assert signed.send(request, headers={"Authorization": header}).refuses("SignatureDoesNotMatch")


# -- the clock ------------------------------------------------------------------------------------------------------

STAMP = r"\d{8}T\d{6}Z"


@pytest.mark.parametrize("offset", [-14 * 60, 14 * 60])
def test_fourteen_minutes_are_forgiven(account, offset):
    assert signed.send(signed.who_am_i(account, offset=offset)).status == 200


def test_signature_expired(account):
    message = signed.send(signed.who_am_i(account, offset=-16 * 60)).refuses("SignatureDoesNotMatch")
    assert re.fullmatch(rf"Signature expired: {STAMP} is now earlier than {STAMP} \({STAMP} - 15 min\.\)", message), message


def test_signature_not_yet_current(account):
    message = signed.send(signed.who_am_i(account, offset=16 * 60)).refuses("SignatureDoesNotMatch")
    assert re.fullmatch(rf"Signature not yet current: {STAMP} is still later than {STAMP} \({STAMP} \+ 15 min\.\)", message), message


# -- presigned URLs -------------------------------------------------------------------------------------------------


def test_presigned_url(account, user):
    answer = signed.exchange("GET", signed.presigned(account, credentials=user.credentials))
    assert (answer.status, answer.arn) == (200, user.arn)


def test_presigned_url_of_a_session(account, session):
    answer = signed.exchange("GET", signed.presigned(account, credentials=session))
    assert answer.status == 200 and ":assumed-role/" in answer.arn


@pytest.mark.parametrize("expires", [0, 60, 3600, 604800])
def test_presigned_url_holds_for_fifteen_minutes_whatever_it_says(account, expires):
    """STS does not look at X-Amz-Expires: a presigned request is as old as any other may be, no more and no less."""
    url = signed.presigned(account, expires=expires, offset=-14 * 60)
    assert signed.exchange("GET", url).status == 200
    message = signed.exchange("GET", signed.presigned(account, expires=expires, offset=-16 * 60)).refuses("SignatureDoesNotMatch")
    assert re.fullmatch(rf"Signature expired: {STAMP} is now earlier than {STAMP} \({STAMP} - 15 min\.\)", message), message


@pytest.mark.parametrize("expires", [-1, 604801])
def test_presigned_url_with_an_impossible_life(account, expires):
    answer = signed.exchange("GET", signed.presigned(account, expires=expires))
    assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError"), answer.body


def test_presigned_url_tampered(account):
    url = signed.presigned(account).replace("Action=GetCallerIdentity", "Action=GetSessionToken")
    assert signed.exchange("GET", url).refuses("SignatureDoesNotMatch")


def test_presigned_expiry_tampered(account):
    url = signed.presigned(account, expires=60, offset=-120).replace("X-Amz-Expires=60", "X-Amz-Expires=6000")
    assert signed.exchange("GET", url).refuses("SignatureDoesNotMatch")


def test_presigned_url_sent_by_another_method(account):
    assert signed.exchange("POST", signed.presigned(account), "").refuses("SignatureDoesNotMatch")


# -- session tokens -------------------------------------------------------------------------------------------------


def test_a_session_is_known(account, session):
    assert ":assumed-role/" in account.client("sts", session).get_caller_identity()["Arn"]


@pytest.mark.parametrize("position", [0, 10, 0.5, -2])
def test_tampered_token(account, session, position):
    index = int(len(session.token) * position) if isinstance(position, float) else position
    characters = list(session.token)
    # A and g differ in the highest bit of their base64 value, which counts in every position.
    characters[index] = "g" if characters[index] in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef" else "A"
    spoiled = dataclasses.replace(session, token="".join(characters))
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        account.client("sts", spoiled).get_caller_identity()


@pytest.mark.parametrize("token", ["x", "not a token at all", "%00", "A" * 5000])
def test_nonsense_token(account, session, token):
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        account.client("sts", dataclasses.replace(session, token=token)).get_caller_identity()


def test_token_left_out(account, session):
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        account.client("sts", dataclasses.replace(session, token=None)).get_caller_identity()


def test_token_of_another_session(account, user, session):
    other = user.assume(account.new_role(trust(user.arn)))
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        account.client("sts", dataclasses.replace(session, token=other.token)).get_caller_identity()


def test_token_with_a_long_term_key(account, user, session):
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        account.client("sts", dataclasses.replace(user.credentials, token=session.token)).get_caller_identity()


def test_token_of_another_server(account, session, own_server):
    """Each installation has sealing keys of its own."""
    elsewhere = own_server.create_account()
    with refused("InvalidClientTokenId", INVALID_TOKEN, status=403):
        elsewhere.client("sts", session).get_caller_identity()


def test_wrong_secret_of_a_session(account, session):
    with refused("SignatureDoesNotMatch", WRONG_SECRET, status=403):
        account.client("sts", dataclasses.replace(session, secret_key="x" * 40)).get_caller_identity()


# -- nothing without a signature ------------------------------------------------------------------------------------


@pytest.mark.parametrize("service, operation, parameters", [
    ("sts", "assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "s1"}),
    ("sts", "get_caller_identity", {}),
    ("sts", "get_session_token", {}),
    ("iam", "list_users", {}),
    ("iam", "create_user", {"UserName": "anyone"}),
])
def test_unsigned_calls_are_refused(account, service, operation, parameters):
    anonymous = boto3.client(
        service,
        endpoint_url=account.server.endpoint,
        region_name=REGION,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError) as caught:
        getattr(anonymous, operation)(**parameters)
    response = caught.value.response
    assert response["Error"]["Code"] in ("MissingAuthenticationToken", "AccessDenied"), response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_no_bypass(account):
    """Well-known test credentials open nothing."""
    for key in ("test", "AKIAIOSFODNN7EXAMPLE", account.id, "root", "FAKE", str(uuid.uuid4())):
        with refused("InvalidClientTokenId", status=403):
            account.client("sts", Credentials(key, "test")).get_caller_identity()
