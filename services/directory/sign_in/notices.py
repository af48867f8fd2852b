"""What a holder is told by mail of the ways into their account: that somebody was given a link or a token of it, that
somebody came in by a browser that was never seen before. Their pages tell it, too (shared/web/told.py). Where mails
only go to files nobody is written to."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from services.directory.accounts.views import ACCOUNTS
from services.directory.sign_in.entry import Entry
from shared.base.translations import L, Lang, translated
from shared.contract.directory.accounts import SessionBegan
from shared.web.formatting import moment

WORTH = timedelta(days=1)  # during which it is tried again


async def tell_of_link(entry: Entry, account: UUID, by: UUID | None, lang: Lang) -> None:
    """That somebody was given a link; nothing to whom gave it to themselves."""
    if by != account:
        subject = translated(L("Un lien de connexion à votre compte a été remis"), lang)
        await _tell(entry, account, lang, "link_handed", subject, by)


async def tell_of_token(entry: Entry, account: UUID, by: UUID | None, lang: Lang) -> None:
    """That somebody else made a token, by which a program acts in the holder's name."""
    if by != account:
        subject = translated(L("Un jeton de votre compte a été créé"), lang)
        await _tell(entry, account, lang, "token_made", subject, by)


async def tell_of_session(entry: Entry, began: SessionBegan, lang: Lang) -> None:
    """That somebody came in by a browser that was not known, or by a link that somebody else was given."""
    if began.browser == "new" or began.way == "handed-link":
        subject = translated(L("Nouvelle connexion à votre compte"), lang)
        await _tell(
            entry,
            began.account,
            lang,
            "new_session",
            subject,
            began.given_to,
            way=began.way,
            new=began.browser == "new",
        )


async def _tell(
    entry: Entry,
    account: UUID,
    lang: Lang,
    template: str,
    subject: str,
    by: UUID | None,
    way: str | None = None,
    new: bool = False,
) -> None:
    document = await entry.service.store.get(ACCOUNTS, str(account))
    to = entry.service.keyring.inside(document["email"]) if document is not None else None
    if document is None or to is None or entry.mail.to_files:
        return
    giver = await entry.service.store.get(ACCOUNTS, str(by)) if by is not None else None
    entry.mail.tell(
        UUID(document["person"]),
        to.strip(),
        lang,
        template,
        subject,
        WORTH,
        when=moment(entry.service.now(), lang),
        way=way,
        new=new,
        giver=giver["label"] if giver is not None else None,
        account=f"{entry.mail.sender.url}/directory/me",
    )
