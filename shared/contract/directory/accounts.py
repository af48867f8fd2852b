"""What the directory says of who may do what: accounts, their roles, their sessions, the keys that sign sessions.

Every service reads these events (shared/identity/principal.py), so all five fronts know at once who signed in or was
sent away. No secret is in them: a password's hash lies beside the directory's keys, a token's secret is known to its
holder alone.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidMoment
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing

Role = Literal["reader", "editor", "administrator", "auditor"]
"""reader: sees pages, no personal data; editor: that and the commands of the service; administrator: that and accounts,
persons, parked reactions, rebuilds; auditor: reads everything, with the journal and the audit, no personal data."""
Where = Literal["directory", "membership", "events", "newsletter", "observatory", "all"]
AccountKind = Literal["staff", "contact"]
"""staff: works for the network, with roles; contact: speaks for structures, in the member's own space, without
roles."""
Way = Literal["first-link", "password", "mail-link", "handed-link", "code"]
"""mail-link: sent to the holder's own address; handed-link: somebody else was given it (`LinkHandedOver`); code: of the
second factor's app, by whoever was signed in already"""
Browser = Literal["known", "new"]
"""known: the holder had come in by it before"""
Second = Literal["code", "recovery-code"]
"""What was shown besides: a code of the app, or one of those that stand in for it"""


class AccountEvent(Event, abstract=True):
    service = "directory"
    entity = "account"
    live = True
    thing = Thing(L("compte"), "/directory/accounts/{}", "administrator")


class AccountOpened(AccountEvent):
    """Somebody may sign in under a mail address. The account's id derives from the person's, so an address has one.

    `label` is a function, never a name ("Secrétariat"): it is what journals show of who did what.
    """

    says = Says(L("Compte ouvert"), detail="label", sets={"closed": False})

    kind: AccountKind
    label: str
    email: Personal
    name: Personal | None = None


class AccountRevised(AccountEvent):
    """Fields of an account changed; one that is absent stayed as it was. `kind`: a contact came to work for the
    network."""

    says = Says(L("Compte modifié"), detail="label")

    kind: AccountKind | None = None
    label: str | None = None
    name: Personal | None = None


class AccountClosed(AccountEvent):
    """The account can't sign in any more; its sessions and tokens ended with it."""

    says = Says(L("Compte clos"), detail="reason", sets={"closed": True})

    reason: str | None = None


class AccountReopened(AccountEvent):
    """The account may sign in again, with the roles that it had; sessions and tokens stay ended."""

    says = Says(L("Compte rouvert"), sets={"closed": False})


class RoleGranted(AccountEvent):
    """The account has this role in a service, or in all five."""

    says = Says(L("Rôle donné"), detail="role", part="where:role", sets={"granted": True})

    where: Where
    role: Role


class RoleWithdrawn(AccountEvent):
    """The account no longer has this role there."""

    says = Says(L("Rôle retiré"), detail="role", part="where:role", sets={"granted": False})

    where: Where
    role: Role


class PasswordSet(AccountEvent):
    """The account's password changed, and its other sessions ended: `kept` is the session that changed it, if one did.

    The hash lies beside the directory's keys.
    """

    says = Says(L("Mot de passe changé"))

    kept: UUID | None = None


class LinkHandedOver(AccountEvent):
    """Somebody else was given a link that lets the account's holder in once, until `ends`, to hand it over. `given_to`:
    whose account it was; without it whoever sits at the machine. It is not for rights that are given later: then it
    lets nobody in any more."""

    says = Says(L("Lien de connexion remis à un tiers"), here=L("Lien de connexion remis"))

    link: UUID
    ends: SaidMoment
    given_to: UUID | None = None


class SignedIn(AccountEvent):
    """A session began, as it was said until sessions had a stream of their own (`SessionBegan`, ADR 50). Until `ends`,
    its short-lived cookie is renewed. `link`: the mail link, which is good once."""

    says = Says(L("Connexion"), part="session", sets={"open": True})

    session: UUID
    way: Way
    ends: SaidMoment
    link: UUID | None = None


class SignedOut(AccountEvent):
    """A session that began by `SignedIn` was ended, by its holder or by an administrator."""

    says = Says(L("Session terminée"), part="session", sets={"open": False})

    session: UUID


class SessionsEnded(AccountEvent):
    """All sessions of the account were ended."""

    says = Says(
        L("Toutes les sessions d’un compte terminées"),
        here=L("Toutes les sessions terminées"),
    )


class SessionEvent(Event, abstract=True):
    service = "directory"
    entity = "session"
    live = True
    thing = Thing(L("session"), None, "administrator")
    account: UUID


class SessionBegan(SessionEvent):
    """A session of an account began. Until `ends`, its short-lived cookie is renewed; nothing is said of it any more
    then. `link`: the link, which is good once; `given_to`: whose account it was that was given it, to hand it over.
    `browser`: whether the holder had come in by it before, as far as that is known; `factor`: with which second factor,
    absent where none was shown. It holds as long as its account is open and has not ended all of them since
    (`SessionsEnded`, `PasswordSet`, `AccountClosed`)."""

    says = Says(L("Connexion"), sets={"open": True})

    way: Way
    ends: SaidMoment
    link: UUID | None = None
    given_to: UUID | None = None
    browser: Browser | None = None
    factor: Second | None = None


class SessionEnded(SessionEvent):
    """A session was ended before its time: by its holder, by an administrator, or to make room for another one."""

    says = Says(L("Session terminée"), sets={"open": False})


class TokenIssued(AccountEvent):
    """A program may act for the account, within `scopes` (`<service>:<role>`) and the account's own roles.

    `digest` is SHA-256 (hex) of the secret, which has 256 random bits, so nobody finds it from the digest.
    """

    says = Says(
        L("Jeton créé pour un programme"),
        detail="name",
        here=L("Jeton créé"),
        part="token",
        sets={"valid": True},
    )

    token: UUID
    name: str
    digest: str
    scopes: list[str]
    ends: SaidMoment


class TokenWithdrawn(AccountEvent):
    """A token is no longer good."""

    says = Says(L("Jeton retiré"), part="token", sets={"valid": False})

    token: UUID


class AdministratorNamed(AccountEvent):
    """An account came to administer the directory.

    This and the next concern the register of administrators, an entity of its own under a fixed id, written in one
    batch with what makes them true. It is no grant: it keeps the rule that one administrator is left.
    """

    says = Says(
        L("Nouvel administrateur de l’annuaire"),
        part="account",
        sets={"administrator": True},
    )

    account: UUID


class AdministratorReleased(AccountEvent):
    """An account administers the directory no more; another one does."""

    says = Says(L("Un administrateur de moins"), part="account", sets={"administrator": False})

    account: UUID


class SigningKeyEvent(Event, abstract=True):
    service = "directory"
    entity = "signing-key"
    live = True
    thing = Thing(L("clé de signature"))


class SigningKeyPublished(SigningKeyEvent):
    """Sessions may be signed with this key from now on. `public` is the Ed25519 key, base64url (RFC 8037 `x`)."""

    says = Says(
        L("Nouvelle clé de signature des sessions"),
        here=L("Nouvelle clé de signature"),
        sets={"valid": True},
    )

    public: str


class SigningKeyWithdrawn(SigningKeyEvent):
    """What this key signed is no longer good."""

    says = Says(L("Clé de signature retirée"), sets={"valid": False})
