"""The operator's way out for somebody who has lost telephone and recovery codes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict

from services.directory.accounts.domain.second_factor import ResetSecondFactor
from services.directory.sign_in.entry import entry_of
from shared.contract.fields import Reason
from shared.runtime.faces import Desk
from shared.web.api import IDEMPOTENCY_KEY, PROBLEMS, Done
from shared.web.here import Here
from shared.web.security.authorization import access, who_of

Key = Annotated[UUID | None, Header(alias="Idempotency-Key", description=IDEMPOTENCY_KEY)]


class ResetWanted(BaseModel):
    """Why a second factor is taken away."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason | None = None


routes = APIRouter(prefix="/api", responses=PROBLEMS, tags=["accounts"], include_in_schema=False)
"""Routes under `/directory/api`."""


@routes.post("/accounts/{account}/second-factor/reset", operation_id="directory_reset_second_factor")
@access("administrator")
async def reset(service: Here[Desk], request: Request, account: UUID, wanted: ResetWanted, key: Key = None) -> Done:
    """Takes the second factor of an account away: for whoever sits at the machine; for others it is not there. An
    administrator who could do it would need one password less to be somebody else."""
    who = who_of(request)
    if who.kind != "operator":
        raise HTTPException(404, "not-found")
    command = ResetSecondFactor(account=account, reason=wanted.reason)
    outcome = await service.execute(command, id=key or service.outside.new_id(), actor=who.actor)
    await service.outside.in_thread(entry_of(service).factors.forget, account)
    await service.runner.wait_for(outcome.seq)
    return Done(
        entity=outcome.entity_id,
        sequence=outcome.seq if outcome.changed else None,
        events=list(outcome.events),
        repeated=outcome.repeated,
        changed=outcome.changed,
    )
