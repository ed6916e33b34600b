"""Ansible's IAM modules, as Debian ships them: what a playbook asks for is there, and a second run changes nothing.

Debian 12 has amazon.aws and community.aws 5.5: instance profiles come with `iam_role` there, their own module is newer.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest

import harness
from one_time_code import one_time_code

FOLDER = Path(__file__).with_name("ansible")

pytestmark = pytest.mark.skipif(harness.skips("ANSIBLE"), reason="KEYGATE_SKIP_ANSIBLE=1")


def play(account, name):
    """Runs a playbook; answers the names of the tasks that changed something."""
    program = shutil.which("ansible-playbook")
    assert program, "Ansible is missing: `apt-get install ansible`, or set KEYGATE_SKIP_ANSIBLE=1 to do without"
    home = account.server.home
    # The modules run with the interpreter of the tests, which has the pinned boto3.
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "aws": {
            "access_key": account.credentials.access_key,
            "secret_key": account.credentials.secret_key,
            "endpoint_url": account.server.endpoint,
            "region": harness.REGION,
        },
    }
    settings = {
        "ANSIBLE_STDOUT_CALLBACK": "json",
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_LOCAL_TEMP": str(home / "ansible"),
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
    command = [program, "-i", "localhost,", "-e", json.dumps(variables), FOLDER / name]
    done = harness.run_client(command, account, check=False, environment=settings, timeout=300)
    assert done.stdout.startswith("{"), f"{done.stdout}\n{done.stderr}"
    tasks = [
        (task["task"]["name"], host)
        for played in json.loads(done.stdout)["plays"]
        for task in played["tasks"]
        for host in task["hosts"].values()
    ]
    failed = [(task, host.get("msg"), host) for task, host in tasks if host.get("failed")]
    assert done.returncode == 0 and not failed, failed or done.stderr
    return [task for task, host in tasks if host.get("changed")]


def test_the_second_run_changes_nothing(account):
    made = play(account, "present.yml")
    assert len(made) == 9, made
    assert play(account, "present.yml") == []
    assert len(account.iam.list_access_keys(UserName="ansible-auditor")["AccessKeyMetadata"]) == 1
    assert account.iam.get_role(RoleName="ansible-bounded")["Role"]["PermissionsBoundary"]

    gone = play(account, "absent.yml")
    assert len(gone) == 4, gone
    assert play(account, "absent.yml") == []
    for left in ("Users", "Groups", "Roles", "Policies", "InstanceProfiles"):
        assert account.iam.get_account_summary()["SummaryMap"][left] == 0, left


def test_the_password_policy(account):
    wanted = {
        "MinimumPasswordLength": 12, "RequireSymbols": True, "RequireNumbers": True, "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": True, "AllowUsersToChangePassword": True, "ExpirePasswords": True,
        "MaxPasswordAge": 90, "PasswordReusePrevention": 5, "HardExpiry": False,
    }
    assert play(account, "password_policy.yml") == ["password policy"]
    assert account.iam.get_account_password_policy()["PasswordPolicy"] == wanted
    assert play(account, "password_policy.yml") == []
    assert play(account, "no_password_policy.yml") == ["password policy"]
    assert play(account, "no_password_policy.yml") == []


def test_mfa_facts(account):
    account.new_user(name="carol")
    device = account.iam.create_virtual_mfa_device(VirtualMFADeviceName="carols-phone")["VirtualMFADevice"]
    before, now = (one_time_code(device["Base32StringSeed"], steps) for steps in (-1, 0))
    account.iam.enable_mfa_device(
        UserName="carol", SerialNumber=device["SerialNumber"], AuthenticationCode1=before, AuthenticationCode2=now
    )
    assert play(account, "mfa.yml") == []
