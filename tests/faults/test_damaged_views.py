"""`maillage up` on a folder whose views are damaged: it starts, shows all there was, and says what happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.damaged_files import BEFORE_A_START
from tests.fixtures.installation import Up, get_json, maillage, post_json

pytestmark = pytest.mark.slow


def hurt_each(views: Path) -> None:
    """The views of each service, each in another way."""
    kinds = ("junk at its head", "junk in its middle", "a folder", "cut", "of another application")
    for path, kind in zip(sorted(views.glob("*.sqlite")), kinds, strict=True):
        BEFORE_A_START[kind](path)


@pytest.mark.parametrize(
    ("hurt", "told"), [(hurt_each, 5), (lambda views: (views / "directory.sqlite").write_bytes(b"junk" * 1000), 1)]
)
def test_up_starts_on_damaged_views(hurt: Callable[[Path], None], told: int, tmp_path: Path) -> None:
    up = Up(tmp_path / "data", ["--no-sample"]).start()
    try:
        url = up.wait()
        body = {"name": "Eau vive", "kind": "association"}
        made = post_json(f"{url}/directory/api/commands/register-structure", body)["entity"]
        administrator = up.signed_in("all:administrator")
        up.stop()
        hurt(up.data / "views")
        url = up.start().wait()
        assert get_json(f"{url}/directory/api/structures/{made}")["name"] == "Eau vive"
        assert administrator["Cookie"]
        assert up.process is not None and up.process.poll() is None
        done = maillage("doctor", "--data", str(up.data), "--json")
        checks = {one["check"]: one for one in json.loads(done.stdout)}
        mended = [name for name, one in checks.items() if name.endswith(": views mended") and one["look"]]
        assert done.returncode == 0 and len(mended) == told, done.stdout
        assert "Traceback" not in up.output()
    finally:
        up.kill(children=True)
