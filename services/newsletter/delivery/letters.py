"""Writing mails: an issue to a subscriber, the question whether an address wants to subscribe. Text and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from services.newsletter.bulletins.words import WORDS
from shared.base.translations import L, Lang, translated
from shared.kernel.views.projection import Document
from shared.runtime.mail_transport import Letter
from shared.web.formatting import day, long_day
from shared.web.letters import Bodies, Sender, letter, message

BODIES = Bodies(Path(__file__).parents[1] / "templates" / "mail", WORDS)


def sections(issue: Document) -> Sequence[tuple[str, Sequence[Document]]]:
    """The items of an issue that go out, by section, in the order in which each section first occurs."""
    found: dict[str, list[Document]] = {}
    for item in issue["items"]:
        if not item["dropped"]:
            found.setdefault(item["section"], []).append(item)
    return list(found.items())


def issue_bodies(
    sender: Sender, bulletin: Document, issue: Document, lang: Lang, when: datetime, leaving: str | None
) -> tuple[str, str]:
    """The text and the HTML of an issue. `leaving`: the link to unsubscribe, None in a preview."""
    return BODIES.render(
        "issue",
        lang,
        sender=sender,
        bulletin=bulletin,
        issue=issue,
        sections=sections(issue),
        date=long_day(when, lang),
        leaving=leaving,
    )


def issue_letter(
    sender: Sender,
    bulletin: Document,
    issue: Document,
    lang: Lang,
    when: datetime,
    *,
    delivery: UUID,
    to: str,
    leaving: str,
) -> Letter:
    """An issue for one subscriber."""
    title, number = bulletin["title"] or issue["bulletin"], issue["number"]
    made = message(
        sender,
        delivery,
        to,
        translated(L("{title} n° {number}"), lang, title=title, number=number),
        when,
    )
    made["List-Id"] = f"<{issue['bulletin']}.{sender.network}.{sender.host}>"
    made["List-Unsubscribe"] = f"<{leaving}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    return letter(made, sender, delivery, to, *issue_bodies(sender, bulletin, issue, lang, when, leaving))


def confirmation_letter(
    sender: Sender, titles: Sequence[str], lang: Lang, when: datetime, *, delivery: UUID, to: str, link: str, until: str
) -> Letter:
    """The mail that asks whether an address wants these bulletins."""
    subject = translated(L("Confirmez votre abonnement"), lang)
    made = message(sender, delivery, to, f"{subject} · {sender.title}", when)
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834
    bodies = BODIES.render("confirm", lang, sender=sender, titles=titles, link=link, until=day(until))
    return letter(made, sender, delivery, to, *bodies)
