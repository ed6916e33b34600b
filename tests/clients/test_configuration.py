"""The command line: settings, banner, health, accounts, stopping."""

import json
import re
import socket
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest

import harness
import signed
from harness import Credentials, Server, clean_environment, eventually, run_keygate


@pytest.fixture
def start(tmp_path):
    """`start(*arguments, environment=…)`: a server with settings, stopped at the end."""
    running = []

    def starting(*arguments, environment=None, name="server"):
        server = Server(tmp_path / name, arguments, environment).start()
        running.append(server)
        return server

    yield starting
    for server in running:
        server.kill()


def must_refuse(home, *arguments, environment=None):
    """`keygate serve` must end by itself, with an error; answers what it said."""
    home.mkdir(exist_ok=True)
    words = ["serve", "--listen", "127.0.0.1:0", "--data-dir", home / "data", *arguments]
    try:
        done = run_keygate(home, *words, check=False, environment=environment)
    except subprocess.TimeoutExpired:
        pytest.fail(f"keygate {words} with {environment} started")
    assert done.returncode != 0
    return done.stdout + done.stderr


# -- banner and first start -----------------------------------------------------------------------------------------


def test_banner(start):
    server = start()
    banner = server.banner
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*", banner["endpoint"])
    assert re.fullmatch(r"\d{12}", banner["account"])
    assert banner["credentials"] == f"{server.data_dir}/root-credentials"
    assert banner["store"] == f"sqlite {server.data_dir}/keygate.db"
    assert banner["enforcement"]


def test_the_root_credentials_are_for_the_owner_only(start):
    server = start()
    path = server.data_dir / "root-credentials"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert server.root().credentials.secret_key in path.read_text()
    assert server.root().credentials.secret_key not in "\n".join(server.output) + server.log()


def test_the_data_directory_is_for_the_owner_only(start):
    server = start()
    assert not stat.S_IMODE(server.data_dir.stat().st_mode) & 0o077


