"""Tokens of outbound web identity federation, verified as somebody outside does: from the issuer's URL alone."""

import base64
import json
import time
import urllib.error
import urllib.request

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from harness import allow, text

AWS = "https://sts.amazonaws.com/"


def decoded(part):
    """Base64url without padding."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def number(part):
    return int.from_bytes(decoded(part), "big")


def fetched(url):
    """A JSON document that needs no credentials."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        return json.load(answer)


def status(url, method="GET"):
    """The status of a request without credentials."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def verify(key, signed, signature):
    """Whether the JWK made the signature; raises if it did not."""
    if key["kty"] == "RSA":
        public = rsa.RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key()
        return public.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    assert (key["kty"], key["crv"], len(signature)) == ("EC", "P-384", 96)
    public = ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP384R1()).public_key()
    r, s = (int.from_bytes(half, "big") for half in (signature[:48], signature[48:]))
    return public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA384()))


def claims_of(token, issuer):
    """The claims of a token, after everything that a careful verifier looks at."""
    header, claims, signature = token.split(".")
    found = fetched(f"{issuer}/.well-known/openid-configuration")
    assert found["issuer"] == issuer
    head, said = json.loads(decoded(header)), json.loads(decoded(claims))
    assert head["alg"] in found["id_token_signing_alg_values_supported"] and head["typ"] == "JWT"
    [key] = [key for key in fetched(found["jwks_uri"])["keys"] if key["kid"] == head["kid"]]
    assert (key["alg"], key["use"]) == (head["alg"], "sig")
    signed = f"{header}.{claims}".encode()
    verify(key, signed, decoded(signature))
    with pytest.raises(InvalidSignature):
        verify(key, signed + b"x", decoded(signature))
    assert said["iss"] == issuer
    assert said["iat"] <= time.time() + 1 and said["exp"] > time.time()
    return said


@pytest.fixture
def issuer(account):
    return account.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]


@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_a_token_is_verified_by_what_the_issuer_publishes(account, issuer, algorithm):
    user = account.new_user()
    policy = text(allow(["sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"]))
    account.iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=policy)
    account.iam.tag_user(UserName=user.name, Tags=[{"Key": "team", "Value": "a"}])
    got = user.sts.get_web_identity_token(
        Audience=["https://api.example.com"],
        SigningAlgorithm=algorithm,
        DurationSeconds=60,
        Tags=[{"Key": "job", "Value": "1"}],
    )
    claims = claims_of(got["WebIdentityToken"], issuer)
    assert claims["exp"] - claims["iat"] == 60
    assert got["Expiration"].timestamp() == claims["exp"]
    assert (claims["sub"], claims["aud"]) == (user.arn, "https://api.example.com")
    assert claims[AWS] == {
        "aws_account": account.id,
        "source_region": "us-east-1",
        "principal_tags": {"team": "a"},
        "request_tags": {"job": "1"},
    }


def test_issued_tokens_stay_verifiable_when_no_more_are_issued(account, issuer):
    token = account.sts.get_web_identity_token(Audience=["a", "b"], SigningAlgorithm="ES384")["WebIdentityToken"]
    account.iam.disable_outbound_web_identity_federation()
    claims = claims_of(token, issuer)
    assert (claims["sub"], claims["aud"]) == (account.arn("root"), ["a", "b"])


def test_each_account_has_its_own_issuer_and_keys(account, second_account, issuer):
    other = second_account.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    assert other != issuer
    keys, others = (fetched(f"{url}/.well-known/jwks.json")["keys"] for url in (issuer, other))
    assert [key["kid"] for key in keys] == [key["kid"] for key in others]
    assert all(one != another for one, another in zip(keys, others))
    token = account.sts.get_web_identity_token(Audience=["a"], SigningAlgorithm="RS256")["WebIdentityToken"]
    header, claims, signature = token.split(".")
    [key] = [key for key in others if key["kid"] == json.loads(decoded(header))["kid"]]
    with pytest.raises(InvalidSignature):
        verify(key, f"{header}.{claims}".encode(), decoded(signature))


def test_nothing_else_is_published(account, second_account, issuer):
    documents = issuer.rsplit("/", 1)[0]
    for path in ("", "/", "/.well-known/private.json", "/.well-known"):
        assert status(issuer + path) == 404, path
    assert status(f"{documents}/00000000-0000-8000-8000-000000000000/.well-known/jwks.json") == 404
    # An account that never issued anything, under its own number.
    never = f"{issuer.rsplit('-', 1)[0]}-{int(second_account.id):012x}"
    assert status(f"{never}/.well-known/jwks.json") == 404
    assert status(f"{issuer}/.well-known/jwks.json", method="POST") == 405
    assert all("d" not in key for key in fetched(f"{issuer}/.well-known/jwks.json")["keys"])


def test_issuer_and_keys_survive_a_restart(own_server):
    account = own_server.create_account()
    issuer = account.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    keys = fetched(f"{issuer}/.well-known/jwks.json")
    own_server.stop()
    own_server.start()
    again = account.client("iam").get_outbound_web_identity_federation_info()["IssuerIdentifier"]
    # The server took another port; what tells the issuer from others stays.
    assert again.rsplit("/", 1)[1] == issuer.rsplit("/", 1)[1]
    assert fetched(f"{again}/.well-known/jwks.json") == keys
