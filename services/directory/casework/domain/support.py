"""An individual support that the team gave to one structure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.casework import SupportGiven, SupportKind
from shared.contract.fields import LongText
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.vocabularies.referent import term_of


class GiveSupport(Command):
    """Note that the team supported a structure."""

    refers = {"structure": Refers("directory.structure", "open"), "kind": term_of("support")}
    entity = "support"
    creates = True
    structure: UUID
    kind: SupportKind
    summary: LongText | None = None


@dataclass(frozen=True)
class Support:
    given: bool = False


def evolve(state: Support, event: Event) -> Support:
    match event:
        case SupportGiven():
            return Support(given=True)
    return state


def _given(command: GiveSupport, state: Support, context: Context) -> Decision:
    if state.given:
        raise Refused("already-registered")
    return [SupportGiven(structure=command.structure, kind=command.kind, summary=command.summary)]


SUPPORT = Decider(
    "support",
    Support(),
    evolve,
    {GiveSupport: _given},
    allows=lambda state, event: "already-registered" if state.given and isinstance(event, SupportGiven) else None,
    births=(SupportGiven,),
    rests={SupportGiven: GiveSupport.refers},
)