def test_the_environment_of_a_shell(start, tmp_path):
    """`eval "$(keygate env)"` is all that a shell needs."""
    server = start()
    exports = server.exports()
    assert exports["AWS_ENDPOINT_URL"] == server.endpoint
    assert exports["AWS_DEFAULT_REGION"] == exports["AWS_REGION"] == "us-east-1"
    script = (
        f'eval "$({harness.binary()} env --data-dir {server.data_dir})" && exec {sys.executable} -c '
        '"import boto3; print(boto3.client(\'sts\').get_caller_identity()[\'Arn\'])"'
    )
    done = subprocess.run(
        ["sh", "-c", script], env=clean_environment(tmp_path), capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == f"arn:aws:iam::{server.account_id}:root", done.stderr


def test_env_without_a_server_says_so(tmp_path):
    done = run_keygate(tmp_path, "env", "--data-dir", tmp_path / "none", check=False)
    assert done.returncode != 0 and "export" not in done.stdout and str(tmp_path / "none") in done.stderr


# -- settings -------------------------------------------------------------------------------------------------------


def test_account_id(start):
    server = start("--account-id", "111122223333")
    assert server.account_id == "111122223333"
    identity = server.root().sts.get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == ("111122223333", "arn:aws:iam::111122223333:root")


def test_region(start):
    exports = start("--region", "eu-central-1").exports()
    assert exports["AWS_DEFAULT_REGION"] == exports["AWS_REGION"] == "eu-central-1"


def test_root_key_from_the_environment(start):
    server = start(environment={
        "KEYGATE_ROOT_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "KEYGATE_ROOT_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    })
    given = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    assert server.root().credentials == given
    assert harness.client(server, "sts", given).get_caller_identity()["Account"] == server.account_id


def test_half_a_root_key_is_refused(tmp_path):
    told = must_refuse(tmp_path / "s", environment={"KEYGATE_ROOT_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"})
    assert "root-secret-access-key" in told or "KEYGATE_ROOT_SECRET_ACCESS_KEY" in told


def test_options_in_the_environment(start):
    server = start(environment={"KEYGATE_REGION": "eu-west-1", "KEYGATE_ACCOUNT_ID": "444455556666"})
    assert server.account_id == "444455556666"
    assert server.exports()["AWS_REGION"] == "eu-west-1"


def test_options_in_a_file(start, tmp_path):
    file = tmp_path / "keygate.toml"
    file.write_text('region = "ap-south-1"\n')
    assert start("--config", file).exports()["AWS_REGION"] == "ap-south-1"


def test_option_beats_environment_beats_file(start, tmp_path):
    file = tmp_path / "keygate.toml"
    file.write_text('region = "ap-south-1"\n')
    environment = {"KEYGATE_REGION": "eu-west-1"}
    assert start("--config", file, environment=environment, name="a").exports()["AWS_REGION"] == "eu-west-1"
    words = ["--config", file, "--region", "sa-east-1"]
    assert start(*words, environment=environment, name="b").exports()["AWS_REGION"] == "sa-east-1"


def test_an_unknown_option_is_refused(tmp_path):
    assert "--lissten" in must_refuse(tmp_path / "s", "--lissten", "127.0.0.1:1")


def test_an_unknown_variable_is_refused(tmp_path):
    assert "KEYGATE_LISSTEN" in must_refuse(tmp_path / "s", environment={"KEYGATE_LISSTEN": "127.0.0.1:1"})


def test_an_unknown_key_in_the_file_is_refused(tmp_path):
    file = tmp_path / "keygate.toml"
    file.write_text('lissten = "127.0.0.1:1"\n')
    assert "lissten" in must_refuse(tmp_path / "s", "--config", file)


@pytest.mark.parametrize("words", [
    ["--account-id", "123"], ["--account-id", "12345678901x"], ["--config", "/does/not/exist.toml"], ["--region", ""],
])
def test_malformed_settings_are_refused(tmp_path, words):
    assert must_refuse(tmp_path / "s", *words)


def test_one_server_per_data_directory(start):
    server = start()
    told = must_refuse(server.home)
    assert str(server.data_dir) in told
    assert server.get("/health")[0] == 200, "the first one goes on"


def test_help_and_version(tmp_path):
    assert re.search(r"\d+\.\d+\.\d+", run_keygate(tmp_path, "version").stdout)
    told = run_keygate(tmp_path, "serve", "--help").stdout
    for option in ("--listen", "--data-dir", "--account-id", "--region", "--tls-cert", "--tls-key"):
        assert option in told
    assert "KEYGATE_LISTEN" in told
    assert run_keygate(tmp_path, "--help").stdout


# -- health and limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_health_needs_no_signature(server, path):
    assert server.get(path)[0] == 200


def test_nothing_else_answers_without_a_signature(server):
    for path in ("/", "/metrics", "/admin", "/../etc/passwd", "/?Action=ListUsers&Version=2010-05-08"):
        assert server.get(path)[0] in (400, 403, 404, 405), path


def test_a_huge_body_is_refused_and_the_server_goes_on(server):
    request = urllib.request.Request(server.endpoint + "/", data=b"x" * (20 << 20), method="POST")
    try:
        status = urllib.request.urlopen(request, timeout=30).status
    except urllib.error.HTTPError as refused:
        status = refused.code
    except (urllib.error.URLError, ConnectionError):
        status = None  # It hung up while the body was still coming.
    assert status in (None, 400, 403, 413)
    assert server.get("/health")[0] == 200


def test_a_huge_header_is_refused_and_the_server_goes_on(server):
    try:
        answer = signed.exchange("GET", server.endpoint + "/", headers={"X-Huge": "x" * (1 << 20)})
        assert answer.status in (400, 413, 431)
    except (ConnectionError, OSError):
        pass  # It hung up.
    assert server.get("/health")[0] == 200


def test_slow_clients_do_not_keep_others_waiting(server):
    """Two hundred connections that never finish their request."""
    host, port = server.endpoint.removeprefix("http://").rsplit(":", 1)
    slow = []
    try:
        for _ in range(200):
            connection = socket.create_connection((host, int(port)), timeout=10)
            connection.sendall(b"POST / HTTP/1.1\r\nHost: keygate\r\nX-Slow: ")
            slow.append(connection)
        assert server.get("/health")[0] == 200
        assert server.root().sts.get_caller_identity()["Account"] == server.account_id
    finally:
        for connection in slow:
            connection.close()


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"\x00" * 100])
def test_what_is_not_http(server, nonsense):
    host, port = server.endpoint.removeprefix("http://").rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(nonsense)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert server.get("/health")[0] == 200


# -- accounts -------------------------------------------------------------------------------------------------------


