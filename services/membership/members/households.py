"""One person is one member: who joins under an address that a member has is that member, unless somebody says that it
is another person of the same address. The same name at the same address is never two.

Who has an address, the views know, by the keyed index: no id follows from it that would outlive the person. So that two
who join at the same instant see each other, each joining rests on no other event of members having been written since
it looked: a guard over the kind, which all carry that ask this (ADR 54)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

import orjson
from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.membership.members.domain.member import (
    JoinNetworkAsPerson,
    NotePastMembershipOfPerson,
    WelcomePersonAgain,
)
from services.membership.members.queries import persons_reached
from shared.kernel.decider import Refused
from shared.kernel.eventlog.direct_get import api_of
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.views.projection import folded
from shared.runtime.faces import Office

PATIENCE = 5.0  # seconds for an answer of the log
Joins = JoinNetworkAsPerson | WelcomePersonAgain | NotePastMembershipOfPerson


class Registry(Office, Protocol):
    """An office that asks the log where a kind of entity stands."""

    @property
    def nc(self) -> Client: ...


async def one_person_once(service: Registry, command: Joins, own: UUID) -> Mapping[str, int]:
    """Returns what the joining rests on. Raises Refused, which names the record of the member, and Unavailable where
    views are too far behind to know. `own`: the record of the command, whose joining may be said again."""
    if command.email is None:
        return {}
    # In this order: what is written after the first look moves the guard, what was before is in the views.
    members = f"{service.log.network}.membership.member.*"
    rests_on = {members: await _last_under(service, f"{members}.*")}
    if not await service.runner.wait_for(await service.log.last(seen=rests_on[members])):
        raise Unavailable("the views are behind: who has this address is not known yet")
    known = await persons_reached(service, command.email.clear)
    if any(one["key"] == str(own) for one in known):
        return rests_on
    names = {one["key"]: service.keyring.inside(one.get("person")) or "" for one in known}
    same = [one for one in known if _plain(names[one["key"]]) == _plain(command.person.clear)]
    another = not isinstance(command, JoinNetworkAsPerson) or command.another
    for one in same or ([] if another else known):
        left = one["status"] == "former"
        code = ("person-left" if left else "person-is-member") if same else "address-known"
        named = service.keyring.reveal(one.get("person")) or ""  # the refusal says it
        raise Refused(code, page=f"/membership/members/{one['key']}", named=named)
    return rests_on


async def _last_under(service: Registry, subjects: str) -> int:
    """The sequence of the last message whose subject matches, 0 where there is none. Raises Unavailable."""
    address, asked = f"{api_of(service.nc)}.DIRECT.GET.{service.log.network}", orjson.dumps({"last_by_subj": subjects})
    try:
        answer = await service.nc.request(address, asked, timeout=PATIENCE)
    except (NatsError, TimeoutError) as away:
        raise Unavailable("the event log does not answer") from away
    told = answer.headers or {}
    if "Nats-Sequence" not in told and told.get("Status") != "404":
        raise Unavailable(f"the event log does not say where members stand ({told.get('Status')})")
    return int(told.get("Nats-Sequence", 0))


def _plain(name: str) -> list[str]:
    return folded(name).split()
