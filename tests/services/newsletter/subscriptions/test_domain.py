"""Asked twice: a bulletin goes to an address once whoever reads there has said so, and until they say no."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.newsletter.subscriptions.domain import (
    QUIET,
    SUBSCRIBER,
    VALID,
    ConfirmSubscription,
    RequestSubscription,
    Unsubscribe,
    subscriber_id,
)
from shared.contract import Event
from shared.contract.newsletter.bulletins import BulletinCode
from shared.contract.newsletter.subscriptions import SubscriptionConfirmed, SubscriptionRequested, Unsubscribed
from shared.contract.personal import Personal
from tests.fixtures.deciding import COMMAND, NOON, context, decided

PERSON, FIRST, SECOND = uuid4(), uuid4(), uuid4()
ID = subscriber_id(PERSON)
ADDRESS = Personal("personne@exemple.invalid")


def asks(*bulletins: BulletinCode) -> RequestSubscription:
    return RequestSubscription(email=ADDRESS, bulletins=list(bulletins), person=PERSON)


def asked(*bulletins: BulletinCode, id: UUID = FIRST, ago: timedelta = timedelta()) -> SubscriptionRequested:
    """A wish of some time before NOON."""
    return SubscriptionRequested(
        request=id, email=ADDRESS.of(PERSON), bulletins=list(bulletins), expires=NOON - ago + VALID
    )


def confirmed(*bulletins: BulletinCode, id: UUID = FIRST) -> SubscriptionConfirmed:
    return SubscriptionConfirmed(bulletins=list(bulletins), request=id)


def test_an_address_is_one_subscriber_however_often_it_asks() -> None:
    assert asks("echos").target(context()) == asks("parcours").target(context(command=uuid4())) == ID


def test_a_wish_is_for_a_week_and_its_address_says_whose_it_is() -> None:
    (wish,) = decided(SUBSCRIBER, [], asks("echos"))
    assert isinstance(wish, SubscriptionRequested)
    assert wish.expires == NOON + VALID and wish.request == context(command=COMMAND).new_id("request")
    assert wish.email.person == PERSON and wish.bulletins == ["echos"]


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ([asked("echos", ago=QUIET / 2)], "echos"),
        ([asked("echos", "parcours", ago=QUIET / 2)], "parcours"),
        ([asked("echos", ago=2 * QUIET), confirmed("echos")], "echos"),
    ],
    ids=["just asked", "just asked, among others", "is sent it"],
)
def test_no_second_mail_about_what_was_just_asked_or_is_sent_already(before: list[Event], wanted: BulletinCode) -> None:
    assert decided(SUBSCRIBER, before, asks(wanted)) == []


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ([asked("echos", ago=QUIET)], "echos"),
        ([asked("echos", ago=QUIET / 2)], "parcours"),
        ([asked("echos", ago=QUIET / 2), confirmed("echos"), Unsubscribed(bulletins=["echos"], means="page")], "echos"),
    ],
    ids=["an hour ago", "another bulletin", "left since"],
)
def test_whoever_asks_anew_gets_a_mail(before: list[Event], wanted: BulletinCode) -> None:
    (wish,) = decided(SUBSCRIBER, before, asks(wanted))
    assert isinstance(wish, SubscriptionRequested) and wish.bulletins == [wanted]


def test_a_mail_asks_only_for_what_is_not_sent_yet() -> None:
    before = [asked("echos", ago=2 * QUIET), confirmed("echos")]
    (wish,) = decided(SUBSCRIBER, before, asks("echos", "parcours"))
    assert isinstance(wish, SubscriptionRequested) and wish.bulletins == ["parcours"]


def test_a_link_confirms_its_own_wish_once_until_its_last_moment() -> None:
    confirm = ConfirmSubscription(subscriber=ID, request=FIRST)
    before: list[Event] = [asked("parcours", "echos", ago=VALID), asked("rendez-vous", id=SECOND)]
    assert decided(SUBSCRIBER, before, confirm) == [confirmed("echos", "parcours")]
    assert decided(SUBSCRIBER, before, confirm, NOON + timedelta(seconds=1)) == "link-expired"
    assert decided(SUBSCRIBER, [*before, confirmed("echos", "parcours")], confirm, NOON + VALID) == []
    assert decided(SUBSCRIBER, before, ConfirmSubscription(subscriber=ID, request=uuid4())) == "unknown-request"


def test_whoever_leaves_one_bulletin_is_sent_the_others_and_leaves_it_once() -> None:
    before: list[Event] = [asked("echos", "parcours"), confirmed("echos", "parcours")]
    leave = Unsubscribe(subscriber=ID, bulletins=["echos"], means="one-click")
    (left,) = decided(SUBSCRIBER, before, leave)
    assert left == Unsubscribed(bulletins=["echos"], means="one-click")
    assert decided(SUBSCRIBER, [*before, left], leave) == []
    both = Unsubscribe(subscriber=ID, bulletins=["echos", "parcours"], means="page")
    assert decided(SUBSCRIBER, [*before, left], both) == [Unsubscribed(bulletins=["parcours"], means="page")]


def test_who_never_asked_can_t_leave_and_who_never_confirmed_has_nothing_to() -> None:
    leave = Unsubscribe(subscriber=ID, bulletins=["echos"], means="page")
    assert decided(SUBSCRIBER, [], leave) == "unknown-subscriber"
    assert decided(SUBSCRIBER, [asked("echos")], leave) == []
