"""Requests signed by botocore's own signer and sent by hand, so that a test can spoil them first."""

import contextlib
import dataclasses
import datetime
import http.client
import ssl
import urllib.parse
import xml.etree.ElementTree as ET
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from harness import REGION

VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


@dataclasses.dataclass
class Answer:
    """An HTTP answer, and the error in it if there is one."""

    status: int
    headers: dict
    body: str

    def _find(self, name):
        for element in ET.fromstring(self.body).iter():
            if element.tag.rpartition("}")[2] == name:
                return element.text
        return None

    @property
    def code(self):
        return self._find("Code")

    @property
    def message(self):
        return self._find("Message")

    @property
    def arn(self):
        """The Arn of a GetCallerIdentity answer."""
        return self._find("Arn")

    def refuses(self, code, status=403):
        assert (self.status, self.code) == (status, code), (self.status, self.body)
        assert self._find("Type") == "Sender", self.body
        return self.message


@contextlib.contextmanager
def clock(offset):
    """botocore's clock, `offset` seconds from now."""
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)
    with mock.patch("botocore.auth.get_current_datetime", lambda *_, **__: now.replace(tzinfo=None)):
        yield now


def sign(account, service, parameters, *, credentials=None, offset=0, scope_service=None, region=REGION):
    """A signed POST of a Query request."""
    credentials = credentials or account.credentials
    request = AWSRequest(
        method="POST",
        url=account.server.endpoint + "/",
        data=urllib.parse.urlencode({"Version": VERSIONS[service], **parameters}),
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
    )
    given = BotocoreCredentials(credentials.access_key, credentials.secret_key, credentials.token)
    with clock(offset):
        botocore.auth.SigV4Auth(given, scope_service or service, region).add_auth(request)
    return request


def send(request, *, method=None, url=None, body=None, headers=None):
    """Sends a request as it is, or with parts of it replaced; a header of None is left out."""
    prepared = request.prepare()
    wanted = {name: _text(value) for name, value in prepared.headers.items()}
    for name, value in (headers or {}).items():
        wanted = {known: kept for known, kept in wanted.items() if known.lower() != name.lower()}
        if value is not None:
            wanted[name] = value
    data = prepared.body if body is None else body
    return exchange(method or prepared.method, url or prepared.url, data, wanted)


def exchange(method, url, body=None, headers=None):
    """One request over a connection of its own."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=15, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=15)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if body is not None:
        body = body.encode() if isinstance(body, str) else body
        headers = {name: value for name, value in (headers or {}).items() if name.lower() != "content-length"}
    try:
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
    finally:
        connection.close()


def query(account, service, parameters, **how):
    """Signs and sends."""
    return send(sign(account, service, parameters, **how))


def who_am_i(account, **how):
    """A signed GetCallerIdentity, not yet sent."""
    return sign(account, "sts", {"Action": "GetCallerIdentity"}, **how)


def presigned(account, *, expires=60, offset=0, credentials=None):
    """A presigned GetCallerIdentity URL, as boto3 makes it."""
    sts = account.client("sts", credentials)
    with clock(offset):
        return sts.generate_presigned_url("get_caller_identity", ExpiresIn=expires, HttpMethod="GET")


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)
