"""The Dockerfile's steps, run in a scratch root in place of an image; then all of docker-compose.yml from what they
made.

What needs Debian's packages and users of the image's own is not run: this machine has its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compose.harness import SERVICES, Compose
from tests.compose.reading import ROOT, instructions

NOT_HERE = ("apt-get ", "useradd ")
DATA = {".html", ".css", ".svg", ".sql", ".json", ".csv", ".yaml", ".txt", ".png"}


def built(root: Path) -> Path:
    """The image's /app, as the Dockerfile makes it under `root`."""
    where, left_out = root / "src", 0
    for name, rest in instructions(ROOT / "deploy" / "Dockerfile"):
        if name == "WORKDIR" and not (root / "app").exists():
            where = root / rest.strip("/")
            where.mkdir(parents=True, exist_ok=True)
        elif name == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            for source in sources:
                _copy(ROOT / source, where / target / (source if target == "./" else ""))
        elif name == "RUN" and rest.startswith(NOT_HERE):
            left_out += 1
        elif name == "RUN":
            text = rest.replace("/app", str(root / "app")).replace("python -m venv", f"{sys.executable} -m venv")
            done = subprocess.run(["sh", "-ec", text], cwd=where, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert left_out == 2
    return root / "app"


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        shutil.copy2(source, target)
    else:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.mark.drill
@pytest.mark.timeout(1200)
def test_everything_starts_from_what_the_dockerfile_makes(tmp_path: Path) -> None:
    app = built(tmp_path / "root")
    (packages,) = (app / "lib").glob("python3*/site-packages")
    missing = [
        path.relative_to(ROOT)
        for part in ("services", "shared", "deploy")
        for path in (ROOT / part).rglob("*")
        if path.suffix in DATA and not (packages / path.relative_to(ROOT)).exists()
    ]
    assert not missing, "templates, SQL, styles are in the wheel"
    assert not list(packages.glob("__editable__*"))
    for command in (["nats-server", "--version"], ["maillage", "--help"]):
        assert (
            subprocess.run([app / "bin" / command[0], *command[1:]], capture_output=True, check=False).returncode == 0
        )
    with Compose(tmp_path / "site", bin=app / "bin") as site:
        site.until(site.ready, 60, "ready")
        for container in site.containers.values():
            if container.spec.ours and container.runs:
                started = Path(os.readlink(f"/proc/{container.pid}/exe"))
                assert app in Path(Path(f"/proc/{container.pid}/cmdline").read_text().split("\0")[0]).parents, started
        for name in SERVICES:
            assert site.door.get(f"/{name}/asyncapi.json").status == 200
        assert site.door.get("/").status == 200 and "text/html" in site.door.get("/").headers["content-type"]
        assert site.ask("observatory", "/observatory/review", 60, **site.operator("observatory")).status == 200
