"""Mails handed over: what a server's refusal means, and files that are whole, private, and erased with a person."""

from __future__ import annotations

import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult, LoginPassword

from shared.base.settings import Settings
from shared.runtime.mail_transport import (
    Declined,
    Doubt,
    FolderPost,
    Letter,
    SmtpPost,
    Unreachable,
    erase_letters,
    letter_for,
    mails_in,
    post_of,
)
from tests.fixtures.ports import free_port

PERSON, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("code", "text", "reason", "for_good"),
    [
        (550, "5.1.1 unknown <a@exemple.fr>", "address", True),
        (550, "no", "address", True),
        (452, "4.2.2 full", "mailbox", False),
        (554, "5.7.1 spam", "policy", True),
        (451, "later", "other", False),
        (550, "5.9.9", "other", True),
        (None, "", "other", True),
        (999, "", "other", True),
    ],
)
def test_a_refusal_is_known_by_its_codes_and_its_words_are_not_kept(
    code: int | None, text: str, reason: str, for_good: bool
) -> None:
    no = Declined(code, text)
    assert (no.reason, no.for_good) == (reason, for_good) and "exemple" not in f"{no} {no.__dict__}"
    assert no.code is None or 200 <= no.code <= 599


def letter(delivery: UUID) -> Letter:
    return Letter(delivery, "a@exemple.fr", "b@exemple.fr", b"Subject: x\r\n\r\ny\r\n")


async def test_without_a_server_a_mail_is_a_whole_file_for_its_owner_alone(tmp_path: Path) -> None:
    post, one = post_of(Settings(data=tmp_path), tmp_path), letter(uuid4())
    await post.offer(one)
    await post.hand_over(one)
    (file,) = mails_in(tmp_path).iterdir()
    assert file.name == f"{one.delivery}.eml" and file.read_bytes() == one.content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_a_folder_that_can_not_be_made_or_written_is_later_perhaps(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable):
        await FolderPost(tmp_path / "file" / "mail").offer(letter(uuid4()))
    with pytest.raises(Declined) as no:
        await FolderPost(tmp_path / "nowhere").hand_over(letter(uuid4()))
    assert not no.value.for_good


def test_the_mails_to_a_person_are_found_again_and_nobody_else_s(tmp_path: Path) -> None:
    mails_in(tmp_path).mkdir()
    named = uuid4()
    theirs = [letter_for(PERSON), letter_for(PERSON), named]
    for id in (*theirs, letter_for(OTHER)):
        (mails_in(tmp_path) / f"{id}.eml").write_text("x")
    (mails_in(tmp_path) / f".{letter_for(PERSON)}.new").write_text("half")
    assert theirs[0] != theirs[1] and erase_letters(tmp_path, PERSON, [named, uuid4()]) == 4
    assert len(list(mails_in(tmp_path).iterdir())) == 1 and erase_letters(tmp_path, PERSON) == 0


async def test_what_was_never_offered_is_in_doubt_and_a_server_that_is_away_is_unreachable() -> None:
    post = SmtpPost(Settings(smtp_host="127.0.0.1", smtp_port=9, smtp_tls="none"))
    with pytest.raises(Doubt):
        await post.hand_over(letter(uuid4()))
    with pytest.raises(Unreachable):
        await post.offer(letter(uuid4()))
    await post.take_back()
    await post.close()


async def test_a_password_in_a_file_is_read_at_each_connection(tmp_path: Path) -> None:
    """Replaced, it is taken without a restart; a file that holds none any more keeps mails waiting."""
    given: list[str] = []

    def judged(server: object, session: object, envelope: object, mechanism: str, data: LoginPassword) -> AuthResult:
        given.append(data.password.decode())
        return AuthResult(success=True)

    port, file = free_port(), tmp_path / "smtp.password"
    catcher = Controller(Sink(), hostname="127.0.0.1", port=port, authenticator=judged, auth_require_tls=False)
    catcher.start()
    way = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "smtp_user": "reseau"}
    try:
        for word in ("quatre mots", "cinq mots"):
            file.write_text(f"{word}\n")
            post = SmtpPost(Settings(**way, smtp_password_file=file))
            await post.offer(letter(uuid4()))
            await post.close()
        file.write_text("")
        with pytest.raises(Unreachable):
            await post.offer(letter(uuid4()))
    finally:
        catcher.stop()
    assert given == ["quatre mots", "cinq mots"]
