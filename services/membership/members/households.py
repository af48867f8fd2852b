"""One person is one member: who joins under an address that a member has is that member, unless somebody says that it
is another person of the same address. The same name at the same address is never two."""

from __future__ import annotations

from uuid import UUID

from services.membership.members.domain.member import JoinNetworkAsPerson
from services.membership.members.queries import persons_reached
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.views.projection import folded
from shared.runtime.faces import Office


async def one_person_once(service: Office, command: JoinNetworkAsPerson, own: UUID) -> None:
    """Raises Refused, which names the record of the member, and Unavailable where views are too far behind to know.
    `own`: that of the command, whose joining may be said again."""
    if command.email is None:
        return
    if not await service.runner.wait_for(await service.log.last()):  # two at the same instant are not seen all the same
        raise Unavailable("the views are behind: who has this address is not known yet")
    known = await persons_reached(service, command.email.clear)
    if any(one["key"] == str(own) for one in known):
        return
    names = {one["key"]: service.keyring.reveal(one.get("person")) or "" for one in known}
    same = [one for one in known if _plain(names[one["key"]]) == _plain(command.person.clear)]
    for one in same or ([] if command.another else known):
        left = one["status"] == "former"
        code = ("person-left" if left else "person-is-member") if same else "address-known"
        raise Refused(code, page=f"/membership/members/{one['key']}", named=names[one["key"]])


def _plain(name: str) -> list[str]:
    return folded(name).split()
