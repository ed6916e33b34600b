"""Fixtures. A server per module, a fresh account per test, a server of its own for tests that stop it."""

import os
import shutil
import tempfile
from pathlib import Path

# Before boto3 looks: no configuration, credentials or endpoint of the caller may reach the clients.
_HOME = tempfile.mkdtemp(prefix="keygate-clients-")
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ.update(
    HOME=_HOME,
    AWS_CONFIG_FILE=str(Path(_HOME) / "no-config"),
    AWS_SHARED_CREDENTIALS_FILE=str(Path(_HOME) / "no-credentials"),
    AWS_EC2_METADATA_DISABLED="true",
)

import pytest  # noqa: E402

import drivers  # noqa: E402
import harness  # noqa: E402


def pytest_report_header():
    return f"keygate: {harness.binary()}, aws CLI versions: {harness.cli_versions()}"


def pytest_sessionfinish():
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The server that the tests of one module share."""
    running = harness.Server(tmp_path_factory.mktemp("server")).start()
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path):
    """A server for one test, which may stop it, kill it or start it again."""
    running = harness.Server(tmp_path / "server").start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def root(server):
    """The root user of the server's first account."""
    return server.root()


@pytest.fixture
def account(server):
    """A fresh account, seen by its root user."""
    return server.create_account()


@pytest.fixture
def second_account(server):
    """Another fresh account, for calls across accounts."""
    return server.create_account()


@pytest.fixture
def iam(account):
    """IAM as the fresh account's root user."""
    return account.iam


@pytest.fixture
def new_user_with(account):
    """`new_user_with(policy)`: a user of the fresh account with that inline policy and an access key."""
    return account.new_user


@pytest.fixture
def aws_cli_v1(server):
    """`aws_cli_v1(arguments, credentials)`: PyPI's aws CLI."""
    return lambda arguments, credentials, **more: harness.aws(1, server, credentials, *arguments, **more)


@pytest.fixture
def aws_cli_v2(server):
    """`aws_cli_v2(arguments, credentials)`: Debian's aws CLI."""
    if 2 not in harness.cli_versions():
        pytest.skip("KEYGATE_SKIP_CLI_V2=1")
    return lambda arguments, credentials, **more: harness.aws(2, server, credentials, *arguments, **more)


@pytest.fixture(params=drivers.names())
def driver(request):
    """The clients that speak to a server, one after the other."""
    return drivers.named(request.param)
