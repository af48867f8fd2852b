"""A letter to a contact of a structure, for another service: begun before the mail server is given it, then sent or
not, so that nobody gets one twice (ADR 22). A letter about a survey has the id that follows from the sending and the
contact."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.letters import LetterBegun, LetterReason, LetterRefused, LetterSent, LetterUnaddressed
from shared.kernel.decider import Command, Context, Decider, Decision

Letter = Literal["none", "begun", "over"]


class LetterCommand(Command):
    internal = True
    entity = "letter"
    letter: UUID
    about: UUID
    structure: UUID


class BeginLetter(LetterCommand):
    """Say that the mail server is given a letter now."""


class NoteLetterSent(LetterCommand):
    """Say that the mail server has it."""


class NoteLetterRefused(LetterCommand):
    """Say that the mail server does not take it."""

    reason: LetterReason


class NoteNobodyToWriteTo(LetterCommand):
    """Say that a structure has no contact with an address."""


def evolve(state: Letter, event: Event) -> Letter:
    match event:
        case LetterBegun():
            return "begun"
        case LetterSent() | LetterRefused() | LetterUnaddressed():
            return "over"
    return state


def _begun(command: BeginLetter, state: Letter, context: Context) -> Decision:
    return [LetterBegun(about=command.about, structure=command.structure)] if state == "none" else []


def _sent(command: NoteLetterSent, state: Letter, context: Context) -> Decision:
    return [LetterSent(about=command.about, structure=command.structure)] if state == "begun" else []


def _refused(command: NoteLetterRefused, state: Letter, context: Context) -> Decision:
    if state == "over":
        return []
    return [LetterRefused(about=command.about, structure=command.structure, reason=command.reason)]


def _unaddressed(command: NoteNobodyToWriteTo, state: Letter, context: Context) -> Decision:
    return [LetterUnaddressed(about=command.about, structure=command.structure)] if state == "none" else []


LETTER: Decider[Letter] = Decider(
    "letter",
    "none",
    evolve,
    {BeginLetter: _begun, NoteLetterSent: _sent, NoteLetterRefused: _refused, NoteNobodyToWriteTo: _unaddressed},
    takes="now",
)