def test_create_and_list_accounts(own_server):
    made = own_server.keygate("account", "create", "--name", "Research", "--account-id", "222233334444", "--json")
    answer = json.loads(made.stdout)
    assert set(answer) >= {"AccountId", "AccessKeyId", "SecretAccessKey"} and answer["AccountId"] == "222233334444"
    listed = own_server.keygate("account", "list", "--json").stdout
    for wanted in ("222233334444", "Research", own_server.account_id):
        assert wanted in listed
    assert answer["SecretAccessKey"] not in listed
    for line in listed.splitlines() if not listed.lstrip().startswith(("[", "{")) else [listed]:
        json.loads(line)
    plain = own_server.keygate("account", "list").stdout
    assert "222233334444" in plain and "Research" in plain
    credentials = Credentials(answer["AccessKeyId"], answer["SecretAccessKey"])
    assert harness.client(own_server, "sts", credentials).get_caller_identity()["Account"] == "222233334444"


def test_an_account_id_is_given_once(own_server):
    own_server.keygate("account", "create", "--name", "one", "--account-id", "222233334444")
    again = own_server.keygate("account", "create", "--name", "two", "--account-id", "222233334444", check=False)
    assert again.returncode != 0 and "222233334444" in again.stderr


def test_many_accounts(own_server):
    """Accounts are cheap: a hundred of them, made side by side, each with its own id and key."""
    made = []
    lock = threading.Lock()

    def make(number):
        for turn in range(10):
            account = own_server.create_account(f"account-{number}-{turn}")
            with lock:
                made.append(account)

    workers = [threading.Thread(target=make, args=(number,)) for number in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({account.id for account in made}) == 100
    assert len({account.credentials.access_key for account in made}) == 100
    for account in made[::25]:
        assert account.sts.get_caller_identity()["Account"] == account.id


def test_account_commands_need_the_server(own_server):
    own_server.stop()
    done = own_server.keygate("account", "create", "--name", "x", "--json", check=False)
    assert done.returncode != 0 and done.stdout.strip() == "" and done.stderr.strip()


def test_status(own_server):
    told = own_server.keygate("status").stdout
    assert own_server.endpoint in told and own_server.account_id in told
    own_server.stop()
    after = own_server.keygate("status", check=False)
    assert after.returncode != 0 or own_server.endpoint not in after.stdout


# -- stopping -------------------------------------------------------------------------------------------------------


def test_graceful_stop(own_server):
    assert own_server.stop() == 0
    with pytest.raises(OSError):
        own_server.get("/health")


def test_a_graceful_stop_finishes_what_it_began(own_server):
    """Every write that was acknowledged while the server was told to stop is there afterwards."""
    account = own_server.create_account()
    acknowledged = []
    clients = [account.client("iam") for _ in range(4)]
    ready = threading.Barrier(5)

    def write(worker, iam):
        ready.wait()
        for number in range(100_000):
            name = f"u-{worker}-{number}"
            try:
                iam.create_user(UserName=name)
            except Exception:  # The server is gone: whatever the client makes of that.
                return
            acknowledged.append(name)

    workers = [threading.Thread(target=write, args=pair) for pair in enumerate(clients)]
    for worker in workers:
        worker.start()
    ready.wait()
    assert eventually(lambda: len(acknowledged) >= 20)
    assert own_server.stop() == 0
    for worker in workers:
        worker.join()
    own_server.start()
    pages = account.iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1000})
    kept = {user["UserName"] for page in pages for user in page["Users"]}
    assert kept >= set(acknowledged)


def test_kill_loses_no_acknowledged_write(own_server):
    account = own_server.create_account()
    acknowledged = []
    for turn in range(5):
        iam = account.iam
        for number in range(10):
            name = f"u-{turn}-{number}"
            iam.create_user(UserName=name)
            acknowledged.append(name)
        own_server.kill()
        own_server.start()
        pages = account.iam.get_paginator("list_users").paginate()
        assert sorted(user["UserName"] for page in pages for user in page["Users"]) == sorted(acknowledged)


def test_the_operator_socket_is_for_the_owner_only(own_server):
    sockets = [path for path in own_server.data_dir.rglob("*") if path.is_socket()]
    assert sockets, "the operator socket lives in the data directory"
    assert {stat.S_IMODE(path.stat().st_mode) for path in sockets} == {0o600}
