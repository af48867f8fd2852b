"""What the forms of a service's own pages carry beside their answers: the command's id, so that sending twice is one
command, and the version that their writer saw, so that a stale form overwrites nothing. And what sending one comes
to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import HTTPException, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from shared.kernel.command_handler import Outcome, Stale
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.runtime.faces import Commands, Desk
from shared.web.forms.forms import refusal, sentences, version_after
from shared.web.security.authorization import who_of
from shared.web.security.permits import permitted
from shared.web.templating import Pages, language


@dataclass(frozen=True)
class Wrong:
    """Why nothing was written: sentences by field, "" for the whole form, and the status of the page that says them;
    and the version that its form carries from now on, where it carries one."""

    errors: dict[str, str]
    status: int
    version: object = None

    @property
    def sentence(self) -> str:
        return " ".join(self.errors.values())


def command_id(form: FormData) -> UUID:
    """Raises 400 for a form that is not ours."""
    try:
        return UUID(str(form.get("command_id") or ""))
    except ValueError:
        raise HTTPException(400) from None


def version_of(form: FormData) -> int | None:
    try:
        return int(str(form["version"])) if form.get("version") else None
    except ValueError:
        raise HTTPException(400) from None


async def carried_out(
    service: Desk,
    request: Request,
    form: FormData,
    model: type[BaseModel],
    make: Callable[[], Awaitable[Command]],
    sent: Mapping[str, Any] | None = None,
    target: UUID | None = None,
) -> Outcome | Wrong:
    """Executes the command that `make` makes of a form, and waits until the pages show it. `make` may raise what
    reading the form or looking at what it is about raises: ValidationError of `model`, Refused. `sent`: what the form
    says, where the command also holds what we know; `target`: the entity it is for, where `make` looks at what the
    command itself changes. The page that shows what is Wrong gives its form a new id (ADR 32)."""
    pages: Pages = request.app.state.pages
    lang, say = language(request), pages.lexicon.say
    id, version = command_id(form), version_of(form)
    try:
        outcome = await _before(service, model, target, id, who_of(request).actor, sent)
        if outcome is None:
            command = await make()
            await permitted(request, command)
            outcome = await service.execute(command, id=id, actor=who_of(request).actor, version=version, sent=sent)
    except ValidationError as wrong:
        return Wrong(sentences(wrong, model, pages.lexicon, lang), 422, version)
    except Refused as no:
        return Wrong(refusal(no, pages.lexicon, lang), 422, version_after(no, version))
    except (Stale, Conflict):
        return Wrong({"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409, version)
    await service.runner.wait_for(outcome.seq)
    return outcome


async def _before(
    service: Commands, model: type[BaseModel], target: UUID | None, id: UUID, actor: str, sent: Mapping[str, Any] | None
) -> Outcome | None:
    """What a form came to that was sent before, where that can be told without its command. Raises Reused."""
    if target is None or sent is None or not issubclass(model, Command):
        return None
    return await service.execute.before(model, target, id=id, actor=actor, sent=sent)
