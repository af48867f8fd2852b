"""What a NATS server says of its own health, and when that means that nothing but a new start brings it back.

Asked over HTTP (`/healthz`, deploy/nats_node.py) or by the user of the system account (shared/runtime/nats/watch.py);
the words are the same.
"""

from __future__ import annotations

LOST = (b"JetStream not enabled", b"write error")
"""JetStream has shut itself down; or one write of a stream failed, since the disk was full for a moment, and the server
keeps that error until it ends (nats-server 2.15.1: it goes on to answer everything but what is to be stored)."""


def stores_no_more(said: bytes) -> bool:
    """Whether a server that says this of its health stores nothing, or not everything, until it is started again."""
    return any(word in said for word in LOST)
