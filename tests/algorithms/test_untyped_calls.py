"""Arguments of wrong types end in one clear line too, for users who have no import hook that checks them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from untyped_calls import CALLS, GOOD


@pytest.fixture(scope="module")
def outcomes() -> dict[str, str]:
    script = Path(__file__).with_name("untyped_calls.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", CALLS)
def test_refuses(outcomes: dict[str, str], name: str) -> None:
    assert outcomes[name].startswith("expected ")
    assert " got " in outcomes[name]
    assert "\n" not in outcomes[name]


@pytest.mark.parametrize("name", GOOD)
def test_accepts(outcomes: dict[str, str], name: str) -> None:
    assert outcomes[name] == "Ratings"
