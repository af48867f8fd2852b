"""The way in: who may begin a session, by a password, a mail link or the first link. Kept by the running directory."""

from __future__ import annotations

import asyncio
import contextlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import structlog

from services.directory.accounts.domain.account import OpenAccount
from services.directory.accounts.domain.account_state import account_id
from services.directory.accounts.domain.second_factor import UseRecoveryCode
from services.directory.accounts.domain.sessions import MOST_SESSIONS, SESSION, SetPassword, SignIn, SignOut
from services.directory.accounts.domain.tokens import IssueToken
from services.directory.accounts.forms import AccountWanted
from services.directory.accounts.rights import gives, not_above
from services.directory.accounts.views import ACCOUNTS
from services.directory.second_factor.factors import SecondFactors
from services.directory.second_factor.tickets import CodeWanted, FirstStep
from services.directory.sign_in.doors.attempts import Attempts
from services.directory.sign_in.doors.browsers import Browsers, Known
from services.directory.sign_in.key_rotation import SigningKeys
from services.directory.sign_in.link_mail import LinkMail
from services.directory.sign_in.passwords import Passwords
from services.directory.sign_in.signed_links import BadLink, Entrance, Links
from services.directory.structures.contacts import address_of, addresses_of, addresses_reaching, contacts_at
from shared.base.cancellation import end
from shared.base.translations import Lang
from shared.contract.directory.accounts import Browser, Second, SessionBegan, Way
from shared.contract.envelope import instant
from shared.contract.personal import Personal
from shared.identity.principal import Who
from shared.identity.sessions import TOKEN, Unsure
from shared.kernel.command_handler import TRIES, Outcome, Stale
from shared.kernel.decider import Refused, derived_id
from shared.kernel.eventlog.event_log import Conflict, Unavailable
from shared.kernel.views.projection import Document
from shared.runtime.faces import Correspondence, Premises, Visitors
from shared.runtime.jobs import Job
from shared.runtime.mail_transport import post_of
from shared.runtime.parts import Key
from shared.web.letters import Sender
from shared.web.security.authorization import RENEW

