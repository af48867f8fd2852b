"""Who asks to look after a record is answered once, and only where their address was reached."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.directory.claims.domain import CLAIM, AcceptClaim, ClaimListing, ConfirmClaim, RefuseClaim
from shared.contract import Event
from shared.contract.directory.claims import ClaimAccepted, ClaimConfirmed, ClaimRefused, ListingClaimed
from shared.contract.personal import Personal
from shared.kernel.decider import Command
from tests.fixtures.deciding import COMMAND, context, decided

ID, STRUCTURE = uuid4(), uuid4()
CLAIMING = ClaimListing(
    structure_name="Eau vive",
    name=Personal("Personne inventée"),
    email=Personal("p@exemple.invalid"),
    role="Présidence",
    department="31",
    message=Personal("Nous existons."),
)
(CLAIMED,) = decided(CLAIM, [], CLAIMING)
CONFIRMED, ACCEPTED, REFUSED = ClaimConfirmed(), ClaimAccepted(structure=STRUCTURE), ClaimRefused(reason="Inconnue")
ACCEPT, REFUSE = AcceptClaim(claim=ID, structure=STRUCTURE), RefuseClaim(claim=ID, reason="Inconnue")
CONFIRM = ConfirmClaim(claim=ID)


def test_all_that_is_personal_in_a_claim_is_of_one_person_who_is_new() -> None:
    assert isinstance(CLAIMED, ListingClaimed) and CLAIMED.message is not None
    assert {CLAIMED.name.person, CLAIMED.email.person, CLAIMED.message.person} == {
        context(command=COMMAND).new_id("person")
    }
    assert (CLAIMED.structure_name, CLAIMED.role, CLAIMED.department) == ("Eau vive", "Présidence", "31")


def test_a_claim_without_a_message_has_none() -> None:
    (claimed,) = decided(CLAIM, [], CLAIMING.model_copy(update={"message": None}))
    assert isinstance(claimed, ListingClaimed) and claimed.message is None


@pytest.mark.parametrize(
    ("before", "command", "came"),
    [
        ([CLAIMED], CLAIMING, "already-registered"),
        ([], CONFIRM, "unknown-claim"),
        ([], ACCEPT, "unknown-claim"),
        ([], REFUSE, "unknown-claim"),
        ([CLAIMED], CONFIRM, [CONFIRMED]),
        ([CLAIMED, CONFIRMED], CONFIRM, []),
        ([CLAIMED], ACCEPT, "claim-unconfirmed"),
        ([CLAIMED, CONFIRMED], ACCEPT, [ACCEPTED]),
        ([CLAIMED], REFUSE, [REFUSED]),
        ([CLAIMED, CONFIRMED], REFUSE, [REFUSED]),
        ([CLAIMED, REFUSED], CONFIRM, []),
        ([CLAIMED, REFUSED], ACCEPT, "claim-answered"),
        ([CLAIMED, CONFIRMED, ACCEPTED], REFUSE, "claim-answered"),
        ([CLAIMED, CONFIRMED, ACCEPTED], ACCEPT, "claim-answered"),
    ],
)
def test_a_claim_is_confirmed_then_answered_once(
    before: list[Event], command: Command, came: list[Event] | str
) -> None:
    assert decided(CLAIM, before, command) == came


def test_whoever_accepts_says_for_which_structure_whatever_was_claimed() -> None:
    claimed = CLAIMED.model_copy(update={"structure": uuid4()})
    assert decided(CLAIM, [claimed, CONFIRMED], ACCEPT) == [ACCEPTED]
