"""The walkthrough with every client, and what of it holds after a restart and after a power cut."""

import pytest

import drivers
from harness import allow, trust
from walkthrough import SCENARIOS, World


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_walkthrough(server, driver, scenario):
    build, check = SCENARIOS[scenario]
    world = World(driver, server.create_account(), server.create_account())
    check(world, build(world))


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_everything_still_holds_after_a_restart(own_server, driver, end):
    accounts = own_server.create_account(), own_server.create_account()
    fast = World(drivers.named("boto3"), *accounts)
    built = {name: build(fast) for name, (build, _) in SCENARIOS.items()}

    getattr(own_server, end)()
    own_server.start()

    world = World(driver, *accounts)
    for name, (_, check) in SCENARIOS.items():
        check(world, built[name])


def test_the_first_account_and_its_root_key_survive_a_restart(own_server):
    before = own_server.root()
    own_server.stop()
    own_server.start()
    after = own_server.root()
    assert (after.id, after.credentials) == (before.id, before.credentials)
    identity = after.sts.get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (before.id, before.arn("root"))


def test_a_role_session_survives_a_restart(own_server):
    """Temporary credentials live in the token, so a new process accepts them."""
    account = own_server.create_account()
    user = account.new_user()
    role = account.new_role(trust(user.arn), allow("iam:ListUsers"))
    session = user.assume(role)
    own_server.kill()
    own_server.start()
    assert account.client("iam", session).list_users()["Users"]
