"""The letters of surveys: written here, sent by the directory, which asks for them (ADR 22); or sent from here, to an
address that somebody of the team types in and that is not kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from services.observatory.surveys.answering.links import address, links_of
from services.observatory.surveys.stage import over
from services.observatory.surveys.views import SURVEY_RECIPIENTS, SURVEYS, recipient_key
from services.observatory.surveys.words import SURVEY_WORDS
from shared.base.translations import SOURCE, L, Lang, colon, languages, translated
from shared.kernel.decider import Refused
from shared.kernel.views.projection import Document
from shared.runtime.faces import Correspondence, Keys, OpenViews, Premises
from shared.runtime.mail_transport import Declined, Doubt, Unreachable, post_of
from shared.web.formatting import long_day
from shared.web.letters import BadAddress, Bodies, Sender, letter, message
from shared.web.markdown import as_html, as_lines

log = structlog.get_logger()
LETTERS = "survey.letters"
"""What the directory asks: `{"survey", "kind", "seq", "to": [{"structure", "person"}]}` → `{"letters": [… or null]}`"""
MOST = 100  # letters of one question
BODIES = Bodies(Path(__file__).parents[2] / "templates" / "mail", SURVEY_WORDS)
LANG: Lang = SOURCE  # first, and each other language in short below it: of contacts nobody knows what they read


async def opening(service: Correspondence) -> None:
    """From now on the directory may ask for letters."""

    async def written(body: dict[str, Any]) -> dict[str, Any]:
        return await _written(service, body)

    await service.asking.answer(LETTERS, written, askers=("directory",))


async def _written(service: OpenViews, body: dict[str, Any]) -> dict[str, Any]:
    try:
        survey, kind, seq = UUID(str(body["survey"])), str(body["kind"]), int(body["seq"])
        to = [(UUID(str(one["structure"])), UUID(str(one["person"]))) for one in body["to"]]
    except (KeyError, TypeError, ValueError):
        raise Refused("question-malformed", topic=LETTERS) from None
    if len(to) > MOST:
        raise Refused("question-malformed", topic=LETTERS)
    await service.runner.wait_for(seq)
    document = await service.store.get(SURVEYS, str(survey))
    # A letter that is not written stays so: a clock in doubt ends no survey here.
    if document is None or over(service, document, service.clock.surely()):
        return {"letters": [None] * len(to)}
    keys = [recipient_key(survey, structure) for structure, _ in to]
    recipients = await service.store.get_many(SURVEY_RECIPIENTS, keys)
    letters = []
    for (structure, person), key in zip(to, keys, strict=True):
        asked = recipients.get(key)
        # Who has answered, or does not wish to, is not written to, whatever was meant when the sending began.
        wanted = asked is not None and asked["state"] == "asked"
        token = links_of(service).personal(survey, structure, person)
        letters.append(written_letter(service, document, kind, address(service, token)) if wanted else None)
    return {"letters": letters}


def written_letter(service: Premises, survey: Document, kind: str, link: str) -> dict[str, str]:
    """Subject and both texts of a letter with a link, in French and, in short, in each other language."""
    sender = sender_of(service)
    intro = survey["intro"] or ""
    text, html = BODIES.render(
        "survey",
        LANG,
        sender=sender,
        title=survey["title"],
        link=link,
        reminder=kind == "reminder",
        intro_text=as_lines(intro),
        intro_html=as_html(intro, first_heading=2),
        until={lang: long_day(survey["until"], lang) for lang in languages()},
        others=[lang for lang in languages() if lang != LANG],
        questions=len(survey["questions"]),
    )
    again = (
        " / ".join(translated(L("Rappel"), lang) for lang in languages()) + colon(LANG) if kind == "reminder" else ""
    )
    subject = f"{again}{survey['title']} · {sender.title}"
    return {"subject": subject, "text": text, "html": html}


def sender_of(service: Premises) -> Sender:
    ours, address = service.ourselves, service.public_url.rstrip("/")
    return Sender(service.network, lambda: ours.title, service.settings.mail_from, address)


async def send_to(service: Keys, survey: Document, structure: UUID, to: str) -> None:
    """Sends a structure's link to an address that somebody typed. Raises Refused where the mail server does not take
    it."""
    link = address(service, links_of(service).personal(UUID(survey["key"]), structure))
    said, sender, id = written_letter(service, survey, "by_hand", link), sender_of(service), service.outside.new_id()
    post = post_of(service.settings, service.data)
    try:
        mail = message(sender, id, to, said["subject"], service.now())
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
        made = letter(mail, sender, id, to, said["text"], said["html"])
        await post.offer(made)
        await post.hand_over(made)
    except (BadAddress, Declined):
        raise Refused("address-refused") from None
    except Unreachable:
        raise Refused("mail-server-away") from None
    except Doubt:
        raise Refused("letter-in-doubt") from None
    finally:
        await post.close()
