"""Whether a bulletin is open now, by the log and not by a view: nothing comes into an issue of a closed one, and none
is approved; nobody subscribes to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from services.newsletter.bulletins.domain.issue import IssueCommand
from services.newsletter.bulletins.domain.issue_state import Issue, evolve
from shared.contract.newsletter.bulletins import BulletinCode
from shared.kernel.corrections import told
from shared.kernel.decider import Command, Refused
from shared.kernel.line import standing
from shared.notions.bulletin import bulletin_id
from shared.notions.references import begun
from shared.notions.referents import BULLETIN
from shared.runtime.faces import Chronicle


async def must_be_open(service: Chronicle, codes: Iterable[BulletinCode]) -> Mapping[str, int]:
    """Returns what must not change until it is written. Raises Refused for the first of these that the network does not
    publish now, at the field `bulletins`."""
    rests_on: dict[str, int] = {}
    for code in codes:
        history = await service.log.load("newsletter", "bulletin", bulletin_id(code))
        rests_on[_line_of(service, code)] = history.seq
        line = standing(*told(event for event in history.events if event.readable))
        if not begun(BULLETIN, line):
            raise Refused("unknown-bulletin", field="bulletins")
        why = BULLETIN.states["open"](BULLETIN.on(line), code)
        if why is not None:
            raise Refused(why, field="bulletins")
    return rests_on


def _line_of(service: Chronicle, code: BulletinCode) -> str:
    return f"{service.log.network}.newsletter.bulletin.{bulletin_id(code)}"


async def in_an_open_bulletin(service: Chronicle, command: Command, own: UUID) -> Mapping[str, int]:
    """Returns what must not change until it is written. Raises Refused where the bulletin of an issue is closed. Of an
    issue that nobody began its own rules say it."""
    assert isinstance(command, IssueCommand)
    issue = Issue()
    for event in (await service.log.load("newsletter", "issue", own)).events:
        if event.readable:
            issue = evolve(issue, event.data)
    if issue.bulletin is None or issue.approved:
        return {}
    history = await service.log.load("newsletter", "bulletin", bulletin_id(issue.bulletin))
    facts, corrections = told(event for event in history.events if event.readable)
    line = standing(facts, corrections)
    # An older release let issues be begun of bulletins that nobody had opened: those go on. One whose opening was noted
    # by mistake was opened once: nothing is sent of it.
    if begun(BULLETIN, facts) and BULLETIN.states["open"](BULLETIN.on(line), issue.bulletin) is not None:
        raise Refused("reference-bulletin-closed")
    return {_line_of(service, issue.bulletin): history.seq}
