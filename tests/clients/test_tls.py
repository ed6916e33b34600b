"""TLS with a given certificate; the clients trust a private CA by AWS_CA_BUNDLE and nothing else."""

import subprocess

import pytest
from botocore.exceptions import BotoCoreError, SSLError

import harness
from harness import Server

EXTENSIONS = """
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = IP:127.0.0.1, DNS:localhost
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A private CA and a certificate for 127.0.0.1, made by openssl as an operator would."""
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "extensions").write_text(EXTENSIONS)

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    def key_and_request(name, subject):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.ec")
        openssl("pkcs8", "-topk8", "-nocrypt", "-in", f"{name}.ec", "-out", f"{name}.key")
        openssl("req", "-new", "-key", f"{name}.key", "-subj", subject, "-out", f"{name}.csr")

    key_and_request("ca", "/CN=Test CA")
    openssl("x509", "-req", "-in", "ca.csr", "-signkey", "ca.key", "-days", "2", "-sha256",
            "-extfile", "extensions", "-extensions", "ca", "-out", "ca.crt")
    key_and_request("server", "/CN=127.0.0.1")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-sha256", "-extfile", "extensions", "-extensions", "leaf", "-out", "server.crt")
    return folder


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory, certificates):
    words = ["--tls-cert", certificates / "server.crt", "--tls-key", certificates / "server.key"]
    running = Server(tmp_path_factory.mktemp("tls"), words).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def ca(certificates):
    return str(certificates / "ca.crt")


def test_the_endpoint_is_https(tls_server):
    assert tls_server.endpoint.startswith("https://127.0.0.1:")
    assert tls_server.exports()["AWS_ENDPOINT_URL"] == tls_server.endpoint


def test_boto3(tls_server, ca):
    root = tls_server.root()
    assert root.client("sts", verify=ca).get_caller_identity()["Account"] == root.id


@pytest.mark.parametrize("version", harness.cli_versions())
def test_the_aws_cli(tls_server, ca, version):
    root = tls_server.root()
    words = ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"]
    done = harness.aws(version, tls_server, root.credentials, *words, environment={"AWS_CA_BUNDLE": ca})
    assert done.stdout.strip() == root.arn("root")


def test_a_client_that_does_not_know_the_ca_refuses(tls_server):
    with pytest.raises(SSLError):
        tls_server.root().sts.get_caller_identity()


def test_plain_http_gets_no_answer(tls_server, ca):
    root = tls_server.root()
    plain = tls_server.endpoint.replace("https://", "http://")
    with pytest.raises(BotoCoreError):
        root.client("sts", endpoint_url=plain).get_caller_identity()
    assert root.client("sts", verify=ca).get_caller_identity()["Account"] == root.id


def test_secure_transport_is_true(tls_server, ca):
    root = tls_server.create_account()
    iam = root.client("iam", verify=ca)
    iam.create_user(UserName="u")
    policy = harness.allow("iam:ListUsers", Condition={"Bool": {"aws:SecureTransport": "true"}})
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=harness.text(policy))
    key = harness.Credentials.of_key(iam.create_access_key(UserName="u"))
    assert root.client("iam", key, verify=ca).list_users()["Users"]


@pytest.mark.parametrize("words", [["--tls-cert", "{0}/server.crt"], ["--tls-key", "{0}/server.key"],
                                   ["--tls-cert", "{0}/ca.crt", "--tls-key", "{0}/server.key"],
                                   ["--tls-cert", "{0}/none.crt", "--tls-key", "{0}/server.key"]])
def test_half_or_wrong_tls_settings_are_refused(certificates, tmp_path, words):
    """Never plain HTTP by mistake."""
    given = [word.format(certificates) for word in words]
    done = harness.run_keygate(
        tmp_path, "serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data", *given, check=False
    )
    assert done.returncode != 0 and done.stderr.strip()
