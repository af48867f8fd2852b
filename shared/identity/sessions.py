"""Who asks: read from a session's cookie or a program's token, judged by what the directory's events say at this
moment. The same in every service; no service asks another for it.

A cookie is a JWT (RFC 7519) signed with Ed25519 (RFC 8037, `alg` of RFC 9864). It is good while its session stands in
the account's open sessions, so whoever is signed out is out everywhere within a moment. `seq` in it is the place of its
beginning: a service waits for its view to reach it before it judges.

A cookie's own minutes do not end a session: whoever writes for an hour goes on. Past half of them it is replaced by a
new one on the way. Once they are over it is good only where the view is known to have been whole within as many
minutes, so a service that is cut off from the log lets nobody in for longer than that after their session was ended
elsewhere (ADR 31).
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args
from uuid import NAMESPACE_OID, UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.base.outside import REAL
from shared.base.secret_files import TOKEN as OPERATORS
from shared.base.secret_files import SecretUnfit, same, secret_file
from shared.base.services import SERVICES
from shared.contract.directory.accounts import Role
from shared.contract.directory.capabilities import CapabilityName
from shared.identity.access_view import ACCESS
from shared.identity.capabilities import CAPABILITIES, Held, standing
from shared.identity.principal import GIVES, OPERATOR, PUBLIC, Who
from shared.kernel.decider import Level
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.views.projection import Document, Store
from shared.kernel.views.projector import Runner

ALGORITHM = "Ed25519"
PATIENCE = 10  # seconds that a fresh sign-in is waited for
LONGEST = 4096  # characters of a cookie or a token; what is longer is none of ours
UNREADABLE = (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError)
"""What reading a hostile cookie may raise"""
TOKEN = "mlg_"
STRONG = "mfa"
"""How a cookie says that its session began with a second factor (RFC 8176)"""


class BadToken(Exception):
    """A token was shown that is not good (any more)."""


class Unsure(Unavailable):
    """Whether a session stands can't be known: the view of sessions is behind the log, and the cookie is over or has
    begun since."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a cookie says, its signature checked. `until`: when its own minutes are over; `proved`: when its holder last
    signed in, None in a cookie of an older release; `strong`: with a second factor."""

    account: UUID
    session: UUID
    seq: int
    issued: datetime
    until: datetime
    proved: datetime | None = None
    strong: bool = False

    def wants_renewal(self, now: datetime) -> bool:
        """Past half of its life."""
        return now > self.issued + (self.until - self.issued) / 2


class Signer:
    """Signs cookies. The directory alone has one; its private key is a file that only its owner reads.

    `key_id` and `public` are what `SigningKeyPublished` tells the others: its entity and its field.
    """

    def __init__(self, file: Path, network: str, *, minutes: int = 15) -> None:
        seed = secret_file(file)
        raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = _base64url(raw)
        self.key_id = uuid5(NAMESPACE_OID, self.public)
        self._key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": self.public, "d": _base64url(seed)})
        self._network, self._life = network, timedelta(minutes=minutes)

    def sign(
        self,
        account: UUID,
        session: UUID,
        seq: int,
        ends: datetime,
        now: datetime | None = None,
        *,
        before: Claims | None = None,
        strong: bool = False,
    ) -> str:
        """The cookie of a session. `seq`: of its beginning; `ends`: the session's end, which it never outlives;
        `strong`: whether it began with a second factor. `before`: the cookie that this one takes the place of, by which
        nobody has proved anything anew."""
        now = now or REAL.now()
        proved, strong = (before.proved, before.strong) if before else (now, strong)
        claims: dict[str, Any] = {
            "iss": self._network,
            "sub": str(account),
            "sid": str(session),
            "seq": seq,
            "iat": int(now.timestamp()),
            "exp": int(min(now + self._life, ends).timestamp()),
        }
        if proved is not None:
            claims["auth_time"] = int(proved.timestamp())  # as OpenID Connect has it
        if strong:
            claims["amr"] = [STRONG]
        return jwt.encode({"alg": ALGORITHM, "kid": str(self.key_id)}, claims, self._key, algorithms=[ALGORITHM])


class Sessions:
    """Who asks, as one service knows it. Raises SecretUnfit for an operator's token that is none: whoever showed
    nothing would be the operator."""

    def __init__(
        self,
        runner: Runner,
        store: Store,
        network: str,
        operator_token: str,
        clock: Callable[[], datetime] = REAL.now,
        *,
        behind: Callable[[], float] = lambda: 0.0,
        minutes: int = 15,
        second_factor: Collection[str] = (),
        patience: int = PATIENCE,
    ) -> None:
        """`behind`: seconds since the view was last known to be whole; `minutes`: the most of it for a cookie that is
        over; `second_factor`: the roles that hold only in a session that began with one; `patience`: seconds that a
        sign-in is waited for."""
        self._runner, self._store, self._network, self._clock = runner, store, network, clock
        self._behind, self._most_behind = behind, minutes * 60
        self._strong_only, self._patience = frozenset(second_factor), patience
        self._operator = operator_token.encode()
        if OPERATORS.wrong(self._operator) is not None:
            raise SecretUnfit("there is no operator's token")
        self._labels: dict[str, str] = {}
        self._labels_at = -1

    def now(self) -> datetime:
        """The time by which cookies and tokens are judged."""
        return self._clock()

    async def claims(self, cookie: str) -> Claims | None:
        """What a cookie says if it was signed here, however old it is; None for any other."""
        if len(cookie) > LONGEST:
            return None
        kid = _key_id(cookie)
        document = await self._store.get(ACCESS, str(kid)) if kid else None
        if document is None or document["sort"] != "key":
            return None
        return _read(cookie, document["public"], self._network)

    async def holder(self, claims: Claims) -> Who:
        """Whose session this is; PUBLIC once it ended. Raises Unsure."""
        known = await self._reaches(claims.seq)
        document = await self._store.get(ACCESS, str(claims.account))
        account = document if document is not None and document["sort"] == "account" else None
        ends, now = account["sessions"].get(str(claims.session)) if account else None, self._clock()
        if ends is None and not known:
            raise Unsure("the view of sessions is behind the log")
        if account is None or account["closed"] or ends is None or datetime.fromisoformat(ends) <= now:
            return PUBLIC
        if claims.until <= now and self._behind() > self._most_behind:
            raise Unsure("the view of sessions is behind the log")
        held = account["roles"] if claims.strong else [one for one in account["roles"] if not self._waits(one)]
        return Who(
            f"account:{claims.account}",
            account["kind"],
            claims.account,
            account["label"],
            _roles(held),
            claims.session,
            account["told"],
            claims.proved,
            claims.strong,
            withheld := len(held) < len(account["roles"]),
            () if withheld else standing(account["capabilities"], now),
        )

    async def _reaches(self, seq: int) -> bool:
        """Whether the view shows a sequence, or is known to be whole without it: the log of a backup has no session
        that began after it."""
        begun = REAL.monotonic()
        for _ in range(self._patience):  # a damaged view does not wait at all
            if await self._runner.wait_for(seq, timeout=1.0) or self._behind() < REAL.monotonic() - begun:
                return True
        return False

    def _waits(self, grant: str) -> bool:
        """Whether a grant (`<service or all>:<role>`) holds only after a second factor."""
        return grant.partition(":")[2] in self._strong_only

    async def by_cookie(self, cookie: str | None) -> Who:
        """Whose session a cookie is of; PUBLIC for one that is not good. Raises Unsure."""
        claims = await self.claims(cookie) if cookie else None
        return await self.holder(claims) if claims else PUBLIC

    async def by_token(self, token: str) -> Who:
        """For whom a program acts that shows this token (RFC 6750). Raises BadToken."""
        if len(token) > LONGEST or not token.isascii() or not token.startswith(TOKEN):
            raise BadToken
        if same(token.encode(), self._operator):
            return OPERATOR
        id, _, secret = token.removeprefix(TOKEN).partition("_")
        named = _uuid(id)
        if named is None or not secret:
            raise BadToken
        found = (await self._store.find(ACCESS, {"token_ids": str(named)}, limit=1)).documents
        known: Document = found[0]["tokens"][str(named)] if found else {"digest": ""}
        good = same(sha256(secret.encode()).hexdigest().encode(), str(known["digest"]).encode())
        if not good or found[0]["closed"] or datetime.fromisoformat(known["ends"]) <= self._clock():
            raise BadToken
        return _program(found[0], named, known["scopes"], self._clock())

    async def renewed(self, cookie: str, signer: Signer) -> str | None:
        """The next cookie of a session that still stands, for the directory to hand out; None for any other. Raises
        Unsure."""
        claims = await self.claims(cookie)
        if claims is None or not (await self.holder(claims)).signed_in:
            return None
        document = await self._store.get(ACCESS, str(claims.account))
        ends = document["sessions"].get(str(claims.session)) if document else None
        if ends is None:
            return None
        until, now = datetime.fromisoformat(ends), self._clock()
        return signer.sign(claims.account, claims.session, claims.seq, until, now, before=claims)

    async def ever_given(self, capability: CapabilityName) -> bool:
        """Whether the network has given a capability to anybody yet, be it over or not."""
        return bool((await self._store.find(ACCESS, {"had": capability}, limit=1)).documents)

    async def holders(self, capability: CapabilityName, scope: str | None = None) -> set[UUID]:
        """The accounts that have a capability now, at this thing."""
        some = (await self._store.find(ACCESS, {"had": capability}, limit=1000)).documents
        fit = (Held(capability), Held(capability, scope))
        return {UUID(d["key"]) for d in some if not {*fit}.isdisjoint(standing(d["capabilities"], self._clock()))}

    def label(self, actor: str) -> str | None:
        """The label of the account behind an actor, as `refresh_labels` last knew it."""
        kind, _, rest = actor.partition(":")
        return self._labels.get(rest.partition("/")[0]) if kind in ("account", "token") else None

    async def refresh_labels(self) -> None:
        """Brings `label` up to what the views show now. Of the staff only, who are few: contacts are never named."""
        if self._labels_at != self._runner.position:
            self._labels_at = self._runner.position
            page = await self._store.find(ACCESS, {"kind": "staff"}, limit=1000)
            self._labels = {d["key"]: d["label"] for d in page.documents}


def _program(account: Document, token: UUID, scopes: list[str], now: datetime) -> Who:
    """A token gives what both its scopes and its account's roles and capabilities give."""
    own, asked = _roles(account["roles"]), _roles(scopes)
    roles = {name: _within(_levels(own.get(name)) & _levels(asked.get(name))) for name in SERVICES}
    named = {f"{one.service}:{name}": name for name, one in CAPABILITIES.items()}
    carried = {named[scope] for scope in scopes if scope in named}
    held = tuple(one for one in standing(account["capabilities"], now) if one.capability in carried)
    return Who(f"token:{account['key']}/{token}", "token", UUID(account["key"]), account["label"], roles, held=held)


