"""Our connection to NATS: nats-py's client, with a short way in for the messages of the log."""

from __future__ import annotations

from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.subscription import Subscription

Take = Callable[[bytes, bytes, bytes], None]
"""What takes a message of a consumer: its subject, its reply subject (which says its sequence), its body."""


class Connection(Client):
    """nats-py's client, which hands the messages of chosen consumers over as they come in from the socket.

    nats-py parses the headers of every message, makes an object of it, queues it and wakes a task for it: 17 µs for a
    message of the log, whose headers no reader looks at. The short way takes a third of that, which every view of
    every service gains. It rests on one method of nats-py that is not public, `_process_msg`; where nats-py no longer
    calls it, messages take the ordinary way and nothing else changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._short_ways: dict[int, Take] = {}

    def shorten(self, subscription: Subscription, take: Take) -> None:
        """From now on `take` gets the messages of this subscription that come from a consumer. Whatever else comes,
        such as a status, goes to its callback as ever. `take` must hold back the sender by itself: there is no queue."""
        self._short_ways[subscription._id] = take

    def forget(self, subscription: Subscription) -> None:
        """Ends `shorten`."""
        self._short_ways.pop(subscription._id, None)

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        take = self._short_ways.get(sid)
        if take is not None and reply.startswith(b"$JS.ACK."):
            take(subject, reply, data)
        else:
            await super()._process_msg(sid, subject, reply, data, headers)
