"""SecantusDB in place of the `mongo` image: `python -m tests.compose.mongod ADDRESS PORT FOLDER`.

It does what that image's entry point does: at the first start it makes the first user from MONGO_INITDB_ROOT_USERNAME
and MONGO_INITDB_ROOT_PASSWORD_FILE, without asking who speaks; ever after it asks. SecantusDB says of itself that it is
beta: what it keeps when it is killed proves nothing for MongoDB (see tests/fixtures/mongo_server.py).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError


def first_user(command: list[str], address: str, port: str) -> None:
    """Starts the server without authentication, makes the first user, and ends it again."""
    password = Path(os.environ["MONGO_INITDB_ROOT_PASSWORD_FILE"]).read_text().strip()
    server = subprocess.Popen(command)
    try:
        _made(address, port, password)
        server.terminate()
        server.wait(20)
    finally:  # now and then it does not end; the next start must not find its files in use
        server.kill()
        server.wait()


def _made(address: str, port: str, password: str) -> None:
    with pymongo.MongoClient[dict[str, object]](f"mongodb://{address}:{port}/", serverSelectionTimeoutMS=200) as client:
        for _ in range(1200):
            with contextlib.suppress(PyMongoError):
                client.admin.command("ping")
                break
            time.sleep(0.05)
        name = os.environ["MONGO_INITDB_ROOT_USERNAME"]
        client.admin.command("createUser", name, pwd=password, roles=[{"role": "root", "db": "admin"}])


def main(address: str, port: str, folder: str) -> None:
    data = Path(folder)
    data.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "secantus", "--host", address, "--port", port, "--log-level", "ERROR",
        "--storage-path", str(data / "db"), "--cache-size", "256M",
    ]  # fmt: skip
    os.chdir(folder)
    if not (data / "users-made").exists():
        shutil.rmtree(data / "db", ignore_errors=True)  # of a start that did not come to its end
        first_user(command, address, port)
        (data / "users-made").touch()
    os.execv(command[0], [*command, "--auth"])


if __name__ == "__main__":
    main(*sys.argv[1:])
