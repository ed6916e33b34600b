"""Starts `keygate serve`, and hands out credentials and clients for it.

Every server has its own data directory, its own HOME and port 0; nothing here reads the caller's AWS
configuration. A test that wants isolation takes a fresh account: accounts cost milliseconds.
"""

import dataclasses
import functools
import itertools
import json
import os
import queue
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

PROJECT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
START_SECONDS = 30
STOP_SECONDS = 20
COMMAND_SECONDS = 60

# One session for all clients: it holds the loaded API models. Credentials are always given explicitly.
_SESSION = boto3.Session(region_name=REGION)
_COUNTER = itertools.count(1)


def unique(prefix):
    """A name that no other test of this process uses."""
    return f"{prefix}-{os.getpid()}-{next(_COUNTER)}"


def binary():
    """The server under test: KEYGATE_BIN, or what cargo built last."""
    chosen = os.environ.get("KEYGATE_BIN")
    if chosen:
        return Path(chosen).resolve()
    target = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
    built = [target / profile / "keygate" for profile in ("debug", "release")]
    existing = [path for path in built if path.is_file()]
    if not existing:
        raise RuntimeError(f"no keygate binary: set KEYGATE_BIN or run `cargo build -p keygate` (looked at {built})")
    return max(existing, key=lambda path: path.stat().st_mtime)


