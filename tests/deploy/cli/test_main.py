"""The command line says the same whether its process was forked from one that has read the product, as those of the
tests are, or reads it anew, as everybody's does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.installation import maillage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("words", "env", "code"),
    [
        (["--help"], {}, 0),
        (["nothing-of-ours"], {}, 2),
        (["up", "--help"], {}, 0),
        (["up", "--no-sample"], {"MAILLAGE_PORT": "eighty"}, 2),
        (["account", "ls"], {"MAILLAGE_DATA": "nowhere"}, 2),
        (["audit", "verify", "-", "--key", "none"], {}, 2),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_a_command_of_a_forked_process_is_that_of_a_new_one(
    tmp_path: Path, words: list[str], env: dict[str, str], code: int
) -> None:
    forked, new = (maillage(*words, env=env, cwd=tmp_path, stdin="nothing", anew=anew) for anew in (False, True))
    assert (forked.returncode, forked.stdout, forked.stderr) == (new.returncode, new.stdout, new.stderr)
    assert new.returncode == code and "Traceback" not in new.stderr


@pytest.mark.parametrize(("name", "value"), [("PYTHONVERBOSE", "1"), ("LD_DEBUG", "statistics")])
def test_what_is_read_at_a_start_alone_is_read(tmp_path: Path, name: str, value: str) -> None:
    """Another clock is put into a process by its loader: one that was forked would go on with its parent's."""
    assert maillage("--help", cwd=tmp_path).stderr == ""
    assert maillage("--help", cwd=tmp_path, env={name: value}).stderr != ""
