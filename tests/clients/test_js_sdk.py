"""AWS's SDK for JavaScript v3: `js/scenarios.mjs`, each in an account of its own."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import harness

FOLDER = Path(__file__).with_name("js")
SCENARIOS = re.findall(r"^  async (\w+)\(\) {$", (FOLDER / "scenarios.mjs").read_text(), re.M)

pytestmark = pytest.mark.skipif(harness.skips("JS_SDK"), reason="KEYGATE_SKIP_JS_SDK=1")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(account, scenario):
    node = shutil.which("node")
    assert node, "node is missing: `apt-get install nodejs npm`, or set KEYGATE_SKIP_JS_SDK=1 to do without"
    assert (FOLDER / "node_modules").is_dir(), f"the SDK is missing: `npm ci` in {FOLDER}, or `scripts/setup test`"
    harness.run_client([node, "scenarios.mjs", scenario], account, cwd=FOLDER)
