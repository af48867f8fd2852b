"""What the system allows a process is looked at first: a start that can't end well is refused."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from deploy.host.allowed import ADDRESSES, DATA, FILES, enough, more_files
from deploy.host.data_folder import CannotStart
from tests.fixtures.installation import CLEAN, MAILLAGE

ENDLESS = resource.RLIM_INFINITY


def limits(**given: int) -> dict[int, tuple[int, int]]:
    said = {"nofile": ENDLESS, "data": ENDLESS, "as": ENDLESS, **given}
    return {getattr(resource, f"RLIMIT_{name.upper()}"): (most, most) for name, most in said.items()}


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({}, None),
        ({"nofile": FILES, "data": DATA, "as": ADDRESSES}, None),
        ({"nofile": FILES - 1}, "ulimit -n"),
        ({"nofile": 0}, "ulimit -n"),
        ({"data": DATA - 1}, "ulimit -d"),
        ({"as": ADDRESSES - 1}, "ulimit -v"),
    ],
)
def test_too_little_of_one_thing_is_named(given: dict[str, int], option: str | None) -> None:
    if option is None:
        enough(limits(**given).__getitem__)
        return
    with pytest.raises(CannotStart, match=option):
        enough(limits(**given).__getitem__)


def test_as_many_files_are_taken_as_may_be() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = min(256, hard) if hard != ENDLESS else 256
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
    try:
        more_files(300)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == (min(300, hard) if hard != ENDLESS else 300)
        more_files(100)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= few, "never fewer than there were"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["-n 24", "-n 48", "-n 64", "-d 80000", "-d 250000", "-d 400000", "-v 800000"])
def test_a_start_with_too_little_is_one_sentence_and_exit_code_2(tmp_path: Path, limit: str) -> None:
    words = [*MAILLAGE, "up", "--no-sample", "--port", "0", "--data", str(tmp_path / "data")]
    shell = ["bash", "-c", f'ulimit {limit}; exec "$@"', "bash", *words]
    done = subprocess.run(shell, capture_output=True, text=True, env=CLEAN, timeout=120, check=False)
    assert done.returncode == 2, done.stderr
    said = done.stderr.strip()
    assert said.startswith("maillage: This process may") and said.count("\n") == 0 and limit[:2] in said
    assert not (tmp_path / "data").exists()