log = structlog.get_logger()
ROUND = 60.0  # seconds between two looks at replaced keys
CONTACT_LABEL = "Contact d’une structure"
NOWHERE: Known = {}
"""A browser by which nobody has come in"""


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has begun: its cookie, and of what kind of account. `waits`: whether a role of it waits for a
    second factor, which the account does not have."""

    account: UUID
    cookie: str
    kind: str
    began: SessionBegan
    waits: bool = False


class Gatehouse(Correspondence, Visitors, Protocol):
    """The directory, as whoever lets people in needs it: it renews sessions for the other services, too."""


class Entry:
    """The way into one installation."""

    def __init__(self, service: Gatehouse) -> None:
        self.service = service
        keys = service.data / "keys"
        self.links = Links(keys, service.network)
        self.passwords = Passwords(keys)
        self.browsers = Browsers(keys, service.network, service.settings.browser_days)
        self.attempts = Attempts(service.outside.monotonic)
        self.factors = SecondFactors(keys, service.network, service.outside)
        self.keys = SigningKeys(service)
        settings, url = service.settings, service.public_url.rstrip("/")
        sender = Sender(service.network, lambda: service.ourselves.title, settings.mail_from, url)
        self.mail = LinkMail(
            self.links,
            post_of(settings, service.data, service.outside),
            sender,
            to_files=settings.smtp_host is None,
            outside=service.outside,
        )
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        await self.service.asking.answer(RENEW, self._renew)

    async def stop(self) -> None:
        for task in list(self._tasks):
            await end(task)
        await self.mail.stop()
        self.passwords.close()
        self.factors.close()

    # who somebody is

    async def account_at(self, address: str) -> Document | None:
        """The open account of an address."""
        person = self.service.keyring.find(address)
        document = await self.service.store.get(ACCOUNTS, str(account_id(person))) if person else None
        return document if document is not None and document["open"] else None

    async def proven_contacts(self, structures: Sequence[str]) -> list[tuple[UUID, str]]:
        """Who speaks for a structure (the ids of its records), with the address that each has come in by: it is theirs,
        which of an address that somebody typed for them nobody knows."""
        found: dict[UUID, str] = {}
        for one in await addresses_of(self.service, structures):
            account = await self.account_at(one)
            own = self.service.keyring.inside(account["email"]) if account and account["seen"] else None
            if account is not None and own is not None:
                found[UUID(account["person"])] = own.strip()
        return list(found.items())

    async def by_password(self, address: str, password: str, known: Known = NOWHERE) -> Begun:
        """Raises Refused(`sign-in-failed`), in the same time and words whatever it is that does not fit; CodeWanted."""
        person = self.service.keyring.find(address)
        account = account_id(person) if person else None
        if not await self.passwords.fits(account, password) or account is None:
            raise Refused("sign-in-failed")
        try:
            return await self.begin(account, "password", self.service.outside.new_id(), known=known)
        except Refused:  # closed meanwhile
            raise Refused("sign-in-failed") from None

    def ask_link(self, address: str, lang: Lang) -> None:
        """Sends a link, if the address is somebody's who may come in. Returns at once and says nothing."""
        self._beside(self._send_link(address, lang))

    async def _send_link(self, address: str, lang: Lang) -> None:
        person = await self.person_at(address)
        # To the address that we know, not to what was typed: "ſ" and "s" are folded into one, two mailboxes they are.
        known = await self._address(person) if person is not None else None
        if person is not None and known is not None:
            self.mail.send(person, known, lang)

    async def _address(self, person: UUID) -> str | None:
        """The address under which a person may come in."""
        document = await self.service.store.get(ACCOUNTS, str(account_id(person)))
        own = self.service.keyring.inside(document["email"]) if document is not None else None
        return own or await address_of(self.service, str(person))

    async def person_at(self, address: str) -> UUID | None:
        """Who may come in by a link sent to this address: of an open account, or a contact of a structure."""
        known = self.service.keyring.find(address)
        document = await self.service.store.get(ACCOUNTS, str(account_id(known))) if known else None
        contacts = await contacts_at(self.service, address)
        if document is not None:
            return known if document["open"] and (document["kind"] == "staff" or contacts) else None
        return UUID(contacts[0]["person"]) if contacts else None

    async def by_code(self, first: FirstStep, typed: str, known: Known = NOWHERE) -> Begun:
        """Begins the session whose first step was done, by a code of the app or a recovery code. Raises Refused."""
        second = await self.service.outside.in_thread(self.factors.check, first.account, typed)
        if second == "recovery-code":
            left = await self.service.outside.in_thread(self.factors.codes_left, first.account)
            used = UseRecoveryCode(account=first.account, codes=left)
            await self.service.execute(used, id=self.service.outside.new_id(), actor=f"account:{first.account}")
        return await self.begin(first.account, first.way, first.id, link=first.link, second=second, known=known)

    async def asks_code(self, account: UUID) -> bool:
        """Whether an account has a second factor. It has one where the log says so and its secret is lost, too: nobody
        comes in without it then, but by an operator's reset."""
        if await self.service.outside.in_thread(self.factors.has, account):
            return True
        document = await self.service.store.get(ACCOUNTS, str(account))
        return document is not None and document["second_factor"] is not None

    async def by_link(self, token: str, known: Known = NOWHERE) -> Begun:
        """Begins the session that a link is for; the account of a contact is opened at the first use.

        Raises BadLink, OldLink, Refused(`link-used`, `link-void`, `account-closed`), CodeWanted; the link stays good
        until the code is there.
        """
        entrance = self.links.read(token, self.service.now())
        account = account_id(entrance.person)
        if not (await self.service.execute.history("account", account)).events:
            account = await self._contact_account(entrance)
        id = derived_id(entrance.link, "sign-in")
        return await self.begin(account, "mail-link", id, link=entrance.link, known=known)

    async def _contact_account(self, entrance: Entrance) -> UUID:
        """Of the address that the link was sent to, and of no other: what a contact's address is changed to meanwhile
        is not shown to be theirs by it."""
        address = await self._sent_to(entrance)
        if address is None:  # the link may be faster than the view of contacts
            await self.service.runner.wait_for(await self.service.log.last())
            address = await self._sent_to(entrance)
        if address is None:
            raise BadLink
        return await self.open_contact(entrance.person, address)

    async def _sent_to(self, entrance: Entrance) -> str | None:
        """The address that a link was sent to, as long as who it is for is a contact there."""
        there = await addresses_reaching(self.service, str(entrance.person)) if entrance.mark else []
        return next((one for one in there if self.links.mark(one).startswith(entrance.mark)), None)

    async def open_contact(self, contact: UUID, address: str) -> UUID:
        """The account of the address of a contact, opened if there is none."""
        person = await self.service.outside.in_thread(self.service.keyring.person_at, address, contact)
        account = account_id(person)
        command = OpenAccount(kind="contact", label=CONTACT_LABEL, email=Personal(address), person=person)
        try:
            id = derived_id(account, "open-contact")
            await self.service.execute(command, id=id, actor=f"account:{account}", derived=True)
        except Refused as refused:
            if refused.code != "already-has-account":
                raise
        return account

    async def begin(
        self,
        account: UUID,
        way: Way,
        id: UUID,
        *,
        link: UUID | None = None,
        second: Second | None = None,
        known: Known = NOWHERE,
    ) -> Begun:
        """Begins a session by the command `id`, once: the second time it is Refused(`link-used`). `second`: the second
        factor that was shown; without it CodeWanted is raised where the account has one. `known`: who has come in by
        this browser before."""
        if second is None and await self.asks_code(account):
            raise CodeWanted(FirstStep(account, way, id, link))
        signer = await self.keys.ready()
        session, hours = derived_id(id, "session"), self.service.settings.session_hours
        oldest = await self._too_many(account)
        command = SignIn(
            account=account,
            session=session,
            way=way,
            link=link,
            factor=second,
            hours=hours,
            give_way=oldest,
            browser=await self._browser(account, known),
        )
        outcome = await self._signed_in(command, id)
        if not outcome.new:
            raise Refused("link-used")
        events = (await self.service.execute.history(SESSION.entity, session, shows=outcome.seq)).events
        begun = events[0].data
        assert isinstance(begun, SessionBegan)
        await self.service.runner.wait_for(outcome.seq)
        document = await self.service.store.get(ACCOUNTS, str(account))
        now, strong = self.service.now(), second is not None
        cookie = signer.sign(account, session, outcome.seq, begun.ends, now, strong=strong)
        held = {grant.partition(":")[2] for grant in document["roles"]} if document else set()
        waits = not strong and not held.isdisjoint(self.service.settings.second_factor_roles)
        return Begun(account, cookie, document["kind"] if document else "staff", begun, waits)

    async def _browser(self, account: UUID, known: Known) -> Browser | None:
        """Whether the holder has come in by this browser before; None where they never came in by any."""
        document = await self.service.store.get(ACCOUNTS, str(account))
        if document is None or document["seen"] is None:
            return None
        since = document["distrusts"]
        at = known.get(account)
        return "known" if at is not None and (since is None or instant(at) >= since) else "new"

    async def known_at(self, address: str, known: Known) -> UUID | None:
        """The account of an address, if it came in by this browser before."""
        person = await self.person_at(address) if known else None
        account = account_id(person) if person is not None else None
        return account if account is not None and await self._browser(account, known) == "known" else None

    async def replace(self, session: UUID | None, begun: Begun) -> None:
        """Ends the session that a browser had before it begins another one of the same account."""
        if session is not None:
            command = SignOut(account=begun.account, session=session)
            id = self.service.outside.new_id()
            outcome = await self.service.execute(command, id=id, actor=f"account:{begun.account}")
            await self.service.runner.wait_for(outcome.seq)

    async def _signed_in(self, command: SignIn, id: UUID) -> Outcome:
        """Nothing is written to the account, so no expectation says whether what is remembered of it is behind: the log
        is asked, each time that it has changed meanwhile."""
        for _ in range(TRIES):
            version = (await self.service.execute.history("account", command.account)).version
            with contextlib.suppress(Stale):
                actor = f"account:{command.account}"
                return await self.service.execute(command, id=id, actor=actor, version=version, derived=True)
        raise Conflict("the account changes too fast")

    async def _too_many(self, account: UUID) -> list[UUID]:
        """The sessions of an account that give way to one more: its oldest, as far as views show them."""
        document = await self.service.store.get(ACCOUNTS, str(account))
        now = instant(self.service.now())
        still = [one["session"] for one in document["sessions"] if one["ends"] > now] if document else []
        return [UUID(one) for one in still[: max(0, len(still) - MOST_SESSIONS + 1)]]

    # what staff does to accounts

    async def open(
        self, address: str, label: str, roles: list[str], *, id: UUID, actor: str, name: str | None = None
    ) -> Outcome:
        """Opens an account for an address; the same twice is one."""
        contacts = await contacts_at(self.service, address)
        person = await self.service.outside.in_thread(
            self.service.keyring.person_at, address, UUID(contacts[0]["person"]) if contacts else None
        )
        command = OpenAccount(
            kind="staff",
            label=label,
            email=Personal(address),
            name=Personal(name) if name else None,
            roles=roles,
            person=person,
        )
        return await self.service.execute(command, id=id, actor=actor)

    async def invite(self, wanted: AccountWanted, *, id: UUID, who: Who, lang: str) -> Outcome:
        """Opens an account, and sends its holder a link; the same twice is one, and sends nothing."""
        gives(who, wanted.roles)
        address, name = wanted.email.clear.strip(), wanted.name.clear if wanted.name else None
        outcome = await self.open(address, wanted.label, wanted.roles, id=id, actor=who.actor, name=name)
        await self.service.runner.wait_for(outcome.seq)
        document = await self.service.store.get(ACCOUNTS, str(outcome.entity_id))
        if document is None:
            raise Unavailable("the views do not show the account yet")
        if outcome.new:
            self.mail.send(UUID(document["person"]), address, lang, invitation=True)
        return outcome

    async def set_password(self, account: UUID, password: str, *, session: UUID | None, actor: str) -> Outcome:
        """The new password, checked before. Other sessions end first, so that a crash leaves no old one open."""
        command = SetPassword(account=account, session=session)
        outcome = await self.service.execute(command, id=self.service.outside.new_id(), actor=actor)
        await self.passwords.keep(account, password)
        return outcome

    async def issue_token(
        self, account: UUID, name: str, scopes: list[str], days: int, *, id: UUID, who: Who
    ) -> tuple[str | None, Outcome]:
        """A new token: what its holder shows, known from here on to them alone. None where the command came twice.
        Raises Refused where `who` asks for more than they have themselves."""
        state = await not_above(self.service, who, account)
        if all(state.allows(scope, self.service.now()) for scope in scopes):
            gives(who, scopes, "scopes")
        secret = urlsafe_b64encode(self.service.outside.random(32)).rstrip(b"=").decode()
        command = IssueToken(
            account=account, name=name, scopes=scopes, days=days, digest=sha256(secret.encode()).hexdigest()
        )
        # The secret is a new one at each sending, so its hash is nothing that was sent.
        sent = {"name": name, "scopes": scopes, "days": days}
        outcome = await self.service.execute(command, id=id, actor=who.actor, sent=sent)
        return (None if not outcome.new else f"{TOKEN}{derived_id(id, 'token')}_{secret}"), outcome

    async def _renew(self, body: dict[str, Any]) -> dict[str, Any]:
        cookie = body.get("cookie")
        if not isinstance(cookie, str):
            raise Refused("question-malformed", topic=RENEW)
        try:
            return {"cookie": await self.service.sessions.renewed(cookie, self.keys.signer)}
        except Unsure:
            return {"cookie": None}

    def _beside(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("sign_in.failed", error=type(error).__name__)  # not its text: it may quote an address


ENTRY: Key[Entry] = Key("entry")


def entry_of(service: Premises) -> Entry:
    """The way into this running directory."""
    return service.parts.of(ENTRY)


async def opening(service: Gatehouse) -> None:
    await service.parts.put(ENTRY, Entry(service)).start()


async def closing(service: Premises) -> None:
    entry = service.parts.take(ENTRY)
    if entry is not None:
        await entry.stop()


async def _retire(service: Premises) -> None:
    now = await service.clock.believed()
    if now is not None:  # a key that is withdrawn stays so
        await entry_of(service).keys.retire(now)


RETIRING: Job[Premises] = Job("signing-keys", _retire, every=ROUND, first=ROUND)
"""Withdraws the keys that were replaced long enough ago. All replicas share the folder of keys: what two of them say of
one key is one command."""
