"""One person is a member once; another of the same address is said to be one."""

from __future__ import annotations

from html import unescape
from uuid import UUID

import httpx2
import pytest

from services.membership.members.households import one_person_once
from services.membership.members.queries import persons_reached
from shared.kernel.decider import Refused
from shared.runtime.service import Service
from tests.fixtures.joining_persons import do, joining
from tests.shared.web.history.test_pages import front, hidden, service

__all__ = ["front", "service"]  # fixtures


@pytest.mark.parametrize(
    ("name", "address", "another", "code"),
    [
        ("Jeanne Essai", "jeanne@example.org", False, "person-is-member"),
        ("JEANNE  ESSAI", "Jeanne@Example.org", True, "person-is-member"),
        ("Paul Essai", "jeanne@example.org", False, "address-known"),
        ("Paul Essai", "jeanne@example.org", True, None),
        ("Jeanne Essai", "autre@example.org", False, None),
        ("Jeanne Essai", None, False, None),
    ],
)
async def test_one_person_is_a_member_once_and_a_household_says_so(
    service: Service, name: str, address: str | None, another: bool, code: str | None
) -> None:
    first = await do(service, joining("Jeanne Essai"))
    second = await do(service, joining(name, address, another=another))
    assert second == f"{code} /membership/members/{first}" if code else isinstance(second, UUID)


async def test_the_form_names_the_member_with_a_link_and_the_api_names_nobody(
    service: Service, front: httpx2.AsyncClient
) -> None:
    first = await do(service, joining("Jeanne Essai"))
    form = (await front.get("/do/JoinNetworkAsPerson?charter_version=1")).text
    answers = {"person": "Paul Essai", "email": "jeanne@example.org", "charter_version": "1"}
    no = await front.post("/do/JoinNetworkAsPerson", data={**hidden(form), **answers})
    said = unescape(no.text)
    assert no.status_code == 422 and f'<a href="/membership/members/{first}">Jeanne Essai</a>' in said
    assert "cochez" in said and 'name="another"' in no.text
    api = await front.post("/api/commands/join-network-as-person", json={**answers, "charter_version": 1})
    assert api.json()["error"] == "address-known" and "Jeanne" not in api.text and str(first) in api.text
    ticked = {**hidden(no.text), **answers, "another": "true"}
    assert (await front.post("/do/JoinNetworkAsPerson", data=ticked)).status_code == 303


async def test_whoever_is_reached_at_an_address_is_found_also_after_leaving_and_may_say_so_again(
    service: Service,
) -> None:
    first = await do(service, joining("Jeanne Essai"))
    assert isinstance(first, UUID)
    assert [one["key"] for one in await persons_reached(service, "JEANNE@example.org")] == [str(first)]
    assert await persons_reached(service, "autre@example.org") == []
    await one_person_once(service, joining("Jeanne Essay"), first)  # its own joining, said again
    with pytest.raises(Refused, match="person-is-member"):
        await one_person_once(service, joining("Jeanne Essai", another=True), UUID(int=7))
