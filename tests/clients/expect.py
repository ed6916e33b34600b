"""What a refusal must look like, and AWS's sentences for it."""

import re

import pytest
from botocore.exceptions import ClientError


class refused:
    """`with refused("NoSuchEntity", "…", status=404):` the block must raise exactly this error.

    `message` is the whole text, a compiled pattern for the whole text, or a collection of acceptable ones (where
    AWS itself was seen with more than one).
    """

    def __init__(self, code, message=None, *, status=None):
        self.codes = {code} if isinstance(code, str) else set(code)
        self.messages = [message] if message is None or isinstance(message, (str, re.Pattern)) else list(message)
        self.status = status
        self._raises = pytest.raises(ClientError)

    def __enter__(self):
        self.caught = self._raises.__enter__()
        return self

    def __exit__(self, *what):
        handled = self._raises.__exit__(*what)
        if handled:
            self._check(self.caught.value.response)
        return handled

    def _check(self, response):
        error = response["Error"]
        assert error["Code"] in self.codes, response
        assert any(fits(wanted, error["Message"]) for wanted in self.messages), (error["Message"], self.messages)
        if self.status is not None:
            assert response["ResponseMetadata"]["HTTPStatusCode"] == self.status, response
        assert response["ResponseMetadata"]["RequestId"], "every answer carries a request id"

    @property
    def response(self):
        return self.caught.value.response


def fits(wanted, message):
    """Whether a message is the wanted one."""
    if wanted is None:
        return True
    return wanted.fullmatch(message) is not None if isinstance(wanted, re.Pattern) else wanted == message


def access_denied(who, action, resource, why):
    """AccessDenied with AWS's whole sentence.

    IAM names an entity that a call is about by type and name ("role x", "policy arn:…"), and what it creates or lists
    by ARN; both forms of one resource are accepted here, `test_exceptions.py` pins which is used where.
    An explicit deny may end with the ARN of the denying managed policy.
    """
    start = f"User: {who} is not authorized to perform: {action} on resource: "
    resources = "|".join(re.escape(form) for form in resource_forms(resource))
    pattern = re.compile(f"{re.escape(start)}(?:{resources}) {re.escape(why)}(?:: arn:aws:iam::[^ ]+)?")
    return refused("AccessDenied", pattern, status=403)


def resource_forms(arn):
    """The ways in which IAM writes a resource into its sentence."""
    path = arn.split(":", 5)[5] if arn.count(":") >= 5 else arn
    kind, _, name = path.partition("/")
    last = name.rsplit("/", 1)[-1]
    if kind == "policy":
        return [arn, f"policy {arn}", f"policy {last}"]
    return [arn, f"{kind.replace('-', ' ')} {last}"] if name else [arn]


def no_identity_policy(action):
    return f"because no identity-based policy allows the {action} action"


def no_boundary(action):
    return f"because no permissions boundary allows the {action} action"


def no_session_policy(action):
    return f"because no session policy allows the {action} action"


def denied_by(kind):
    """`kind` is `an identity-based policy`, `a permissions boundary`, `a session policy`."""
    return f"with an explicit deny in {kind}"


def may_not_assume(who, role_arn, action="sts:AssumeRole"):
    """A refused AssumeRole. AWS gives no reason across accounts, and in one account at most one of the documented ones."""
    start = f"User: {who} is not authorized to perform: {action} on resource: {role_arn}"
    reasons = "|".join(
        re.escape(reason)
        for reason in (
            no_identity_policy(action),
            no_boundary(action),
            no_session_policy(action),
            f"because no role trust policy allows the {action} action",
            f"because no resource-based policy allows the {action} action",
            denied_by("an identity-based policy"),
            denied_by("a permissions boundary"),
            denied_by("a session policy"),
            "with an explicit deny in the role trust policy",
            denied_by("a resource-based policy"),
        )
    )
    return refused("AccessDenied", re.compile(f"{re.escape(start)}(?: (?:{reasons})(?:: arn:[^ ]+)?)?"), status=403)


INVALID_TOKEN = "The security token included in the request is invalid."
WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


def validation(field, value, constraint):
    """AWS's text for one broken constraint of the model."""
    shown = f"Value '{value}' at '{field}'" if value is not None else f"Value null at '{field}'"
    return f"1 validation error detected: {shown} failed to satisfy constraint: {constraint}"
