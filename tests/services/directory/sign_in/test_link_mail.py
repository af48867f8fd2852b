"""Mails that let somebody in: tried again while the link is good, and given up where nothing helps."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.directory.sign_in.link_mail import LinkMail
from services.directory.sign_in.signed_links import Links
from shared.runtime.mail_transport import Declined, Doubt, Letter, Unreachable
from shared.web.letters import Sender

PERSON, OTHER = UUID(int=1), UUID(int=2)


class Post:
    """Answers to one mail after the other with these; then it takes them."""

    def __init__(self, *answers: Exception) -> None:
        self.answers, self.tried = list(answers), 0
        self.taken: list[Letter] = []

    async def offer(self, letter: Letter) -> None:
        self.tried += 1
        if self.answers:
            raise self.answers.pop(0)

    async def hand_over(self, letter: Letter) -> None:
        self.taken.append(letter)

    async def take_back(self) -> None: ...

    async def close(self) -> None: ...


def mails(folder: Path, post: Post) -> LinkMail:
    sender = Sender("exemple", lambda: "Réseau", "reseau@exemple.fr", "https://exemple.fr")
    made = LinkMail(Links(folder, "exemple"), post, sender, to_files=False)
    made.pauses = (0.0, 0.0)
    return made


@pytest.mark.parametrize("before", [[], [Unreachable("connect"), Declined(451), Doubt()]])
async def test_a_link_arrives_once_the_server_takes_it(tmp_path: Path, before: list[Exception]) -> None:
    post = Post(*before)
    mail = mails(tmp_path, post)
    mail.send(PERSON, "a@exemple.fr", "fr")
    await mail.stop(60)
    (letter,) = post.taken
    assert letter.recipient == "a@exemple.fr" and b"/directory/sign-in/link/" in letter.content.replace(b"=\r\n", b"")
    assert b"Auto-Submitted: auto-generated" in letter.content and post.tried == len(before) + 1


async def test_what_is_refused_for_good_is_not_tried_again(tmp_path: Path) -> None:
    post = Post(Declined(550))
    mail = mails(tmp_path, post)
    mail.send(PERSON, "a@exemple.fr", "fr")
    await mail.stop(60)
    assert post.taken == [] and post.tried == 1


async def test_an_address_that_no_mail_can_have_and_a_link_that_is_over_are_given_up(tmp_path: Path) -> None:
    post = Post()
    mail = mails(tmp_path, post)
    mail.send(PERSON, "a@exemple.fr\r\nBcc: b@exemple.fr", "fr")
    said = dict.fromkeys(("link", "minutes", "until", "again", "invitation"), "")
    mail.tell(PERSON, "a@exemple.fr", "fr", "link", "x", timedelta(0), **said)
    await mail.stop(60)
    assert post.taken == []


async def test_what_is_under_way_to_somebody_can_be_dropped(tmp_path: Path) -> None:
    post = Post(*[Unreachable("connect")] * 10_000)
    mail = mails(tmp_path, post)
    mail.pauses = (3600.0, 3600.0)
    mail.send(PERSON, "a@exemple.fr", "fr")
    mail.send(OTHER, "b@exemple.fr", "fr")
    await asyncio.sleep(0)
    await mail.drop(PERSON)
    assert {task.get_name() for task in asyncio.all_tasks()} >= {f"sign-in-mail {OTHER}"}
    assert f"sign-in-mail {PERSON}" not in {task.get_name() for task in asyncio.all_tasks()}
    await mail.stop(0)
