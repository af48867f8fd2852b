"""What the forms of these pages carry beside their answers: the command's id, so that sending twice is one command, and
the version that their writer saw, so that a stale form overwrites nothing. And what sending one comes to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import HTTPException, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from shared.decider import Command, Refused
from shared.execute import Outcome, Stale
from shared.log import Conflict
from shared.service import Service
from shared.web.access import who_of
from shared.web.forms import sentences
from shared.web.pages import Pages, language
from shared.web.references import known

FIELD_OF: Mapping[str, str] = {
    "picture-without-text": "picture_text",
    "picture-too-big": "picture_file",
    "picture-too-many-pixels": "picture_file",
    "picture-too-small": "picture_file",
    "not-a-picture": "picture_file",
    "offer-without-kind": "kind",
    "event-without-beginning": "starts",
    "event-past": "starts",
    "deadline-past": "deadline",
}
"""code of a refusal → the field that it is about"""


@dataclass(frozen=True)
class Wrong:
    """Why nothing was written: sentences by field, "" for the whole form, and the status of the page that says them."""

    errors: dict[str, str]
    status: int

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
    service: Service, request: Request, form: FormData, model: type[BaseModel], make: Callable[[], Awaitable[Command]]
) -> Outcome | Wrong:
    """Executes the command that `make` makes of a form, and waits until the pages show it. `make` may raise what reading
    the form or looking at what it is about raises: ValidationError of `model`, Refused."""
    pages: Pages = request.app.state.pages
    lang, say = language(request), pages.lexicon.say
    id, version = command_id(form), version_of(form)
    try:
        command = await make()
        await known(service, command)
        outcome = await service.execute(command, id=id, actor=who_of(request).actor, version=version)
    except ValidationError as wrong:
        return Wrong(sentences(wrong, model, pages.lexicon, lang), 422)
    except Refused as no:
        return Wrong({FIELD_OF.get(no.code, ""): say(f"refused.{no.code}", lang, **no.values)}, 422)
    except (Stale, Conflict):
        return Wrong({"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409)
    await service.runner.wait_for(outcome.seq)
    return outcome
