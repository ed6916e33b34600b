"""Scenarios: what a client sends to one operation and what it must get back. Their form is told in scenarios/README.md."""

import datetime
import functools
import json
import re
from pathlib import Path

import yaml
from botocore import xform_name
from botocore.exceptions import ClientError

import scenario_values

FOLDER = Path(__file__).parent / "scenarios"
SERVICES = ("iam", "sts")
CASE_KEYS = {"name", "given", "as", "in", "call", "answer", "error", "then", "alone", "also_allow", "quotas"}
FILE_KEYS = {"cases", "not_denied", "not_provoked"}
STEP_KEYS = {"as", "in", "save", "answer", "error"}
PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")


class Scenario:
    """One file."""

    def __init__(self, path):
        self.service, self.operation = path.parent.name, path.stem
        text = yaml.load(path.read_text(), Loader=_Loader)
        unknown = set(text) - FILE_KEYS
        assert not unknown, f"{path}: unknown {unknown}"
        self.cases = text["cases"]
        # Why nobody can be denied, and why an error that the model declares cannot be provoked: reasons, in words.
        self.not_denied = text.get("not_denied")
        self.not_provoked = text.get("not_provoked", {})
        names = [case["name"] for case in self.cases]
        assert len(names) == len(set(names)), f"{path}: two cases have one name"
        for case in self.cases:
            assert not set(case) - CASE_KEYS, f"{path}: unknown {set(case) - CASE_KEYS} in {case['name']}"
            assert "error" in case or "answer" in case or "then" in case, f"{path}: {case['name']} expects nothing"

    @property
    def success(self):
        """The first case that succeeds: the one that denial, permission and audit are tried with."""
        return next((case for case in self.cases if "error" not in case), None)

    @property
    def provoked(self):
        """The codes that cases expect."""
        return {case["error"]["code"] for case in self.cases if "error" in case}

    def __str__(self):
        return f"{self.service}:{self.operation}"


class _Loader(yaml.SafeLoader):
    """YAML without its own dates and yes/no: a scenario means what it says."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@functools.cache
def all_scenarios():
    """Every file, in order of service and operation."""
    return [Scenario(path) for service in SERVICES for path in sorted((FOLDER / service).glob("*.yaml"))]


class Play:
    """One case being played, in accounts of its own."""

    def __init__(self, scenario, case, server):
        self.scenario, self.case, self.server = scenario, case, server
        self.account = server.create_account()
        self.saved = {"account": self.account.id, "endpoint": server.endpoint, "data_dir": server.data_dir}
        self.callers = {}

    @functools.cached_property
    def other(self):
        """A second account, made when it is first needed."""
        return self.server.create_account()

    # -- a case from beginning to end ---------------------------------------------------------------------------

    def prepare(self):
        """Does what is given."""
        for step in self.case.get("given", []):
            self.step(step)

    def parameters(self):
        """What the case sends."""
        return self.resolved(self.case.get("call") or {})

    def run(self, credentials=None):
        """Sends the call and compares the answer; then the steps after it."""
        answered = self.send(
            self.scenario.service, self.scenario.operation, self.parameters(),
            credentials or self.credentials(self.case), self.case,
        )
        self.saved["answer"] = answered
        for step in self.case.get("then", []):
            self.step(step)

    def step(self, step):
        """One call before or after; `user:`, `session:` and `policy:` are the steps that are no calls."""
        step = dict(step)
        options = {key: step.pop(key) for key in list(step) if key in STEP_KEYS}
        [(name, parameters)] = step.items()
        if name == "user":
            return self.make_user(self.resolved(parameters))
        if name == "session":
            return self.make_session(self.resolved(parameters))
        service, _, operation = name.rpartition(":")
        answered = self.send(service or "iam", operation, self.resolved(parameters or {}), self.credentials(options), options)
        if "save" in options:
            self.saved[options["save"]] = answered
        return None

    def send(self, service, operation, parameters, credentials, expected):
        client = self.account.client(service, credentials, validate=False)
        try:
            answered = getattr(client, xform_name(operation))(**parameters)
        except ClientError as refused:
            if "error" not in expected:
                raise AssertionError(f"{operation}: {refused.response['Error']}") from refused
            self.check_error(refused.response, self.resolved(expected["error"]))
            return refused.response
        assert "error" not in expected, f"{operation} had to fail with {expected['error']}, but answered {answered}"
        compare(self.resolved(expected.get("answer") or {}), answered, operation)
        return answered

    @staticmethod
    def check_error(response, expected):
        told = {
            "code": response["Error"]["Code"],
            "message": response["Error"].get("Message"),
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
        }
        compare(expected, told, "error")

    # -- who calls ----------------------------------------------------------------------------------------------

    def credentials(self, options):
        where = self.other if options.get("in") == "other" else self.account
        name = options.get("as", "root")
        return where.credentials if name == "root" else self.callers[name]

    def make_user(self, wanted):
        """`user: {name: …, allow: […], policy: {…}, boundary: …, path: …}`, with an access key."""
        allowed = wanted.pop("allow", None)
        policy = wanted.pop("policy", None) or (allowed and _allow(allowed))
        where = self.other if wanted.pop("in", None) == "other" else self.account
        made = where.new_user(policy, **wanted)
        self.callers[made.name] = made.credentials
        self.saved[made.name] = {"arn": made.arn, "id": made.id, "key": made.credentials.access_key}

    def make_session(self, wanted):
        """`session: {name: …, by: …, AssumeRole|GetSessionToken|GetFederationToken: {…}}`."""
        name, by = wanted.pop("name"), wanted.pop("by", "root")
        [(operation, parameters)] = wanted.items()
        credentials = self.callers[by] if by != "root" else self.account.credentials
        sts = self.account.client("sts", credentials)
        answered = getattr(sts, xform_name(operation))(**parameters)
        self.callers[name] = type(credentials).of_session(answered)
        self.saved[name] = answered

    # -- values -------------------------------------------------------------------------------------------------

    def resolved(self, value):
        """The value with its placeholders filled in."""
        if isinstance(value, dict):
            return {self.resolved(key): self.resolved(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.resolved(one) for one in value]
        if not isinstance(value, str):
            return value
        whole = PLACEHOLDER.fullmatch(value)
        if whole and self.knows(whole[1]):
            return self.looked_up(whole[1])
        # What is no placeholder of ours may be a policy variable.
        return PLACEHOLDER.sub(lambda found: str(self.looked_up(found[1])) if self.knows(found[1]) else found[0], value)

    def knows(self, path):
        first = path.split()[0].split(".")[0] if not path.startswith("make ") else "make"
        return first in ("make", "other") or first in self.saved

    def looked_up(self, path):
        """`account`, `other`, a saved answer's member (`role.Role.Arn`, `keys.0.Id`), or `make FUNCTION ARGUMENT…`."""
        if path.startswith("make "):
            function, *arguments = path.split()[1:]
            given = [self.looked_up(argument) if self.knows(argument) else argument for argument in arguments]
            return getattr(scenario_values, function)(*given)
        if path == "other":
            return self.other.id
        found = self.saved
        for part in path.split("."):
            found = found[int(part)] if isinstance(found, list) else found[part]
        return found


