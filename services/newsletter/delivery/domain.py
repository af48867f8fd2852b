"""A delivery: one mail to one subscriber, begun once before it is handed over, so that nobody gets it twice unasked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import Field

from shared.contract import Event
from shared.contract.newsletter.delivery import (
    DeliveryAccepted,
    DeliveryBegun,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryReleased,
    RefusalReason,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Refused

ReplyCode = Annotated[int, Field(ge=200, le=599)]
Status = Annotated[str, Field(pattern=r"^[245]\.\d{1,3}\.\d{1,3}$", max_length=9)]


def delivery_id(what: UUID, subscriber: UUID) -> UUID:
    """The id of the delivery of an issue, or of the mail about a request, to a subscriber: there is only one."""
    return uuid5(what, f"delivery/{subscriber}")


class DeliveryCommand(Command):
    entity = "delivery"


class BeginDelivery(DeliveryCommand):
    """Note that an issue is about to be handed over to the mail server; or that nobody knows whether it was."""

    internal = True

    issue: UUID
    subscriber: UUID
    doubt: Literal["restored"] | None = None

    def target(self, context: Context) -> UUID:
        return delivery_id(self.issue, self.subscriber)


class BeginConfirmation(DeliveryCommand):
    """Note that the mail that asks to confirm is about to be handed over; or that nobody knows whether it was."""

    internal = True

    request: UUID
    subscriber: UUID
    doubt: Literal["restored"] | None = None

    def target(self, context: Context) -> UUID:
        return delivery_id(self.request, self.subscriber)


class AcceptDelivery(DeliveryCommand):
    """Note that the mail server took a mail."""

    internal = True

    delivery: UUID


class DeferDelivery(DeliveryCommand):
    """Note that the mail server did not take a mail now, so that it may be tried again."""

    internal = True

    delivery: UUID
    code: ReplyCode | None = None
    reason: RefusalReason


class RefuseDelivery(DeliveryCommand):
    """Note that the mail server refused a mail for good."""

    internal = True

    delivery: UUID
    code: ReplyCode | None = None
    status: Status | None = None
    reason: RefusalReason


class SendAgain(DeliveryCommand):
    """Send a mail again whose outcome is in doubt, or that was refused."""

    delivery: UUID


@dataclass(frozen=True)
class Delivery:
    state: Literal["none", "begun", "accepted", "deferred", "refused", "released"] = "none"


def evolve(state: Delivery, event: Event) -> Delivery:
    match event:
        case DeliveryBegun():
            return Delivery("begun")
        case DeliveryAccepted():
            return Delivery("accepted")
        case DeliveryDeferred():
            return Delivery("deferred")
        case DeliveryRefused():
            return Delivery("refused")
        case DeliveryReleased():
            return Delivery("released")
    return state


def _may_begin(state: Delivery) -> None:
    if state.state == "begun":
        raise Refused("delivery-in-doubt")
    if state.state in ("accepted", "refused"):
        raise Refused("delivery-done")


def _begun(command: BeginDelivery, state: Delivery, context: Context) -> Decision:
    _may_begin(state)
    return [DeliveryBegun(subscriber=command.subscriber, issue=command.issue, purpose="issue", doubt=command.doubt)]


def _confirmation(command: BeginConfirmation, state: Delivery, context: Context) -> Decision:
    _may_begin(state)
    return [
        DeliveryBegun(
            subscriber=command.subscriber, request=command.request, purpose="confirmation", doubt=command.doubt
        )
    ]


def _accepted(command: AcceptDelivery, state: Delivery, context: Context) -> Decision:
    _known(state)
    # Also after it was released meanwhile: what the server took must not go out once more.
    return [] if state.state == "accepted" else [DeliveryAccepted()]


def _deferred(command: DeferDelivery, state: Delivery, context: Context) -> Decision:
    _known(state)
    return [DeliveryDeferred(code=command.code, reason=command.reason)] if state.state == "begun" else []


def _refused(command: RefuseDelivery, state: Delivery, context: Context) -> Decision:
    _known(state)
    if state.state != "begun":
        return []
    return [DeliveryRefused(code=command.code, status=command.status, reason=command.reason)]


def _released(command: SendAgain, state: Delivery, context: Context) -> Decision:
    _known(state)
    if state.state == "accepted":
        raise Refused("delivery-done")
    return [DeliveryReleased()] if state.state in ("begun", "refused") else []


def _known(state: Delivery) -> None:
    if state.state == "none":
        raise Refused("unknown-delivery")


DELIVERY = Decider(
    entity="delivery",
    initial=Delivery(),
    evolve=evolve,
    decisions={
        BeginDelivery: _begun,
        BeginConfirmation: _confirmation,
        AcceptDelivery: _accepted,
        DeferDelivery: _deferred,
        RefuseDelivery: _refused,
        SendAgain: _released,
    },
    takes="now",
)
