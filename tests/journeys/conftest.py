"""What the journeys share: an installation with the sample history or with a mail server, a browser a file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page

from tests.fixtures.browser import chromium
from tests.fixtures.installation import Up, copy_of_sample, sample, served_sample
from tests.fixtures.ports import free_port

__all__ = ["browser", "copy_of_sample", "mailing", "post", "sample", "served_sample", "up"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def up(served_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """An installation of the file's own with the whole sample history."""
    up = Up(Path(shutil.copytree(served_sample, tmp_path_factory.mktemp("journey") / "data"))).start()
    try:
        up.wait()
        yield up
    finally:
        up.stop()


class Post:
    """A mail server that keeps what comes: address → its mails."""

    def __init__(self) -> None:
        self.taken: dict[str, list[EmailMessage]] = {}
        self.port = free_port()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        for address in envelope.rcpt_tos:
            self.taken.setdefault(address, []).append(message)
        return "250 OK"

    def link(self, page: Page, address: str, pattern: str, n: int = 1) -> str:
        """The one link of this pattern in the n-th mail to an address, once it has come."""
        for _ in range(2400):
            if len(self.taken.get(address, [])) >= n:
                break
            page.wait_for_timeout(50)
        body = self.taken[address][n - 1].get_body(("plain",))
        assert body is not None
        (found,) = re.findall(pattern, body.get_content())
        return str(found)


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    yield post
    controller.stop()


@pytest.fixture
def mailing(tmp_path: Path, post: Post) -> Iterator[Up]:
    """An empty installation that sends its mails to `post`."""
    smtp = {"MAILLAGE_SMTP_HOST": "127.0.0.1", "MAILLAGE_SMTP_PORT": str(post.port), "MAILLAGE_SMTP_TLS": "none"}
    up = Up(tmp_path / "data", ["--no-sample"], smtp).start()
    yield up
    up.stop()
