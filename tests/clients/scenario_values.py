"""Values that a scenario cannot write down: `${make FUNCTION ARGUMENT…}`. Arguments are texts or saved values."""

import base64
import datetime
import functools
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


def repeat(text, times):
    """`${make repeat a 64}`: a text so many times."""
    return text * int(times)


def document(text):
    """A JSON text from a value: policies are sent as text."""
    import json

    return text if isinstance(text, str) else json.dumps(text)


def tags(first, count):
    """`${make tags 0 50}`: so many tags, with keys that begin at a number."""
    return [{"Key": f"key-{number}", "Value": "value"} for number in range(int(first), int(first) + int(count))]


def random_tags(count):
    """Tags that take as much room as they can."""
    import random

    letters = random.Random(1)
    text = lambda length: "".join(letters.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(length))
    return [{"Key": text(120), "Value": text(250)} for _ in range(int(count))]


@functools.cache
def _authority(name):
    """A certificate authority that signs itself: its key and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return key, _certificate(subject, subject, key.public_key(), key, 365)


@functools.cache
def _leaf(name, days):
    """A certificate that the authority `ca` issues, and its key; with no days left it is expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority, issued = _authority("ca")
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return key, _certificate(subject, issued.subject, key.public_key(), authority, days)


def _certificate(subject, issuer, public_key, signer, days):
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=30))
    return builder.not_valid_after(now + datetime.timedelta(days=days)).sign(signer, hashes.SHA256())


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode().strip()


def authority(name="ca"):
    """`${make authority}`: the certificate of the authority that issues the others."""
    return _pem(_authority(name)[1])


def certificate(name):
    """`${make certificate web}`: a certificate, always the same for one name."""
    return _pem(_leaf(name, 100)[1])


def expired_certificate(name):
    """`${make expired_certificate web}`"""
    return _pem(_leaf(name, -1)[1])


def private_key(name, days=100):
    """`${make private_key web}`: the key of that certificate."""
    form = serialization.PrivateFormat.PKCS8
    key = _leaf(name, int(days))[0]
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode().strip()


@functools.cache
def _ssh(name):
    return rsa.generate_private_key(65537, 2048).public_key()


def ssh_key(name):
    """`${make ssh_key alice}`: an RSA public key in OpenSSH's form, always the same for one name."""
    return _ssh(name).public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


def ssh_key_pem(name):
    """The same key as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _ssh(name).public_bytes(serialization.Encoding.PEM, form).decode().strip()


def ssh_fingerprint(name):
    """Its MD5 fingerprint as ssh-keygen shows it."""
    digest = hashlib.md5(base64.b64decode(ssh_key(name).split()[1]), usedforsecurity=False).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, 32, 2))
