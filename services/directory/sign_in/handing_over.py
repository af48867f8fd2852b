"""Links that whoever looks after accounts is given, to hand them over: judged, said in the log, told to the holder, and
only then shown. No link is shown to anybody in another way."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from services.directory.accounts.domain.account_state import account_id
from services.directory.accounts.domain.handed_links import HandOverLink
from services.directory.accounts.rights import not_above
from services.directory.sign_in.entry import Entry
from services.directory.sign_in.notices import tell_of_link
from services.directory.sign_in.signed_links import GOOD_FOR
from shared.base.translations import Lang
from shared.contract.directory.accounts import AccountKind
from shared.identity.principal import Who
from shared.kernel.decider import Refused


async def link_for(
    entry: Entry,
    account: UUID,
    who: Who,
    lang: Lang,
    *,
    good_for: timedelta = GOOD_FOR,
    kind: AccountKind | None = None,
) -> str:
    """A link of an account for `who`, to hand over. `kind`: the only one of which it may be. Raises
    Refused(`account-above-you`, `unknown-account`, `account-closed`)."""
    state = await not_above(entry.service, who, account)
    if kind is not None and state.kind != kind:
        raise Refused("account-above-you")
    new_id = entry.service.outside.new_id
    command = HandOverLink(
        account=account, link=new_id(), minutes=int(good_for.total_seconds() // 60), given_to=who.account
    )
    outcome = await entry.service.execute(command, id=new_id(), actor=who.actor)
    await entry.service.runner.wait_for(outcome.seq)
    await tell_of_link(entry, account, command.given_to, lang)
    assert state.person is not None  # it is open
    return entry.mail.link(state.person, good_for=good_for, id=command.link)


async def link_at(
    entry: Entry,
    address: str,
    who: Who,
    lang: Lang,
    *,
    good_for: timedelta = GOOD_FOR,
    kind: AccountKind | None = None,
) -> str | None:
    """The same for whoever may come in by mail at an address; None where nobody may. A contact who never came in has
    an account from now on, so that the log says for whom it was."""
    person = await entry.person_at(address)
    if person is None:
        return None
    account = account_id(person)
    if not (await entry.service.execute.history("account", account)).events:
        account = await entry.open_contact(person, address)
    return await link_for(entry, account, who, lang, good_for=good_for, kind=kind)
