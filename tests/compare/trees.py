"""The checkout of a release: its files, and the command line that they hold, wherever it lies in them."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parents[2]
WORKING = "the working tree"
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}


class NoTree(Exception):
    """Why a release can't be run, in one sentence."""


@dataclass(frozen=True)
class Tree:
    """A release in a folder. `name`: its commit, or that it is the working tree."""

    name: str
    folder: Path

    @property
    def program(self) -> list[str]:
        """What runs `maillage` of this tree. Where its code lies is its own affair: pyproject.toml says it."""
        script = tomllib.loads((self.folder / "pyproject.toml").read_text())["project"]["scripts"]["maillage"]
        module, _, function = script.partition(":")
        return [sys.executable, "-P", "-c", f"from {module} import {function}; {function}()"]

    @property
    def environment(self) -> Mapping[str, str]:
        return {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def checked(self) -> Tree:
        """The same tree. Raises NoTree where Python would run other files than its own."""
        module = self.program[-1].split()[1]
        asked = [sys.executable, "-P", "-c", f"import {module} as found; print(found.__file__)"]
        env = {**os.environ, **self.environment}
        done = subprocess.run(asked, capture_output=True, text=True, cwd=self.folder, env=env, check=False)
        if done.returncode or not Path(done.stdout.strip()).is_relative_to(self.folder):
            raise NoTree(f"{self.name}: {module} is not found in {self.folder}: {done.stdout}{done.stderr[-500:]}")
        return self


def commit_of(name: str) -> str:
    """The full name of a commit. Raises NoTree."""
    asked = ["git", "-C", str(HERE), "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoTree(f"There is no commit {name!r} here.")
    return done.stdout.strip()


@contextmanager
def tree_of(name: str) -> Iterator[Tree]:
    """The files of a commit, as long as they are needed; or the working tree as it lies there, with what is not
    committed yet.

    A plain copy and no `git worktree`: nothing is registered that a killed run would leave behind, and several runs are
    not in each other's way.
    """
    if name == WORKING:
        yield Tree(name, HERE).checked()
        return
    commit = commit_of(name)
    with TemporaryDirectory(prefix=f"maillage-{commit[:7]}-") as folder:
        packed = subprocess.run(["git", "-C", str(HERE), "archive", commit], capture_output=True, check=True).stdout
        with tarfile.open(fileobj=BytesIO(packed)) as tar:
            tar.extractall(folder, filter="data")
        yield Tree(commit[:7], Path(folder).resolve()).checked()
