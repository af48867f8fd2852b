"""One mail to one subscriber: begun once, in doubt until the server answers, never out twice unasked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.newsletter.delivery.domain import (
    DELIVERY,
    AcceptDelivery,
    BeginConfirmation,
    BeginDelivery,
    DeferDelivery,
    DeliveryCommand,
    RefuseDelivery,
    SendAgain,
    delivery_id,
)
from shared.contract import Event
from shared.contract.newsletter.delivery import (
    DeliveryAccepted,
    DeliveryBegun,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryReleased,
)
from tests.fixtures.deciding import context, decided

ISSUE, REQUEST, SUBSCRIBER, ID = uuid4(), uuid4(), uuid4(), uuid4()
BEGUN = DeliveryBegun(subscriber=SUBSCRIBER, issue=ISSUE, purpose="issue")
DEFERRED, REFUSED = DeliveryDeferred(code=450, reason="mailbox"), DeliveryRefused(code=550, reason="address")
ACCEPTED, RELEASED = DeliveryAccepted(), DeliveryReleased()
BEGIN = BeginDelivery(issue=ISSUE, subscriber=SUBSCRIBER)
ALL: tuple[DeliveryCommand, ...] = (
    BEGIN,
    BeginConfirmation(request=REQUEST, subscriber=SUBSCRIBER),
    AcceptDelivery(delivery=ID),
    DeferDelivery(delivery=ID, code=450, reason="mailbox"),
    RefuseDelivery(delivery=ID, code=550, reason="address"),
    SendAgain(delivery=ID),
)


def after(*commands: DeliveryCommand) -> list[Event]:
    """What these commands, one after the other, come to; those that are refused come to nothing."""
    said: list[Event] = []
    for command in commands:
        found = decided(DELIVERY, said, command)
        said += found if isinstance(found, list) else []
    return said


def test_an_issue_and_a_subscriber_are_one_delivery_and_another_of_either_is_another() -> None:
    target = BEGIN.target(context())
    assert target == delivery_id(ISSUE, SUBSCRIBER) == BEGIN.target(context(command=uuid4()))
    assert len({target, delivery_id(SUBSCRIBER, ISSUE), delivery_id(uuid4(), SUBSCRIBER)}) == 3
    assert BeginConfirmation(request=ISSUE, subscriber=SUBSCRIBER).target(context()) == target


def test_a_mail_says_for_what_it_is() -> None:
    assert decided(DELIVERY, [], BEGIN) == [BEGUN]
    asked = BeginConfirmation(request=REQUEST, subscriber=SUBSCRIBER, doubt="restored")
    begun = DeliveryBegun(subscriber=SUBSCRIBER, request=REQUEST, purpose="confirmation", doubt="restored")
    assert decided(DELIVERY, [], asked) == [begun]


@pytest.mark.parametrize(
    ("before", "came"),
    [
        ([BEGUN], "delivery-in-doubt"),
        ([BEGUN, ACCEPTED], "delivery-done"),
        ([BEGUN, REFUSED], "delivery-done"),
        ([BEGUN, DEFERRED], [BEGUN]),
        ([BEGUN, REFUSED, RELEASED], [BEGUN]),
        ([BEGUN, RELEASED], [BEGUN]),
    ],
)
def test_it_begins_again_only_where_it_surely_was_not_taken_or_somebody_asked(
    before: Sequence[Event], came: list[Event] | str
) -> None:
    assert decided(DELIVERY, before, BEGIN) == came


def test_what_the_server_took_is_noted_though_it_was_released_meanwhile_so_that_it_goes_out_no_more() -> None:
    before = [BEGUN, RELEASED]
    assert decided(DELIVERY, before, AcceptDelivery(delivery=ID)) == [ACCEPTED]
    assert decided(DELIVERY, [*before, ACCEPTED], BEGIN) == "delivery-done"
    assert decided(DELIVERY, [*before, ACCEPTED], SendAgain(delivery=ID)) == "delivery-done"


@pytest.mark.parametrize("command", [ALL[3], ALL[4]], ids=["deferred", "refused"])
def test_an_answer_counts_for_a_mail_that_is_under_way_alone(command: DeliveryCommand) -> None:
    assert len(decided(DELIVERY, [BEGUN], command)) == 1
    for before in ([BEGUN, ACCEPTED], [BEGUN, REFUSED], [BEGUN, DEFERRED], [BEGUN, RELEASED]):
        assert decided(DELIVERY, before, command) == []


@pytest.mark.parametrize("command", ALL[2:], ids=lambda command: type(command).__name__)
def test_nothing_comes_of_a_mail_that_never_began(command: DeliveryCommand) -> None:
    assert decided(DELIVERY, [], command) == "unknown-delivery"


def test_only_what_is_in_doubt_or_refused_is_sent_again() -> None:
    again = SendAgain(delivery=ID)
    assert decided(DELIVERY, [BEGUN], again) == decided(DELIVERY, [BEGUN, REFUSED], again) == [RELEASED]
    assert decided(DELIVERY, [BEGUN, DEFERRED], again) == decided(DELIVERY, [BEGUN, RELEASED], again) == []


@given(st.lists(st.sampled_from(ALL), max_size=12))
def test_whatever_comes_in_whichever_order_an_accepted_mail_never_begins_again(commands: list[DeliveryCommand]) -> None:
    said = after(*commands)
    if ACCEPTED in said:
        assert not any(isinstance(one, DeliveryBegun) for one in said[said.index(ACCEPTED) :])
    for first, second in pairwise(said):
        assert not (isinstance(first, DeliveryBegun) and isinstance(second, DeliveryBegun)), "two mails on their way"


@pytest.mark.parametrize(
    ("code", "status"), [(199, None), (600, None), (550, "5.1"), (550, "3.1.1"), (550, "5.1.1234")]
)
def test_a_reply_is_one_of_smtp(code: int, status: str | None) -> None:
    with pytest.raises(ValidationError):
        RefuseDelivery(delivery=ID, code=code, status=status, reason="address")
