"""Values that a scenario cannot write down: `${make FUNCTION ARGUMENT…}`. Arguments are texts or saved values."""

import base64
import datetime
import functools
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from one_time_code import one_time_code


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
# Of an identity provider of these tests; its private key is lost, and its dates do not matter.
CERTIFICATE = """
MIICrTCCAZWgAwIBAgIBATANBgkqhkiG9w0BAQsFADAaMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5j
b20wHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA9pZHAuZXhhbXBs
ZS5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCRqNuBkjasNtrk+VQYKetbpfKE
bLthQlkQIyIIYk8jxp3g+wCBPxnvp56jK5iP5cvwq6MBsWe87PRTqkZDAH8Kvieh+9skg0OAPjTd
dmrUPL97qTcmswSm5G+hNcEG/5D/hr2W92SzGKjJxNCL6QofzokGZ9sMq+ioqt5JB0o53YqpZI9b
bANuVVn0LRsxCxedrGRRNcE1FhsSuDjGyyDgaykPipOLCNaI2bwxfNTR9axxHMtdZN70wYYCTuZP
tE0/GWfPx2anww2hAmb4v88EcgBzf2aNYf711acFuekoVMhlJNJI2y+CiBZmum/qG3a0viXYdmxe
8TD/QXRtAIBFAgMBAAEwDQYJKoZIhvcNAQELBQADggEBAHlLJBRLdLHjZH67H29+tR920rVzrBKj
MuLEYg/l27BO2xJGjunB/bewp6GdRP22d3ZzUW1y10M06qgbAdpbzhi53Gp26FGELHGHx1Xv467U
bWqifl638DNBGkOqAS/DaqvoMjUWV6GBAxbGRB+Vs0daiahwsUyaxhfqn94O0mrnEW2BQqBsCmxK
zhspPDf59Lz0cL09VQYywH+5L+npaP7qDjlMa8WHmjLm4L48yqiYTmvbamD5Usjpj2goraL6EFfY
0mci4IDipMC0t7cIsKkEYnsD2jUGA5OI6RJoEGHutDrAyRSnL+7Fc7gaBAWIZJr44jkzv2wu/VL9
FK89DU0=
"""


def saml_metadata(entity="https://idp.example.com/saml", valid_until=None, certificate=CERTIFICATE):
    """`${make saml_metadata ENTITY-ID VALID-UNTIL}`: a metadata document of a SAML identity provider."""
    validity = f' validUntil="{valid_until}"' if valid_until else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}"{validity}>
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing">
      <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">
        <X509Data><X509Certificate>{certificate}</X509Certificate></X509Data>
      </KeyInfo>
    </KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>
  </IDPSSODescriptor>
</EntityDescriptor>
"""


def saml_metadata_without_certificate():
    """The same with something else for a certificate."""
    return saml_metadata(certificate="bm8gY2VydGlmaWNhdGU=" + "\n" * 1000)


@functools.cache
def rsa_private_key():
    """A private key in PEM; the same for all, because it takes its time."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def delegation_token(data_dir, request):
    """`${make delegation_token data_dir made.DelegationRequestId}`: what the requestor was sent."""
    import harness

    return harness.run_keygate(data_dir.parent, "delegation", "token", request, "--data-dir", data_dir).stdout.strip()


@functools.cache
def _first_use(seed):
    """When a seed was first used here: the codes of one case belong together."""
    return datetime.datetime.now(datetime.UTC).timestamp()


def mfa_code(seed, ahead):
    """`${make mfa_code device.VirtualMFADevice.Base32StringSeed -1}`: what the device shows so many steps from now."""
    return one_time_code(seed, int(ahead), _first_use(seed))
