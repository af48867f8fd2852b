"""What a browser holds between two steps: for a while, for one purpose, in one network, of one account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.directory.second_factor.tickets import FIRST_STEP, OFFERED, FirstStep, Tickets
from shared.base.outside import REAL

NOON = datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC)
KEY = bytes(range(32))


def at(moment: datetime, key: bytes = KEY, network: str = "exemple") -> Tickets:
    return Tickets(key, network, replace(REAL, now=lambda: moment))


@pytest.mark.parametrize("link", [None, uuid4()])
def test_the_first_step_is_known_until_its_minutes_are_over(link: object) -> None:
    first = FirstStep(uuid4(), "password", uuid4(), link)  # type: ignore[arg-type]
    ticket = at(NOON).after_first(first)
    assert at(NOON + FIRST_STEP).first(ticket) == first
    assert at(NOON + FIRST_STEP * 1.1).first(ticket) is None
    assert at(NOON, bytes(reversed(KEY))).first(ticket) is None and at(NOON, network="autre").first(ticket) is None


def test_an_offered_secret_is_one_account_s_and_no_first_step() -> None:
    account = uuid4()
    ticket = at(NOON).offering(account, "JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in ticket
    assert at(NOON + OFFERED).offered(account, ticket) == "JBSWY3DPEHPK3PXP"
    assert at(NOON + OFFERED * 1.1).offered(account, ticket) is None
    assert at(NOON).offered(uuid4(), ticket) is None and at(NOON).first(ticket) is None


@pytest.mark.parametrize("ticket", ["", "x", "=", "é" * 40, "A" * 100, "A" * 10_000, "%00", "AAAA AAAA"])
def test_what_is_no_ticket_opens_nothing(ticket: str) -> None:
    assert at(NOON).first(ticket) is None and at(NOON).offered(uuid4(), ticket) is None
