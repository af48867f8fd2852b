"""Bulletins, issues, subscribers, deliveries: given events, when a command, then events or a refusal."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given, strategies
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from deploy.sample.newsletter import FIVE, opening_of
from services.newsletter.bulletins.domain.bulletin import BULLETIN
from services.newsletter.bulletins.domain.editing import (
    MOST_ITEMS,
    AddItem,
    CollectItem,
    DropItem,
    MoveItem,
    RestoreItem,
    ReviseItem,
)
from services.newsletter.bulletins.domain.issue import ISSUE, ApproveIssue, CloseSending, StartIssue
from services.newsletter.bulletins.domain.issue_state import issue_id
from services.newsletter.delivery.domain import (
    DELIVERY,
    AcceptDelivery,
    BeginConfirmation,
    BeginDelivery,
    DeferDelivery,
    RefuseDelivery,
    SendAgain,
    delivery_id,
)
from services.newsletter.subscriptions.domain import (
    SUBSCRIBER,
    VALID,
    ConfirmSubscription,
    RequestSubscription,
    Unsubscribe,
    subscriber_id,
)
from shared.contract import Event
from shared.contract.fields import mail_address
from shared.contract.newsletter.bulletins import (
    IssueApproved,
    IssueSent,
    IssueStarted,
    ItemAdded,
    ItemDropped,
    ItemMoved,
    ItemRestored,
    ItemRevised,
)
from shared.contract.newsletter.delivery import (
    DeliveryAccepted,
    DeliveryBegun,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryReleased,
)
from shared.contract.newsletter.subscriptions import SubscriptionConfirmed, SubscriptionRequested, Unsubscribed
from shared.contract.personal import Personal
from shared.kernel.decider import Command, Decider
from shared.notions.bulletin import bulletin_id
from tests.fixtures.deciding import COMMAND, NOON, context, decided

DRAFT, PERSON = issue_id("echos", 1), uuid4()
SUBSCRIBER_ID = subscriber_id(PERSON)
ITEMS = [UUID(int=n) for n in range(1, 6)]
STARTED = IssueStarted(bulletin="echos", number=1)
APPROVED = IssueApproved(bulletin="echos", number=1, recipients=3)
MAIL = Personal("personne-0001@exemple.invalid")
DELIVERY_ID = delivery_id(DRAFT, SUBSCRIBER_ID)
BEGUN = DeliveryBegun(subscriber=SUBSCRIBER_ID, issue=DRAFT, purpose="issue")


def added(n: int) -> ItemAdded:
    return ItemAdded(item=ITEMS[n], section="news", title=f"Titre {n}", text="Texte", source_event=uuid4())


def draft(items: int = 1) -> list[Event]:
    return [STARTED, *(added(n) for n in range(items))]


def collecting(n: int) -> CollectItem:
    return CollectItem(
        issue=DRAFT, item=ITEMS[n], section="news", title="T", text="T", source_event=uuid4(), source_entity=uuid4()
    )


def asking(*bulletins: str) -> RequestSubscription:
    return RequestSubscription.model_validate(
        {"email": MAIL, "bulletins": list(bulletins or ("echos",)), "person": PERSON}
    )


def asked(*bulletins: str) -> SubscriptionRequested:
    (event,) = events(decided(SUBSCRIBER, [], asking(*bulletins)))
    assert isinstance(event, SubscriptionRequested)
    return event


def events(found: list[Event] | str) -> list[Event]:
    assert isinstance(found, list), found
    return found


def test_a_bulletin_is_opened_once_under_an_id_that_follows_from_its_code() -> None:
    for code in FIVE:
        command = opening_of(code)
        assert command.target(context()) == bulletin_id(code)
        (opened,) = events(decided(BULLETIN, [], command))
        assert decided(BULLETIN, [opened], command) == []
        for said in ("title", "purpose"):
            other = command.model_copy(update={said: "Autrement"})
            assert decided(BULLETIN, [opened], other) == "bulletin-opened", (
                "what is said otherwise is not there already"
            )
    assert len({bulletin_id(code) for code in FIVE}) == 5


def test_an_issue_is_started_once_under_an_id_that_follows_from_its_number() -> None:
    command = StartIssue(bulletin="echos", number=1)
    assert command.target(context()) == DRAFT
    assert decided(ISSUE, [], command) == [STARTED]
    assert decided(ISSUE, [STARTED], command) == []
    assert decided(ISSUE, [STARTED, APPROVED], command) == []


def test_an_item_comes_in_once_also_when_it_was_dropped_or_the_issue_was_approved_since() -> None:
    assert len(events(decided(ISSUE, [STARTED], collecting(0)))) == 1
    assert decided(ISSUE, draft(), collecting(0)) == []
    assert decided(ISSUE, [*draft(), ItemDropped(item=ITEMS[0])], collecting(0)) == []
    assert decided(ISSUE, [*draft(), APPROVED], collecting(0)) == []


def test_an_approved_issue_takes_nothing_more_so_that_the_next_one_does() -> None:
    assert decided(ISSUE, [*draft(), APPROVED], collecting(1)) == "issue-closed"
    assert decided(ISSUE, [], collecting(1)) == "unknown-issue"


def test_a_full_issue_says_so() -> None:
    full = [STARTED, *(ItemAdded(item=uuid4(), section="news", title="T", text="T") for _ in range(MOST_ITEMS))]
    assert decided(ISSUE, full, collecting(1)) == "issue-full"


def test_an_item_written_by_hand_has_an_id_of_its_command() -> None:
    command = AddItem(issue=DRAFT, section="call", title="Appel", text="Texte")
    (event,) = events(decided(ISSUE, [STARTED], command))
    assert isinstance(event, ItemAdded)
    assert event.item == context(command=COMMAND).new_id("item")
    assert decided(ISSUE, [STARTED, event], command) == []


def test_an_editor_changes_an_item_unless_somebody_else_changed_it_meanwhile() -> None:
    command = ReviseItem(issue=DRAFT, item=ITEMS[0], title="Autre", text="Texte", revision=0)
    (revised,) = events(decided(ISSUE, draft(), command))
    assert revised == ItemRevised(item=ITEMS[0], title="Autre", text="Texte")
    assert decided(ISSUE, [*draft(), revised], command) == []
    late = ReviseItem(issue=DRAFT, item=ITEMS[0], title="Encore autre", text="Texte", revision=0)
    assert decided(ISSUE, [*draft(), revised], late) == "item-changed"


def test_items_move_up_and_down_and_not_beyond_the_ends() -> None:
    move = MoveItem(issue=DRAFT, item=ITEMS[2], position=0)
    assert decided(ISSUE, draft(3), move) == [ItemMoved(item=ITEMS[2], position=0)]
    state = ISSUE.fold([*draft(3), ItemMoved(item=ITEMS[2], position=0)])
    assert [i.id for i in state.items] == [ITEMS[2], ITEMS[0], ITEMS[1]]
    assert decided(ISSUE, [*draft(3), ItemMoved(item=ITEMS[2], position=0)], move) == []
    end = decided(ISSUE, draft(3), MoveItem(issue=DRAFT, item=ITEMS[0], position=400))
    assert end == [ItemMoved(item=ITEMS[0], position=2)]


def test_a_dropped_item_can_be_put_back() -> None:
    drop, restore = DropItem(issue=DRAFT, item=ITEMS[0]), RestoreItem(issue=DRAFT, item=ITEMS[0])
    gone = ItemDropped(item=ITEMS[0])
    assert decided(ISSUE, draft(), drop) == [gone]
    assert decided(ISSUE, [*draft(), gone], drop) == []
    assert decided(ISSUE, draft(), restore) == []
    assert decided(ISSUE, [*draft(), gone], restore) == [ItemRestored(item=ITEMS[0])]


def test_an_issue_needs_an_item_to_be_approved_and_is_approved_once() -> None:
    approve = ApproveIssue(issue=DRAFT, recipients=3)
    assert decided(ISSUE, [STARTED], approve) == "issue-empty"
    assert decided(ISSUE, [*draft(), ItemDropped(item=ITEMS[0])], approve) == "issue-empty"
    assert decided(ISSUE, draft(), approve) == [APPROVED]
    assert decided(ISSUE, [*draft(), APPROVED], approve) == []


def test_only_an_approved_issue_is_sent_and_once() -> None:
    close = CloseSending(issue=DRAFT, sent=3, refused=0, doubtful=0)
    assert decided(ISSUE, draft(), close) == "issue-not-approved"
    sent = IssueSent(sent=3, refused=0, doubtful=0)
    assert decided(ISSUE, [*draft(), APPROVED], close) == [sent]
    assert decided(ISSUE, [*draft(), APPROVED, sent], close) == []


@pytest.mark.parametrize(
    "command",
    [
        ReviseItem(issue=DRAFT, item=ITEMS[0], title="T", text="T"),
        MoveItem(issue=DRAFT, item=ITEMS[0], position=1),
        DropItem(issue=DRAFT, item=ITEMS[0]),
        RestoreItem(issue=DRAFT, item=ITEMS[0]),
        AddItem(issue=DRAFT, section="news", title="T", text="T"),
    ],
    ids=lambda c: type(c).__name__,
)
def test_nothing_of_an_approved_issue_can_be_changed(command: Command) -> None:
    assert decided(ISSUE, [*draft(2), APPROVED], command) == "issue-closed"
    assert decided(ISSUE, [], command) == "unknown-issue"


def test_a_subscription_is_asked_for_and_then_confirmed_until_its_link_ends() -> None:
    request = asked("echos", "parcours")
    assert request.expires == NOON + VALID
    assert request.email.person == PERSON
    confirm = ConfirmSubscription(subscriber=SUBSCRIBER_ID, request=request.request)
    confirmed = SubscriptionConfirmed(bulletins=["echos", "parcours"], request=request.request)
    assert decided(SUBSCRIBER, [request], confirm) == [confirmed]
    assert decided(SUBSCRIBER, [request, confirmed], confirm) == []
    assert decided(SUBSCRIBER, [request], confirm, NOON + VALID + timedelta(seconds=1)) == "link-expired"
    assert decided(SUBSCRIBER, [], confirm) == "unknown-request"


def test_the_same_wish_is_asked_about_once_an_hour() -> None:
    request = asked("echos", "parcours")
    assert decided(SUBSCRIBER, [request], asking("echos"), NOON + timedelta(minutes=59)) == []
    assert len(events(decided(SUBSCRIBER, [request], asking("echos"), NOON + timedelta(minutes=61)))) == 1
    assert len(events(decided(SUBSCRIBER, [request], asking("rendez-vous"), NOON))) == 1


def test_what_is_subscribed_already_is_not_asked_about() -> None:
    request = asked("echos")
    confirmed = SubscriptionConfirmed(bulletins=["echos"], request=request.request)
    assert decided(SUBSCRIBER, [request, confirmed], asking("echos"), NOON + VALID) == []
    (more,) = events(decided(SUBSCRIBER, [request, confirmed], asking("echos", "parcours"), NOON + VALID))
    assert isinstance(more, SubscriptionRequested)
    assert more.bulletins == ["parcours"]


def test_leaving_takes_out_what_was_subscribed_and_nothing_twice() -> None:
    request = asked("echos", "parcours")
    confirmed = SubscriptionConfirmed(bulletins=["echos", "parcours"], request=request.request)
    leave = Unsubscribe(subscriber=SUBSCRIBER_ID, bulletins=["echos", "info-flash"], means="one-click")
    left = Unsubscribed(bulletins=["echos"], means="one-click")
    assert decided(SUBSCRIBER, [request, confirmed], leave) == [left]
    assert decided(SUBSCRIBER, [request, confirmed, left], leave) == []
    assert decided(SUBSCRIBER, [], leave) == "unknown-subscriber"
    # A link that was confirmed before does not bring back what was left.
    confirm = ConfirmSubscription(subscriber=SUBSCRIBER_ID, request=request.request)
    assert decided(SUBSCRIBER, [request, confirmed, left], confirm) == []


def test_a_delivery_begins_once_until_the_server_or_an_editor_gives_it_back() -> None:
    begin = BeginDelivery(issue=DRAFT, subscriber=SUBSCRIBER_ID)
    assert begin.target(context()) == DELIVERY_ID
    assert decided(DELIVERY, [], begin) == [BEGUN]
    assert decided(DELIVERY, [BEGUN], begin) == "delivery-in-doubt"
    assert decided(DELIVERY, [BEGUN, DeliveryAccepted()], begin) == "delivery-done"
    assert decided(DELIVERY, [BEGUN, DeliveryRefused(reason="address")], begin) == "delivery-done"
    assert decided(DELIVERY, [BEGUN, DeliveryDeferred()], begin) == [BEGUN]
    assert decided(DELIVERY, [BEGUN, DeliveryReleased()], begin) == [BEGUN]


def test_what_the_server_took_goes_out_no_more_though_it_was_released_meanwhile() -> None:
    accept, again = AcceptDelivery(delivery=DELIVERY_ID), SendAgain(delivery=DELIVERY_ID)
    assert decided(DELIVERY, [BEGUN], accept) == [DeliveryAccepted()]
    assert decided(DELIVERY, [BEGUN, DeliveryReleased()], accept) == [DeliveryAccepted()]
    assert decided(DELIVERY, [BEGUN, DeliveryAccepted()], again) == "delivery-done"
    assert decided(DELIVERY, [BEGUN], again) == [DeliveryReleased()]
    assert decided(DELIVERY, [BEGUN, DeliveryReleased()], again) == []


def test_a_question_to_confirm_is_another_delivery_than_an_issue() -> None:
    request = uuid4()
    command = BeginConfirmation(request=request, subscriber=SUBSCRIBER_ID)
    assert command.target(context()) != DELIVERY_ID
    (begun,) = events(decided(DELIVERY, [], command))
    assert begun == DeliveryBegun(subscriber=SUBSCRIBER_ID, request=request, purpose="confirmation")


@pytest.mark.parametrize(
    "command",
    [
        AcceptDelivery(delivery=DELIVERY_ID),
        DeferDelivery(delivery=DELIVERY_ID, code=451, reason="policy"),
        RefuseDelivery(delivery=DELIVERY_ID, code=550, status="5.1.1", reason="address"),
        SendAgain(delivery=DELIVERY_ID),
    ],
    ids=lambda c: type(c).__name__,
)
def test_the_outcome_of_a_delivery_follows_its_beginning_and_is_said_once(command: Command) -> None:
    assert decided(DELIVERY, [], command) == "unknown-delivery"
    (said,) = events(decided(DELIVERY, [BEGUN], command))
    assert decided(DELIVERY, [BEGUN, said], command) == []


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        (AddItem, {"section": "news", "title": "Titre\u202eBcc: x@y.fr", "text": "T"}),
        (AddItem, {"section": "news", "title": "T", "text": "\x00"}),
        (AddItem, {"section": "news", "title": "T", "text": "T", "url": "javascript:alert(1)"}),
        (AddItem, {"section": "news", "title": "T", "text": "T", "url": 'https://a.fr/"><b>'}),
        (AddItem, {"section": "No such", "title": "T", "text": "T"}),
        (AddItem, {"section": "news", "title": "T" * 201, "text": "T"}),
        (ApproveIssue, {"recipients": -1}),
        (MoveItem, {"item": uuid4(), "position": 10**9}),
    ],
)
def test_wild_answers_are_refused_before_anything_is_decided(kind: type[Command], answers: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate({"issue": DRAFT, **answers})


ATOMS = strategies.text(alphabet="abZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12)
HOSTS = strategies.text(alphabet="abZ019", min_size=1, max_size=9)
LOCALS, DOMAINS = strategies.lists(ATOMS, min_size=1, max_size=3), strategies.lists(HOSTS, min_size=2, max_size=4)


@given(LOCALS, DOMAINS)
@example(["=?utf-8?q?a?="], ["b", "fr"])
@example(["a=b?"], ["c", "fr"])
def test_every_address_that_is_taken_comes_out_of_a_mail_as_it_went_in(local: list[str], host: list[str]) -> None:
    try:
        address = mail_address(f"{'.'.join(local)}@{'.'.join(host)}")
    except PydanticCustomError:
        return
    message = EmailMessage(policy=SMTP)
    message["To"] = Address(addr_spec=address)
    assert message_from_bytes(message.as_bytes(), policy=default)["To"].addresses[0].addr_spec == address


CHANGES = strategies.one_of(
    strategies.builds(collecting, strategies.integers(0, 4)),
    strategies.builds(
        MoveItem, issue=strategies.just(DRAFT), item=strategies.sampled_from(ITEMS), position=strategies.integers(0, 6)
    ),
    strategies.builds(DropItem, issue=strategies.just(DRAFT), item=strategies.sampled_from(ITEMS)),
    strategies.builds(RestoreItem, issue=strategies.just(DRAFT), item=strategies.sampled_from(ITEMS)),
    strategies.builds(ApproveIssue, issue=strategies.just(DRAFT), recipients=strategies.just(3)),
)


@given(strategies.lists(CHANGES, max_size=12))
def test_whatever_an_editor_does_the_same_command_twice_gives_no_second_event_and_no_item_is_lost(
    commands: list[Command],
) -> None:
    given: list[Event] = [STARTED]
    decider: Decider[Any] = ISSUE
    for command in commands:
        first = decided(decider, given, command)
        if isinstance(first, str):
            continue
        given += first
        assert decided(decider, given, command) in ([], "issue-closed")
    came = [e.item for e in given if isinstance(e, ItemAdded)]
    assert sorted(i.id for i in ISSUE.fold(given).items) == sorted(came)
    assert len(set(came)) == len(came)
