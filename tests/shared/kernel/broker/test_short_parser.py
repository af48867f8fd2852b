"""Messages that go past nats-py's parser: the same as by it, wherever what comes in is cut."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from nats.errors import ProtocolError
from nats.protocol.parser import Parser

from shared.kernel.broker.connection import ShortParser

Seen = tuple[object, ...]
HEADERS = b"NATS/1.0\r\nNats-Subject: net.a\r\nNats-Sequence: 7\r\n\r\n"


class Client:
    """What a parser asks of its client. Messages of subscription 3 have a short way."""

    def __init__(self, *, gives_up: bool = False) -> None:
        self.seen: list[Seen] = []
        self.gives_up = gives_up
        self.parser: Parser | None = None

    def take(self, subject: bytes, reply: bytes, body: bytes, headers: bytes) -> None:
        self.seen.append((3, subject, reply, body, headers))

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes | None) -> None:
        self.seen.append((sid, subject, reply, data, headers or b""))

    async def _process_ping(self) -> None:
        self.seen.append(("ping",))

    async def _process_pong(self) -> None:
        self.seen.append(("pong",))

    async def _process_info(self, info: object) -> None:
        self.seen.append(("info", str(info)))

    async def _process_err(self, said: str) -> None:
        self.seen.append(("err", said))
        if self.gives_up and self.parser is not None:
            self.parser.reset()


def message(sid: int, body: bytes, headers: bytes = HEADERS, reply: bytes = b"") -> bytes:
    sizes = b"%d %d" % (len(headers), len(headers) + len(body))
    return b"HMSG net.inbox.1 %d %s%s\r\n%s%s\r\n" % (sid, reply and reply + b" ", sizes, headers, body)


STORY = b"".join(
    [
        b'INFO {"a": 1}\r\n',
        message(3, b""),
        message(3, b"HMSG x 3 4 5\r\n", reply=b"back.1"),
        b"PING\r\n",
        message(4, b"of another"),
        b"MSG net.plain 3 5\r\nplain\r\n",
        message(3, b"\r\n" * 40),
        b"+OK\r\nPONG\r\n",
        b"-ERR 'Permissions Violation'\r\n",
        message(3, bytes(range(256)) * 8),
        message(3, b"last"),
    ]
)


async def parsed(parser: Parser, chunks: Sequence[bytes]) -> None:
    for chunk in chunks:
        await parser.parse(chunk)


def by_each(chunks: Sequence[bytes]) -> list[list[Seen]]:
    """What nats-py's parser makes of it, and what ours does."""
    theirs, ours = Client(), Client()
    asyncio.run(parsed(Parser(theirs), chunks))
    asyncio.run(parsed(ShortParser(ours, {3: ours.take}), chunks))  # type: ignore[arg-type]
    return [theirs.seen, ours.seen]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 64, 199, 1000, len(STORY)])
def test_it_is_what_nats_py_s_parser_says_in_pieces_of_any_size(size: int) -> None:
    theirs, ours = by_each([STORY[at : at + size] for at in range(0, len(STORY), size)])
    assert ours == theirs
    assert len(ours) == 11


def test_it_is_what_nats_py_s_parser_says_cut_anywhere() -> None:
    chance = random.Random(13)
    for _ in range(200):
        cuts = [0, *sorted(chance.sample(range(len(STORY)), 6)), len(STORY)]
        theirs, ours = by_each([STORY[a:b] for a, b in pairwise(cuts)])
        assert ours == theirs


@pytest.mark.parametrize("line", [b"HMSG a x 5 5\r\n", b"HMSG\r\n", b"\r\n", b"NO\r\n"])
def test_a_line_that_is_no_message_of_ours_is_nats_py_s_affair(line: bytes) -> None:
    said: list[object] = []
    for client in (Client(), Client()):
        parser = Parser(client) if not said else ShortParser(client, {3: client.take})  # type: ignore[arg-type]
        try:
            asyncio.run(parsed(parser, [line, message(3, b"next")]))
            said.append(client.seen)
        except ProtocolError as error:
            said.append((str(error), client.seen))
    assert said[0] == said[1]


def test_what_came_over_a_connection_that_is_given_up_goes_no_further() -> None:
    client = Client(gives_up=True)
    client.parser = parser = ShortParser(client, {3: client.take})  # type: ignore[arg-type]
    asyncio.run(parsed(parser, [b"-ERR 'Stale Connection'\r\n" + message(3, b"old")[:-4], message(3, b"new")]))
    assert [one[3] for one in client.seen if one[0] == 3] == [b"new"]
