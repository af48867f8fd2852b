"""The charter that every member signs. It has versions, counted from 1; the last adopted one is in force."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.fields import Name, Text
from shared.contract.membership.members import CharterAdopted
from shared.kernel.decider import Command, Context, Decider, Decision
from shared.notions.membership import CHARTER_ID

LAST_VERSION = 1000


class AdoptCharter(Command):
    """Adopt a version of the charter: members sign it from then on, and who signed an earlier one stays as it is."""

    entity = "charter"
    title: Name
    principles: list[Text] = Field(min_length=1, max_length=20)

    def target(self, context: Context) -> UUID:
        return CHARTER_ID


@dataclass(frozen=True)
class Charter:
    """`version` is 0 before the first is adopted; `numbers`: all that were given so far."""

    version: int = 0
    text: tuple[str, ...] = ()
    numbers: frozenset[int] = frozenset()


def evolve(state: Charter, event: Event) -> Charter:
    if isinstance(event, CharterAdopted):
        return Charter(event.version, (event.title, *event.principles), state.numbers | {event.version})
    return state


def _adopted(command: AdoptCharter, state: Charter, context: Context) -> Decision:
    if (command.title, *command.principles) == state.text:
        return []
    # Versions are counted in the order in which they were noted; which one is in force, their days say.
    last = max((one.event.version for one in context.line if isinstance(one.event, CharterAdopted)), default=0)
    return [CharterAdopted(version=last + 1, title=command.title, principles=command.principles)]


def allows(state: Charter, event: Event) -> str | None:
    """A number is of one version: one that was struck, and whose number was given again since, does not come back."""
    return "charter-number-taken" if isinstance(event, CharterAdopted) and event.version in state.numbers else None


CHARTER = Decider("charter", Charter(), evolve, {AdoptCharter: _adopted}, allows=allows, births=(CharterAdopted,))
