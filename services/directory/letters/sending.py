"""Letters about surveys: the observatory says whom it asks, and writes them; the directory, which alone may open the
addresses of contacts, sends them (ADR 22).

What is written to whom is asked for when it is sent: so a reminder that waited does not go to who has answered
meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from services.directory.letters.domain import (
    BeginLetter,
    LetterCommand,
    NoteLetterRefused,
    NoteLetterSent,
    NoteNobodyToWriteTo,
)
from services.directory.sign_in.entry import entry_of
from services.directory.structures.contact_views import CONTACT_ADDRESSES
from services.directory.structures.kept_records import kept_record, known_as
from shared.contract.envelope import Recorded
from shared.contract.observatory.surveys import SurveySent
from shared.kernel.decider import Command, derived_id
from shared.kernel.reactions import on
from shared.runtime.faces import Chronicle, Commands, Correspondence, Office
from shared.runtime.mail_transport import Declined, Doubt, Letter, Post, letter_for, post_of
from shared.web.letters import BadAddress, Sender, letter, message

log = structlog.get_logger()
LETTERS = "survey.letters"
"""The question to the observatory: `{"survey", "kind", "seq", "to": [{"structure", "person"}]}`, answered by
`{"letters": [{"subject", "text", "html"} or null]}`, null where there is nothing to write any more"""
AT_ONCE = 20  # letters of one question: an answer has at most 512 KiB
PATIENCE = 10.0  # seconds for an answer
CONTACTS = 5  # of one structure that are written to, at most


class NotYet(Exception):
    """Some mails were not taken now, but may be later."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact who is written to; the address is in clear while its letter is under way."""

    structure: UUID
    contact: str
    person: UUID
    address: str

    def __repr__(self) -> str:
        return f"Recipient({self.structure})"


@on(SurveySent, name="survey-letters")
async def survey_letters(event: Recorded, service: Correspondence) -> Sequence[Command]:
    """Writes to the contacts of the structures that a survey asks, or reminds. Done again, it goes on where it
    stood."""
    sending = event.data
    assert isinstance(sending, SurveySent)
    if sending.kind == "by_hand":
        return []
    in_doubt = event.seq < await _restored_at(service)
    post = post_of(service.settings, service.data)
    later = 0
    try:
        for some in _parted(sending.structures):
            to = await _recipients(service, event, some)
            if in_doubt:
                await _note_doubts(service, event, to)
            else:
                later += await _write(service, post, event, sending.kind, to)
    finally:
        await post.close()
    if later:
        raise NotYet(f"{later} letters")
    return []


async def _restored_at(service: Chronicle) -> int:
    """The sequence at which the log was last restored, 0 where it never was."""
    found = await service.log.under("observatory.ledger.*.LogRestored")
    return max((message.seq for message in found), default=0)


async def _note_doubts(service: Commands, event: Recorded, to: Sequence[Recipient]) -> None:
    """What was asked for before the log came back from its archive may have been sent: it is shown, and goes out by
    hand only (ADR 13)."""
    for one in to:
        id = _letter_id(event, one)
        await _say(service, event, BeginLetter(letter=id, about=_about(event), structure=one.structure), "begin")


def _letter_id(event: Recorded, to: Recipient) -> UUID:
    return derived_id(UUID(event.id), f"letter/{to.structure}/{to.contact}")


def _parted(structures: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    size = AT_ONCE // CONTACTS
    for start in range(0, len(structures), size):
        yield structures[start : start + size]


async def _recipients(service: Office, event: Recorded, structures: Sequence[UUID]) -> list[Recipient]:
    """The contacts to write to. That there is nobody is noted."""
    found: list[Recipient] = []
    for structure in structures:
        record = await kept_record(service, str(structure))
        keys = list(known_as(record)) if record is not None and not record["closed"] else []
        contacts = await service.store.find(CONTACT_ADDRESSES, {"structure": keys}, limit=200) if keys else None
        own: dict[str, Recipient] = {}
        for one in contacts.documents if contacts else ():
            address = (service.keyring.inside(one["email"]) or "").strip()
            if address:  # two contacts may share a mailbox
                own.setdefault(address.casefold(), Recipient(structure, one["key"], UUID(one["person"]), address))
        if not own:
            id = derived_id(UUID(event.id), f"letter/{structure}")
            await _say(
                service, event, NoteNobodyToWriteTo(letter=id, about=_about(event), structure=structure), "nobody"
            )
        found += list(own.values())[:CONTACTS]
    return found


def _about(event: Recorded) -> UUID:
    return UUID(event.entity_id)


async def _write(service: Correspondence, post: Post, event: Recorded, kind: str, to: Sequence[Recipient]) -> int:
    """Writes to these contacts; how many have to be tried again."""
    if not to:
        return 0
    asked = [{"structure": str(one.structure), "person": str(one.person)} for one in to]
    question = {"survey": event.entity_id, "kind": kind, "seq": event.seq, "to": asked}
    answer = await service.asking.ask("observatory", LETTERS, question, timeout=PATIENCE)
    later = 0
    for one, said in zip(to, answer["letters"], strict=True):
        if said is not None:
            later += not await _deliver(service, post, event, one, said)
    return later


async def _deliver(service: Office, post: Post, event: Recorded, to: Recipient, said: dict[str, Any]) -> bool:
    """Sends one letter, unless it was begun before. Whether it needs no further try. Raises Unreachable."""
    id = _letter_id(event, to)
    about = {"letter": id, "about": _about(event), "structure": to.structure}
    if (await service.execute.history("letter", id)).events:
        return True
    sender = entry_of(service).mail.sender
    try:
        made = made_of(sender, to.address, to.person, said, service.now())
        await post.offer(made)
    except BadAddress:
        await _say(service, event, NoteLetterRefused(**about, reason="address"), "refused")
        return True
    except Declined as no:
        if not no.for_good:
            return False
        await _say(service, event, NoteLetterRefused(**about, reason=no.reason), "refused")
        return True
    if await _say(service, event, BeginLetter(**about), "begin"):
        await post.take_back()  # another replica has begun it
        return True
    try:
        if not service.keyring.has(to.person):  # forgotten since the address was opened
            await post.take_back()
            return True
        await post.hand_over(made)
    except Declined as no:
        await _say(service, event, NoteLetterRefused(**about, reason=no.reason), "refused")
    except Doubt:
        log.warning("survey.letter_in_doubt", letter=str(id))
    else:
        await _say(service, event, NoteLetterSent(**about), "sent")
    return True


def made_of(sender: Sender, address: str, person: UUID, said: dict[str, Any], now: datetime) -> Letter:
    """The mail. Raises BadAddress."""
    id = letter_for(person)
    mail = message(sender, id, address, str(said["subject"]), now)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
    return letter(mail, sender, id, address, str(said["text"]), str(said["html"]))


async def _say(service: Commands, event: Recorded, command: LetterCommand, what: str) -> bool:
    """Executes a command about a letter; whether it had been before."""
    actor = f"service:{service.name}"
    outcome = await service.execute(
        command, id=derived_id(command.letter, what), actor=actor, cause=event, derived=True
    )
    return not outcome.new
