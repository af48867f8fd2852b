"""What the directory keeps about the holders of accounts, until when, and what goes with one who is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.directory.accounts.domain.account import CloseAccount
from services.directory.accounts.domain.account_state import account_id
from services.directory.second_factor.factors import SecondFactors
from services.directory.sign_in.entry import ENTRY
from services.directory.sign_in.passwords import Passwords
from services.directory.structures.retention import record_begins
from shared.base.translations import L
from shared.contract.directory.accounts import AccountClosed, AccountOpened, AccountReopened
from shared.kernel.views.projection import Evolve
from shared.notions.terms import in_use_again, term_begins
from shared.persons.data_subjects import Purpose
from shared.runtime.faces import Commands
from shared.runtime.mail_transport import erase_letters

PURPOSE = Purpose(
    code="account",
    whom=L("Titulaires d’un compte"),
    what=L("Adresse électronique, nom, connexions, empreinte du mot de passe, secret chiffré du second facteur"),
    why=L("Laisser entrer les bonnes personnes, savoir qui a fait quoi"),
    ground=L("Intérêt légitime\u00a0: la sécurité du système (RGPD, art. 6.1.f)"),
    begins=L("la fermeture du compte"),
    seen_by=L("Les administrateurs"),
    setting="keep_accounts",
)

ACCOUNTS_HELD: Mapping[type, Evolve] = {
    AccountOpened: record_begins("account", "email"),
    AccountClosed: term_begins,
    AccountReopened: in_use_again,
}


async def forget_sign_in(service: Commands, person: UUID) -> None:
    """The account is closed, its password and its second factor dropped; mails with links to sign in are erased."""
    entry = service.parts.get(ENTRY)
    if entry is not None:
        await entry.mail.drop(person)
        await service.outside.in_thread(entry.passwords.forget, account_id(person))
        await service.outside.in_thread(entry.factors.forget, account_id(person))
    else:  # before the doors are open
        passwords = await service.outside.in_thread(Passwords, service.data / "keys")
        try:
            await service.outside.in_thread(passwords.forget, account_id(person))
        finally:
            passwords.close()
        factors = await service.outside.in_thread(
            SecondFactors, service.data / "keys", service.network, service.outside
        )
        try:
            await service.outside.in_thread(factors.forget, account_id(person))
        finally:
            factors.close()
    await service.outside.in_thread(erase_letters, service.data, person)
    await close_account(service, person)


async def close_account(service: Commands, person: UUID) -> None:
    """Closes the account of a person, if there is one. Raises Refused for the last administrator's."""
    account = account_id(person)
    if (await service.execute.history("account", account)).events:
        command = CloseAccount(account=account, reason="Personne oubliée.")
        await service.execute(command, id=service.outside.new_id(), actor="service:directory")
