"""Runs a NATS node: `python -m deploy.nats_node CONFIG HEALTH_URL`. It ends the node where its JetStream has shut itself
down (the address asks for it, `js-enabled-only`), so that the container's restart policy brings it back.

A node whose disk was full stores nothing any more, and never begins again by itself (nats-server 2.15): it would live on,
and the log would have a node less until somebody came.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import urlopen

LOOK = 3.0  # seconds between two looks
GRACE = 10.0  # seconds that the server is given to end


def shut_down(url: str) -> bool | None:
    """Whether the node says that it has no JetStream (any more); None where it says nothing."""
    try:
        with urlopen(url, timeout=2):
            return False
    except HTTPError as error:
        return b"JetStream not enabled" in error.read(1000)
    except OSError:
        return None


def main(config: str, url: str) -> int:
    """The exit code of the server, 1 where it was ended."""
    server = subprocess.Popen(["nats-server", "-c", config])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda given, frame: server.send_signal(given))
    stored = False
    while True:
        try:
            return server.wait(LOOK)
        except subprocess.TimeoutExpired:
            found = shut_down(url)
        stored = stored or found is False
        if stored and found:
            print("JetStream has shut itself down; the node is started again", file=sys.stderr, flush=True)
            server.terminate()
            try:
                server.wait(GRACE)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
