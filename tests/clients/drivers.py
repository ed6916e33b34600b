"""One way to call an operation, three unmodified clients behind it: boto3, aws CLI v1, aws CLI v2.

`driver.call(server, credentials, service, operation, **parameters)` answers the parsed output or raises `Refused`.
"""

import dataclasses
import json
import re

from botocore import xform_name
from botocore.exceptions import ClientError

import harness

_CLI_ERROR = re.compile(r"An error occurred \((?P<code>\S+)\) when calling the (?P<operation>\w+) operation: (?P<message>.*)", re.S)


@dataclasses.dataclass
class Refused(Exception):
    """An operation was refused by the server."""

    code: str
    operation: str
    message: str


class Boto3:
    """boto3."""

    name = "boto3"

    def call(self, server, credentials, service, operation, **parameters):
        client = harness.client(server, service, credentials)
        try:
            answer = getattr(client, xform_name(operation))(**parameters)
        except ClientError as error:
            told = error.response["Error"]
            raise Refused(told["Code"], error.operation_name, told["Message"]) from None
        answer.pop("ResponseMetadata", None)
        return answer


class Cli:
    """The aws CLI; parameters become options, structures become JSON, as people type them."""

    def __init__(self, version):
        self.version = version
        self.name = f"cli-v{version}"

    def call(self, server, credentials, service, operation, **parameters):
        words = [service, xform_name(operation, "-"), *_options(parameters), "--output", "json"]
        done = harness.aws(self.version, server, credentials, *words, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout) if done.stdout.strip() else {}
        told = _CLI_ERROR.search(done.stderr)
        assert told, f"aws {words} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        raise Refused(told["code"], told["operation"], told["message"].strip())


def _options(parameters):
    for name, value in parameters.items():
        option = xform_name(name, "-")
        if isinstance(value, bool):
            yield f"--{option}" if value else f"--no-{option}"
        else:
            yield from (f"--{option}", value if isinstance(value, str) else json.dumps(value))


def names():
    """The drivers under test."""
    return ["boto3", *(f"cli-v{version}" for version in harness.cli_versions())]


def named(name):
    """The driver of that name."""
    return Boto3() if name == "boto3" else Cli(int(name.removeprefix("cli-v")))
