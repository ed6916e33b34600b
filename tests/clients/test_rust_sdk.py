"""AWS's SDK for Rust: `tests/rust-sdk`, each scenario in an account of its own."""

import os
from pathlib import Path

import pytest

import harness

SCENARIOS = ["walkthrough", "errors", "paginators", "denied"]

pytestmark = pytest.mark.skipif(harness.skips("RUST_SDK"), reason="KEYGATE_SKIP_RUST_SDK=1")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(account, scenario):
    chosen = os.environ.get("KEYGATE_RUST_SDK")
    program = Path(chosen) if chosen else harness.PROJECT / "tests/rust-sdk/target/debug/keygate-rust-sdk"
    assert program.is_file(), f"{program} is missing: `cargo build` in tests/rust-sdk, or set KEYGATE_SKIP_RUST_SDK=1"
    harness.run_client([program, scenario], account)