def _levels(roles: frozenset[Role] | None) -> frozenset[Level]:
    return frozenset().union(*(GIVES[role] for role in roles or ()))


def _within(levels: frozenset[Level]) -> frozenset[Role]:
    return frozenset(role for role in get_args(Role) if GIVES[role] <= levels)


def _roles(grants: list[str]) -> Mapping[str, frozenset[Role]]:
    """Service → roles there, from `<service or all>:<role>`."""
    found: dict[str, set[Role]] = {name: set() for name in SERVICES}
    for grant in grants:
        where, _, role = grant.partition(":")
        for name in SERVICES if where == "all" else (where,):
            if name in found and role in get_args(Role):
                found[name].add(role)  # type: ignore[arg-type]  # it was just looked at
    return {name: frozenset(roles) for name, roles in found.items()}


def _key_id(cookie: str) -> UUID | None:
    """Which key is said to have signed a cookie; nothing of it is believed yet."""
    try:
        return _uuid(jws.extract_compact(cookie.encode()).headers().get("kid"))
    except UNREADABLE:
        return None


@lru_cache(1024)
def _read(cookie: str, public: str, network: str) -> Claims | None:
    """What a cookie says if this key signed it. A browser sends the same one again and again."""
    try:
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public})
        said = jwt.decode(cookie, key, algorithms=[ALGORITHM]).claims
        found = Claims(
            UUID(said["sub"]),
            UUID(said["sid"]),
            int(said["seq"]),
            _moment(said["iat"]),
            _moment(said["exp"]),
            _moment(said["auth_time"]) if "auth_time" in said else None,
            STRONG in said.get("amr", ()),
        )
    except UNREADABLE:
        return None
    return found if said.get("iss") == network and found.issued <= found.until else None


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
