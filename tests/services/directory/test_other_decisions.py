"""Contacts, support, coverage, requests and publications."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.directory.casework.domain.request import (
    REQUEST,
    AnswerIdentification,
    RequestIdentification,
)
from services.directory.casework.domain.support import SUPPORT, GiveSupport
from services.directory.publications.domain import PUBLICATION, PublishNews, PublishOffer, WithdrawPublication
from services.directory.structures.domain.contact import CONTACT, AddContact, RemoveContact, ReviseContact
from shared.contract import Event
from shared.contract.directory.casework import (
    IdentificationAnswered,
)
from shared.contract.directory.publications import MemberNewsPublished, PublicationWithdrawn
from shared.contract.directory.structures import ContactAdded, ContactRemoved, ContactRevised
from shared.contract.personal import Personal
from tests.fixtures.deciding import COMMAND, context, decided

ID, STRUCTURE, PERSON = uuid4(), uuid4(), uuid4()
NAME = Personal("Personne inventée", person=PERSON)


def events(found: list[Event] | str) -> list[Event]:
    assert isinstance(found, list), found
    return found


def test_a_contact_is_one_person_whose_values_all_say_whose_they_are() -> None:
    command = AddContact(structure=STRUCTURE, name=Personal("Personne inventée"), email=Personal("p@exemple.invalid"))
    (added,) = events(decided(CONTACT, [], command))
    assert isinstance(added, ContactAdded)
    assert added.email is not None
    assert added.name.person == added.email.person == context(command=COMMAND).new_id("person")


def test_a_person_known_already_keeps_its_key() -> None:
    (added,) = events(decided(CONTACT, [], AddContact(structure=STRUCTURE, name=Personal("P"), person=PERSON)))
    assert isinstance(added, ContactAdded)
    assert added.name.person == PERSON


def test_a_contact_is_revised_until_it_is_removed() -> None:
    added = ContactAdded(structure=STRUCTURE, name=NAME, role="Présidence")
    assert decided(CONTACT, [added], ReviseContact(contact=ID, role="Présidence")) == []
    (revised,) = events(decided(CONTACT, [added], ReviseContact(contact=ID, name=Personal("Autre"), role="Trésorerie")))
    assert isinstance(revised, ContactRevised)
    assert revised.name is not None
    assert (revised.name.person, revised.role) == (PERSON, "Trésorerie")
    assert decided(CONTACT, [added], RemoveContact(contact=ID)) == [ContactRemoved()]
    assert decided(CONTACT, [added, ContactRemoved()], RemoveContact(contact=ID)) == []
    assert decided(CONTACT, [added, ContactRemoved()], ReviseContact(contact=ID, role="X")) == "contact-removed"
    assert decided(CONTACT, [], RemoveContact(contact=ID)) == "unknown-contact"


@pytest.mark.parametrize("address", ["personne", "a b@exemple.invalid", "@exemple.invalid", "p@exemple"])
def test_a_mail_address_needs_the_form_of_one_and_is_never_repeated_in_the_error(address: str) -> None:
    with pytest.raises(ValidationError) as error:
        AddContact.model_validate({"structure": STRUCTURE, "name": "P", "email": address})
    assert address not in repr(error.value).replace("personne-", "")


def test_a_support_is_given_once() -> None:
    command = GiveSupport(structure=STRUCTURE, kind="networking")
    given = events(decided(SUPPORT, [], command))
    assert len(given) == 1
    assert decided(SUPPORT, given, command) == "already-registered"


def test_a_request_says_what_is_looked_for_and_may_be_answered_again() -> None:
    assert decided(REQUEST, [], RequestIdentification(requester="Une ville")) == "nothing-asked"
    asked = events(decided(REQUEST, [], RequestIdentification(requester="Une ville", countries=["SN"])))
    answer = AnswerIdentification(request=ID, structures=12)
    assert decided(REQUEST, asked, answer) == [IdentificationAnswered(structures=12)]
    assert decided(REQUEST, [], answer) == "unknown-request"


def test_news_are_published_once_and_withdrawn_once() -> None:
    command = PublishNews(structure=STRUCTURE, structure_name="Jappoo", title="Titre", text="Texte")
    (news,) = events(decided(PUBLICATION, [], command))
    assert isinstance(news, MemberNewsPublished)
    back = WithdrawPublication(publication=ID)
    assert decided(PUBLICATION, [news], back) == [PublicationWithdrawn()]
    assert decided(PUBLICATION, [news, PublicationWithdrawn()], back) == []
    assert decided(PUBLICATION, [], back) == "unknown-publication"


def test_an_offer_whose_deadline_is_past_is_refused() -> None:
    def offer(deadline: date) -> PublishOffer:
        return PublishOffer(
            structure=STRUCTURE, structure_name="Jappoo", kind="job", title="Poste", text="Texte", deadline=deadline
        )

    assert decided(PUBLICATION, [], offer(date(2016, 5, 31))) == "deadline-past"
    assert len(events(decided(PUBLICATION, [], offer(date(2016, 6, 1))))) == 1