def _allow(actions):
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}


def compare(expected, told, where):
    """Whether an answer is what was expected: members that are not named may be anything."""
    if isinstance(expected, dict):
        assert isinstance(told, dict), f"{where}: {told!r} is no structure"
        for key, value in expected.items():
            if value == "<absent>":
                assert key not in told, f"{where}.{key} must not be there: {told[key]!r}"
            else:
                assert key in told, f"{where}.{key} is missing in {told}"
                compare(value, told[key], f"{where}.{key}")
    elif isinstance(expected, list):
        assert isinstance(told, list) and len(told) == len(expected), f"{where}: {told!r} is not {expected!r}"
        for index, (one, other) in enumerate(zip(expected, told)):
            compare(one, other, f"{where}[{index}]")
    elif expected == "<any>":
        assert told not in (None, "", [], {}), f"{where} is empty"
    elif expected == "<now>":
        now = datetime.datetime.now(datetime.timezone.utc)
        assert abs((now - told).total_seconds()) < 120, f"{where}: {told} is not now"
    elif isinstance(expected, str) and len(expected) > 1 and expected[0] == expected[-1] == "/" and _is_regex(expected):
        assert re.fullmatch(expected[1:-1], str(told), re.DOTALL), f"{where}: {told!r} does not match {expected}"
    else:
        if isinstance(told, datetime.datetime):
            told = told.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif isinstance(told, bytes):
            told = told.decode(errors="replace")
        assert told == expected, f"{where}: {told!r} is not {expected!r}"


def _is_regex(text):
    """`/…/` is a pattern if it has more than a path has."""
    return re.search(r"[\\\[\](){}*+?^$|]|\.", text) is not None


def declared_errors(operation_model):
    """The error codes that the model declares for an operation."""
    return sorted(shape.metadata.get("error", {}).get("code", shape.name) for shape in operation_model.error_shapes)


def as_json(value):
    """For messages."""
    return json.dumps(value, default=str)
