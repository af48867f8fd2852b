"""Runs a NATS node: `python -m deploy.nats_node CONFIG HEALTH_URL`, and does for it what would else need somebody's
hand.

It lets the node load CONFIG and the accounts beside it again when they have changed: `setup` writes them anew after an
upgrade, for another reader, for a key that was replaced. Nobody is disconnected by that but whose key is no more. A
file that can't be loaded changes nothing; the node says so in its log.

It ends the node where, after it has answered, it says nothing for SILENT looks in a row: it hangs. And it ends it where
it says at HEALTH_URL that it stores no more (shared/runtime/nats/health.py), so that the
container's restart policy brings it back. A node whose disk was full stores nothing any more, and never begins again by
itself (nats-server 2.15): it would live on, and the log would have a node less until somebody came.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from shared.runtime.nats.health import stores_no_more

LOOK = 1.0  # seconds between two looks
SILENT = 60  # looks: each lasts a second and up to two more while it waits for an answer
GRACE = 10.0  # seconds that the server is given to end
LOADS = 2  # after the first, the imports of an account that is new find nobody (nats-server 2.15.1)
ACCOUNTS = "accounts.conf"


def shut_down(url: str) -> bool | None:
    """Whether the node says that it stores no more; None where it says nothing."""
    try:
        with urlopen(url, timeout=2):
            return False
    except HTTPError as error:
        return stores_no_more(error.read(1000))
    except OSError:
        return None


def written(config: Path) -> list[bytes]:
    """What the node was started with, or is to load. A file that is not there is empty."""
    return [path.read_bytes() if path.exists() else b"" for path in (config, config.with_name(ACCOUNTS))]


def main(config: str, url: str) -> int:
    """The exit code of the server, 1 where it was ended."""
    loaded, loads, stored, silent = written(Path(config)), 0, False, 0
    server = subprocess.Popen(["nats-server", "-c", config])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda given, frame: server.send_signal(given))
    while True:
        try:
            return server.wait(LOOK)
        except subprocess.TimeoutExpired:
            found = shut_down(url)
        if (now := written(Path(config))) != loaded:
            loaded, loads = now, LOADS
        if loads and found is not None:  # before it answers, the signal would end it
            loads -= 1
            server.send_signal(signal.SIGHUP)
        stored = stored or found is False
        silent = silent + 1 if stored and found is None else 0
        if stored and (found or silent >= SILENT):
            why = "stores no more" if found else "hangs"
            print(f"the node {why}, so it is started again", file=sys.stderr, flush=True)
            server.terminate()
            try:
                server.wait(GRACE)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
