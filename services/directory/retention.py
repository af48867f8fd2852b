"""What the directory keeps about persons: contacts of structures, who asked to look after a record, accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.directory.accounts.domain.account import CloseAccount
from services.directory.accounts.domain.account_state import account_id
from services.directory.accounts.passwords import Passwords
from services.directory.accounts.sign_in import ENTRY, Entry
from shared.contract.accounts import AccountClosed, AccountOpened, AccountReopened
from shared.contract.directory import (
    ClaimAccepted,
    ClaimConfirmed,
    ClaimRefused,
    ContactAdded,
    ContactRemoved,
    ListingClaimed,
    StructureAbsorbed,
    StructureClosed,
    StructureReleased,
    StructureReopened,
)  # fmt: skip
from shared.contract.envelope import Recorded
from shared.contract.persons import PersonForgottenByDirectory
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command
from shared.kernel.projection import Document, Evolve, View
from shared.persons.data_subjects import PersonalData, Purpose, in_use_again, term_begins
from shared.runtime.mail_transport import erase_letters
from shared.runtime.service import Service

PURPOSES = (
    Purpose(
        code="contact",
        whom=("Contacts des structures", "Contacts of structures"),
        what=("Nom, adresse électronique, téléphone, fonction", "Name, mail address, telephone, function"),
        why=("Joindre les structures de l’annuaire", "To reach the structures of the directory"),
        ground=(
            "Intérêt légitime du réseau (RGPD, art. 6.1.f)",
            "Legitimate interest of the network (GDPR, art. 6.1.f)",
        ),
        begins=("le retrait du contact ou la clôture de la fiche", "the contact is removed or the record closed"),
        seen_by=("L’équipe qui tient l’annuaire", "The team that keeps the directory"),
        setting="keep_contacts",
    ),
    Purpose(
        code="claim",
        whom=("Personnes qui demandent à tenir une fiche", "Persons who ask to look after a record"),
        what=("Nom, adresse électronique, fonction, message", "Name, mail address, function, message"),
        why=("Vérifier qui parle pour une structure", "To check who speaks for a structure"),
        ground=(
            "Mesures demandées par la personne elle-même (RGPD, art. 6.1.b)",
            "Steps that the person asked for (GDPR, art. 6.1.b)",
        ),
        begins=(
            "la réponse du réseau, ou la demande si son adresse n’a jamais été confirmée",
            "the network answers, or the claim if its address was never confirmed",
        ),
        seen_by=("L’équipe qui tient l’annuaire", "The team that keeps the directory"),
        setting="keep_claims",
    ),
    Purpose(
        code="account",
        whom=("Titulaires d’un compte", "Holders of an account"),
        what=(
            "Adresse électronique, nom, connexions, empreinte du mot de passe",
            "Mail address, name, sign-ins, hash of the password",
        ),
        why=(
            "Laisser entrer les bonnes personnes, savoir qui a fait quoi",
            "To let the right persons in, to know who did what",
        ),
        ground=(
            "Intérêt légitime\u00a0: la sécurité du système (RGPD, art. 6.1.f)",
            "Legitimate interest: the security of the system (GDPR, art. 6.1.f)",
        ),
        begins=("la fermeture du compte", "the account is closed"),
        seen_by=("Les administrateurs", "Administrators"),
        setting="keep_accounts",
    ),
    Purpose(
        code="upload",
        whom=(
            "Personnes nommées dans un fichier envoyé à l’import",
            "Persons named in a file that is sent for an import",
        ),
        what=(
            "Ce que le fichier en dit, chiffré, sans être lu comme une donnée sur elles",
            "What the file says of them, encrypted, not read as data about them",
        ),
        why=(
            "Montrer le fichier à qui l’envoie, avant l’import",
            "To show the file to who sends it, before the import",
        ),
        ground=(
            "Intérêt légitime du réseau (RGPD, art. 6.1.f)",
            "Legitimate interest of the network (GDPR, art. 6.1.f)",
        ),
        begins=(
            "le dernier geste de qui l’a envoyé, et plus tôt dès que l’import commence",
            "the last thing that its sender does; sooner where the import begins",
        ),
        seen_by=("Qui l’a envoyé", "Who sent it"),
        setting="keep_uploads",
    ),
    Purpose(
        code="picture",
        whom=("Personnes qu’une image montre", "Persons whom a picture shows"),
        what=(
            "Les pixels de l’image, sans lieu ni date, et le texte qui la décrit",
            "The pixels of the picture, without place or date, and the text that describes it",
        ),
        why=(
            "Illustrer la fiche d’une structure ou ce qu’elle publie",
            "To illustrate a structure’s record or what it publishes",
        ),
        ground=(
            "Intérêt légitime de la structure qui l’envoie (RGPD, art. 6.1.f)",
            "Legitimate interest of the structure that sends it (GDPR, art. 6.1.f)",
        ),
        begins=(
            "le jour où plus rien ne la montre\u00a0: publication retirée, image remplacée",
            "nothing shows it any more: the publication was withdrawn, another took its place",
        ),
        seen_by=("Tous, une fois publiée", "Everybody, once published"),
        setting="keep_pictures",
    ),
)


def _begins(purpose: str, field: str, of: str = "") -> Evolve:
    """A record begins: it is about the person of this field, and of the entity that `of` names."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        whose = getattr(data, of) if of else None
        return {
            "person": str(getattr(data, field).person), "purpose": purpose, "since": None,
            "of": str(whose) if whose is not None else None,
        }  # fmt: skip

    return evolve