def clean_environment(home, **extra):
    """An environment without the caller's AWS_ and KEYGATE_ settings; an unknown KEYGATE_ variable stops the server."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), **extra}


@dataclasses.dataclass(frozen=True)
class Credentials:
    """An access key, and the session token if it is a temporary one."""

    access_key: str
    secret_key: str
    token: str | None = None

    def environment(self):
        """The variables that every AWS client reads."""
        variables = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}
        return variables if self.token is None else {**variables, "AWS_SESSION_TOKEN": self.token}

    @classmethod
    def of_session(cls, answer):
        """From the answer of AssumeRole, GetSessionToken or GetFederationToken."""
        given = answer["Credentials"]
        return cls(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    @classmethod
    def of_key(cls, answer):
        """From the answer of CreateAccessKey."""
        given = answer["AccessKey"]
        return cls(given["AccessKeyId"], given["SecretAccessKey"])


class Server:
    """One `keygate serve` process over one data directory; it can be stopped, killed and started again."""

    def __init__(self, home, arguments=(), environment=None, data_dir=None):
        self.home = Path(home)
        self.data_dir = Path(data_dir) if data_dir else self.home / "data"
        self.arguments = list(arguments)
        self.extra_environment = dict(environment or {})
        self.process = None
        self.banner = {}
        self.output = []

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self):
        """Starts the process and waits for its banner, which is printed when it really answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        log = open(self.home / "server.log", "ab")
        command = [binary(), "serve", "--listen", "127.0.0.1:0", "--data-dir", self.data_dir, *self.arguments]
        self.process = subprocess.Popen(
            [str(word) for word in command],
            cwd=self.home,
            env=clean_environment(self.home, **self.extra_environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        log.close()
        lines = queue.Queue()
        threading.Thread(target=_drain, args=(self.process.stdout, lines, self.output), daemon=True).start()
        self.banner = self._read_banner(lines)
        return self

    def _read_banner(self, lines):
        banner, deadline = {}, time.monotonic() + START_SECONDS
        while "enforcement" not in banner:
            try:
                line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise AssertionError(f"no banner within {START_SECONDS} s; it said {banner}\n{self.log()}") from None
            if line is None:
                raise AssertionError(f"keygate serve ended with {self.process.wait()} before its banner\n{self.log()}")
            found = re.fullmatch(r"  (endpoint|account|credentials|store|enforcement) +(\S.*?)\s*", line)
            if found:
                banner[found[1]] = found[2]
        return banner

    def stop(self):
        """SIGTERM, the graceful stop; answers the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self):
        """SIGKILL, the power cut."""
        return self._end(signal.SIGKILL)

    def _end(self, how):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)
            raise AssertionError(f"the server did not end within {STOP_SECONDS} s of {how!r}\n{self.log()}") from None

    def log(self):
        """The end of what the server wrote to its standard error."""
        path = self.home / "server.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    # -- what the banner said -----------------------------------------------------------------------------------

    @property
    def endpoint(self):
        return self.banner["endpoint"]

    @property
    def account_id(self):
        return self.banner["account"]

    # -- the operator's command line ----------------------------------------------------------------------------

    def keygate(self, *arguments, check=True):
        """Runs a `keygate` command against this server's data directory."""
        return run_keygate(self.home, *arguments, "--data-dir", self.data_dir, check=check)

    def exports(self):
        """What `keygate env` prints, as a dictionary."""
        found = {}
        for line in self.keygate("env").stdout.splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] == "export":
                found.update(word.split("=", 1) for word in words[1:])
        return found

    def root(self):
        """The first account with its root key."""
        exports = self.exports()
        credentials = Credentials(exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"])
        return Account(self, self.account_id, credentials)

    def create_account(self, name=None):
        """A new account with its root key."""
        answer = self.keygate("account", "create", "--name", name or unique("account"), "--json")
        made = json.loads(answer.stdout)
        return Account(self, made["AccountId"], Credentials(made["AccessKeyId"], made["SecretAccessKey"]))

    def get(self, path):
        """A plain GET without a signature: (status, body)."""
        try:
            with urllib.request.urlopen(self.endpoint + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


@dataclasses.dataclass
class Account:
    """An account on a server, seen by its root user."""

    server: Server
    id: str
    credentials: Credentials

    def arn(self, resource, service="iam"):
        """`arn("user/x")` is arn:aws:iam::ID:user/x."""
        return f"arn:aws:{service}::{self.id}:{resource}"

    def client(self, service, credentials=None, **settings):
        """A boto3 client for this account's root, or for other credentials."""
        return client(self.server, service, credentials or self.credentials, **settings)

    @property
    def iam(self):
        return self.client("iam")

    @property
    def sts(self):
        return self.client("sts")

    def new_user(self, policy=None, *, name=None, path="/", tags=(), boundary=None):
        """A user with an access key, and an inline policy if one is given."""
        name = name or unique("user")
        more = {"PermissionsBoundary": boundary} if boundary else {}
        made = self.iam.create_user(UserName=name, Path=path, Tags=list(tags), **more)["User"]
        if policy is not None:
            self.iam.put_user_policy(UserName=name, PolicyName="given", PolicyDocument=text(policy))
        key = Credentials.of_key(self.iam.create_access_key(UserName=name))
        return User(self, name, made["Arn"], made["UserId"], key)

    def new_role(self, trust, policy=None, *, name=None, **more):
        """A role with a trust policy, and an inline policy if one is given; answers the Role structure."""
        name = name or unique("role")
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=text(trust), **more)["Role"]
        if policy is not None:
            self.iam.put_role_policy(RoleName=name, PolicyName="given", PolicyDocument=text(policy))
        return made

    def new_policy(self, document, *, name=None, **more):
        """A customer managed policy; answers its ARN."""
        name = name or unique("policy")
        return self.iam.create_policy(PolicyName=name, PolicyDocument=text(document), **more)["Policy"]["Arn"]


@dataclasses.dataclass
class User:
    """An IAM user with a working access key."""

    account: Account
    name: str
    arn: str
    id: str
    credentials: Credentials

    def client(self, service, **settings):
        return self.account.client(service, self.credentials, **settings)

    @property
    def iam(self):
        return self.client("iam")

    @property
    def sts(self):
        return self.client("sts")

    def assume(self, role, session="session", **more):
        """AssumeRole as this user; answers the session's credentials."""
        arn = role if isinstance(role, str) else role["Arn"]
        return Credentials.of_session(self.sts.assume_role(RoleArn=arn, RoleSessionName=session, **more))


def client(server, service, credentials, *, endpoint_url=None, **settings):
    """A boto3 client; it does not retry, so that a flaky answer is seen. `validate=False` sends what boto3 would refuse."""
    return _client(endpoint_url or server.endpoint, service, credentials, **settings)


@functools.lru_cache(maxsize=512)
def _client(endpoint, service, credentials, *, validate=True, verify=None):
    """Making a client takes longer than most calls, so each is made once."""
    return _SESSION.client(
        service,
        endpoint_url=endpoint,
        verify=verify,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(
            retries={"total_max_attempts": 1}, parameter_validation=validate, connect_timeout=10, read_timeout=30
        ),
    )


def run_keygate(home, *arguments, check=True, environment=None):
    """Runs a `keygate` command that ends by itself."""
    done = subprocess.run(
        [str(word) for word in (binary(), *arguments)],
        cwd=home,
        env=clean_environment(home, **(environment or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"keygate {arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def aws(version, server, credentials, *arguments, check=True, environment=None):
    """Runs the unmodified aws CLI. Version 1 reads AWS_ENDPOINT_URL; Debian's version 2 knows only --endpoint-url."""
    words = [str(word) for word in arguments]
    if version == 1:
        command, where = [str(Path(sys.executable).with_name("aws")), *words], {"AWS_ENDPOINT_URL": server.endpoint}
    else:
        command, where = [aws_cli_v2_path(), "--endpoint-url", server.endpoint, *words], {}
    variables = clean_environment(
        server.home,
        AWS_DEFAULT_REGION=REGION,
        AWS_PAGER="",
        AWS_EC2_METADATA_DISABLED="true",
        **where,
        **credentials.environment(),
        **(environment or {}),
    )
    done = subprocess.run(
        command, cwd=server.home, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=COMMAND_SECONDS,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def run_client(command, account, *, cwd=None, check=True, environment=None, timeout=COMMAND_SECONDS):
    """Runs a program that finds endpoint, region and credentials in the environment, as AWS's SDKs do."""
    variables = clean_environment(
        account.server.home,
        AWS_ENDPOINT_URL=account.server.endpoint,
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_EC2_METADATA_DISABLED="true",
        **account.credentials.environment(),
        **(environment or {}),
    )
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd or account.server.home, env=variables, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=timeout,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def skips(client):
    """Whether the caller does without a client: KEYGATE_SKIP_ANSIBLE=1, KEYGATE_SKIP_JS_SDK=1, KEYGATE_SKIP_RUST_SDK=1."""
    return os.environ.get(f"KEYGATE_SKIP_{client}") == "1"


def aws_cli_v2_path():
    """Debian's aws CLI; a missing one is a failure and not a skipped test."""
    path = Path("/usr/bin/aws")
    assert path.exists(), "the aws CLI v2 is missing: `apt-get install awscli`, or set KEYGATE_SKIP_CLI_V2=1 to do without"
    return str(path)


def cli_versions():
    """The CLI versions under test."""
    return [1] if os.environ.get("KEYGATE_SKIP_CLI_V2") == "1" else [1, 2]


def text(document):
    """A policy as the text that goes over the wire."""
    return document if isinstance(document, str) else json.dumps(document)


def allow(actions, resources="*", **more):
    """A policy of one Allow statement; `Condition={…}` may be added."""
    return _policy("Allow", actions, resources, more)


def deny(actions, resources="*", **more):
    """A policy of one Deny statement."""
    return _policy("Deny", actions, resources, more)


def both(*policies):
    """One policy with the statements of several."""
    return {"Version": "2012-10-17", "Statement": [statement for one in policies for statement in one["Statement"]]}


def _policy(effect, actions, resources, more):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": actions, "Resource": resources, **more}],
    }


def trust(principal, actions="sts:AssumeRole", **more):
    """A trust policy for an ARN, an account id, or a principal map such as {"Service": "…"}."""
    named = {"AWS": principal} if isinstance(principal, (str, list)) else principal
    statement = {"Effect": "Allow", "Principal": named, "Action": actions, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def eventually(probe, seconds=10):
    """Asks until the answer is true. Only for what may lag by design: the trail of requests that changed nothing."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer or time.monotonic() > deadline:
            return answer
        time.sleep(0.05)


def _drain(stream, lines, kept):
    for line in stream:
        kept.append(line.rstrip("\n"))
        lines.put(line.rstrip("\n"))
    lines.put(None)
