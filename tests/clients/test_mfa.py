"""A second factor from its making to its end, with codes computed as an app computes them (RFC 6238)."""

import struct
import zlib

import pytest

from expect import refused
from harness import Credentials, allow, both, deny, trust
from scenario_values import mfa_code

INVALID = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
UNKNOWN = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and "
    "associated with this user."
)


class Device:
    """What an app keeps of a device."""

    def __init__(self, created):
        self.serial = created["VirtualMFADevice"]["SerialNumber"]
        self.seed = created["VirtualMFADevice"]["Base32StringSeed"]
        self.picture = created["VirtualMFADevice"]["QRCodePNG"]

    def code(self, ahead):
        return mfa_code(self.seed, ahead)

    def pair(self, ahead=-1):
        return {
            "SerialNumber": self.serial,
            "AuthenticationCode1": self.code(ahead),
            "AuthenticationCode2": self.code(ahead + 1),
        }

    def proof(self, ahead=1):
        return {"SerialNumber": self.serial, "TokenCode": self.code(ahead)}


def enabled_device(client, user, name=None):
    device = Device(client.create_virtual_mfa_device(VirtualMFADeviceName=name or user))
    client.enable_mfa_device(UserName=user, **device.pair())
    return device


@pytest.fixture
def alice(account):
    """AWS's example policy for users who manage their own devices and need one for everything else."""
    own = ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:mfa/${aws:username}"]
    managed = ["iam:*VirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice"]
    without = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    rest = deny("*", Condition=without)
    rest["Statement"][0].pop("Action")
    rest["Statement"][0]["NotAction"] = [*managed, "iam:ListVirtualMFADevices", "sts:GetSessionToken"]
    return account.new_user(
        both(allow(managed, own), allow(["iam:ListVirtualMFADevices", "iam:ListUsers", "sts:AssumeRole"]), rest), name="alice"
    )


def test_from_the_first_key_to_a_session_with_a_second_factor(account, alice):
    with refused("AccessDenied", status=403):
        alice.iam.list_users()
    device = enabled_device(alice.iam, "alice")
    assert device.serial == f"arn:aws:iam::{account.id}:mfa/alice"
    assert len(device.seed) == 64
    [listed] = alice.iam.list_mfa_devices()["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == ("alice", device.serial)
    # A device alone changes nothing for the key.
    with refused("AccessDenied", status=403):
        alice.iam.list_users()
    # Nor does a session that was made without it, which may not call IAM at all.
    plain = Credentials.of_session(alice.sts.get_session_token())
    with refused("InvalidClientTokenId"):
        account.client("iam", plain).list_users()
    proved = Credentials.of_session(alice.sts.get_session_token(**device.proof()))
    session = account.client("iam", proved)
    assert [user["UserName"] for user in session.list_users()["Users"]] == ["alice"]
    with refused("AccessDenied", INVALID, status=403):
        alice.sts.get_session_token(**device.proof())
    account.iam.deactivate_mfa_device(UserName="alice", SerialNumber=device.serial)
    with refused("AccessDenied", UNKNOWN, status=403):
        alice.sts.get_session_token(**device.proof(2))
    account.iam.delete_virtual_mfa_device(SerialNumber=device.serial)


def test_the_age_of_the_second_factor(account):
    young = allow("iam:ListUsers", Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}})
    old = allow("iam:ListRoles", Condition={"NumericGreaterThan": {"aws:MultiFactorAuthAge": "300"}})
    bob = account.new_user(both(young, old), name="bob")
    with refused("AccessDenied", status=403):
        bob.iam.list_users()
    device = enabled_device(account.iam, "bob")
    session = account.client("iam", Credentials.of_session(bob.sts.get_session_token(**device.proof())))
    session.list_users()
    with refused("AccessDenied", status=403):
        session.list_roles()


def test_roles_that_want_a_second_factor(account):
    """A code with AssumeRole opens the role; only the user's own session hands its second factor on (as on AWS)."""
    present = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    bob = account.new_user(allow("sts:AssumeRole"), name="bob")
    role = account.new_role(trust(account.id, Condition=present), allow("iam:ListUsers", Condition=present))
    device = enabled_device(account.iam, "bob")
    with refused("AccessDenied", status=403):
        bob.assume(role)
    direct = account.client("iam", bob.assume(role, **device.proof()))
    with refused("AccessDenied", status=403):
        direct.list_users()
    with refused("AccessDenied", INVALID, status=403):
        bob.assume(role, **device.proof())
    second = enabled_device(account.iam, "bob", "second")
    token = account.client("sts", Credentials.of_session(bob.sts.get_session_token(**second.proof())))
    chained = Credentials.of_session(token.assume_role(RoleArn=role["Arn"], RoleSessionName="session"))
    account.client("iam", chained).list_users()


def test_root_has_a_device_too(account):
    device = enabled_device(account.iam, "root", "root-account-mfa-device")
    assert account.iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1
    [listed] = account.iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert listed["User"]["Arn"] == f"arn:aws:iam::{account.id}:root"
    proved = Credentials.of_session(account.sts.get_session_token(**device.proof()))
    assert account.client("iam", proved).list_mfa_devices()["MFADevices"][0]["SerialNumber"] == device.serial


def test_a_code_is_not_good_again_after_a_crash(own_server):
    root = own_server.root()
    user = root.new_user(name="bob")
    device = enabled_device(root.iam, "bob")
    proof = device.proof()
    user.sts.get_session_token(**proof)
    own_server.kill()
    own_server.start()
    with refused("AccessDenied", INVALID, status=403):
        user.sts.get_session_token(**proof)
    assert own_server.root().iam.list_mfa_devices(UserName="bob")["MFADevices"][0]["SerialNumber"] == device.serial


def test_no_code_is_in_the_trail(account):
    user = account.new_user(name="bob")
    device = enabled_device(account.iam, "bob")
    proof = device.proof()
    user.sts.get_session_token(**proof)
    told = account.server.keygate("events", "--account", account.id).stdout
    assert device.serial in told and "EnableMFADevice" in told and "GetSessionToken" in told
    hidden = [proof["TokenCode"], device.pair()["AuthenticationCode1"], device.seed.decode()]
    assert not [secret for secret in hidden if f'"{secret}"' in told]


def test_the_picture_is_a_qr_code(account):
    """A PNG that any program reads: finder patterns in three corners, white around, and the seed inside."""
    device = Device(account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone"))
    size, black = decoded(device.picture)
    modules = size // 4 - 8
    assert modules % 4 == 1 and 21 <= modules <= 177
    at = lambda x, y: black(4 * (x + 4) + 1, 4 * (y + 4) + 1)
    finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]
    for left, top in [(0, 0), (modules - 7, 0), (0, modules - 7)]:
        drawn = ["".join("#" if at(left + x, top + y) else "." for x in range(7)) for y in range(7)]
        assert drawn == finder, (left, top)
    assert not any(black(x, y) for x in range(size) for y in range(size) if min(x, y) < 16 or max(x, y) >= size - 16)


def decoded(png):
    """Width of a black and white PNG, and whether a pixel is black; checksums are checked."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(png):
        [length] = struct.unpack(">I", png[at : at + 4])
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(name + data),)
        chunks[name] = data
        at += 12 + length
    width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (width, form) == (height, [1, 0, 0, 0, 0]) and list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    lines, line = zlib.decompress(chunks[b"IDAT"]), 1 + (width + 7) // 8
    assert len(lines) == line * height and not any(lines[::line])
    return width, lambda x, y: not lines[y * line + 1 + x // 8] >> (7 - x % 8) & 1