def _claimed(document: Document | None, data: ListingClaimed, event: Recorded) -> Document:
    """A claim that nobody confirms was perhaps made with somebody else's address: its term runs from the beginning."""
    return {"person": str(data.email.person), "purpose": "claim", "since": event.cloud.time, "of": None}


def _structure(document: Document | None, **now: str | None) -> Document:
    return {"person": None, "purpose": "structure", "since": None, "of": None, **(document or {}), **now}


def _absorbed(document: Document | None, data: StructureAbsorbed, event: Recorded) -> Document:
    return _structure(document, of=str(data.kept))


HELD = View(
    name="held",
    version=2,
    on={
        ContactAdded: _begins("contact", "name", "structure"),
        ContactRemoved: term_begins,
        ListingClaimed: _claimed,
        ClaimConfirmed: in_use_again,
        ClaimAccepted: term_begins,
        ClaimRefused: term_begins,
        AccountOpened: _begins("account", "email"),
        AccountClosed: term_begins,
        AccountReopened: in_use_again,
        StructureClosed: lambda document, data, event: _structure(document, since=event.cloud.time),
        StructureReopened: lambda document, data, event: _structure(document, since=None),
        StructureAbsorbed: _absorbed,
        StructureReleased: lambda document, data, event: _structure(document, of=None),
    },
    fields=("person",),
    asks="administrator",
)
"""Records about persons, by their ids; and the structures that were ever closed or merged, since contacts follow them."""


async def ended(service: Service, records: Sequence[Document]) -> Mapping[str, str | None]:
    """A contact is not needed any more when it was removed, or its structure closed, if that was first."""
    structures: dict[str, Document] = {}
    wanted = {record["of"] for record in records if record["of"] is not None}
    while wanted:  # a record that was merged into another, which may have been merged in turn
        found = await service.store.get_many(HELD, sorted(wanted))
        structures |= found
        wanted = {one["of"] for one in found.values() if one["of"] is not None} - structures.keys()

    def closed(id: str | None) -> str | None:
        seen = set()
        while id in structures and structures[id]["of"] is not None and id not in seen:
            seen.add(id)
            id = structures[id]["of"]
        return structures[id]["since"] if id in structures else None

    return {
        record["key"]: min((one for one in (record["since"], closed(record["of"])) if one), default=None)
        for record in records
    }


async def before(service: Service, person: UUID) -> None:
    """The last administrator is not forgotten: nobody could name another one."""
    await _close_account(service, person)


async def follows(service: Service, person: UUID, records: Sequence[Document]) -> Sequence[Command]:
    """The account is closed, its password dropped; mails with links to sign in are erased. Contacts stay, unnamed."""
    entry = service.around.extra.get(ENTRY)
    if isinstance(entry, Entry):
        await entry.mail.drop(person)
        await asyncio.to_thread(entry.passwords.forget, account_id(person))
    else:  # before the doors are open
        passwords = await asyncio.to_thread(Passwords, service.around.data / "keys")
        try:
            await asyncio.to_thread(passwords.forget, account_id(person))
        finally:
            passwords.close()
    await asyncio.to_thread(erase_letters, service.around.data, person)
    await _close_account(service, person)
    return ()


async def _close_account(service: Service, person: UUID) -> None:
    account = account_id(person)
    if (await service.execute.history("account", account)).events:
        command = CloseAccount(account=account, reason="Personne oubliée.")
        await service.execute(command, id=new_command_id(), actor="service:directory")


def page(record: Document) -> str:
    pages = {"contact": f"/directory/structures/{record['of']}", "account": f"/directory/accounts/{record['key']}"}
    return pages.get(record["purpose"], "/directory/claims")


PERSONS = PersonalData(
    event=PersonForgottenByDirectory,
    purposes=PURPOSES,
    held=HELD,
    ended=ended,
    before=before,
    follows=follows,
    page=page,
)
