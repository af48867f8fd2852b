"""What tests take of npm (`tests/node`): the subscriber in JavaScript, AsyncAPI's schema, axe-core. None of it is ours."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NODE = Path(__file__).parent / "node"
UNREACHED = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN")


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The packages, installed once beside this Python and kept until their lock changes."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm here: install node (Debian's nodejs and npm) to run what is for JavaScript")
    lock = hashlib.sha256((NODE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = Path(sys.prefix) / f"node-{lock}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(NODE / name, folder)
            done = subprocess.run([npm, "ci"], cwd=folder, capture_output=True, text=True, timeout=240, check=False)
            if done.returncode and any(code in done.stderr for code in UNREACHED):
                pytest.skip("npm reaches no registry from here, so what is for JavaScript can't be installed")
            assert done.returncode == 0, done.stderr
            (folder / "whole").touch()
    return folder / "node_modules"
