"""The public page of the ledger: what is signed, how to check it, a proof for each event. It shows no event itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse, Response

from services.observatory.event_table.table_file import TABLE
from services.observatory.ledger.notary import notary_of
from shared.ledger.archive_format import read_notes
from shared.ledger.merkle import fingerprint
from shared.runtime.faces import Premises
from shared.web.api import PROBLEMS
from shared.web.here import Here
from shared.web.security.authorization import access
from shared.web.templating import Pages

NOTES = 1000  # checkpoints of an answer
After = Annotated[int, Query(ge=0, le=2**53, description="Only checkpoints of more events than this.")]
Seq = Annotated[int, Path(ge=1, le=2**53, description="Its place in the log.")]


class LedgerOut(BaseModel):
    """How the ledger is. `state`: signing; waiting for its turn; held while the clock is in doubt; failing, to be tried
    again; stopped for good."""

    state: Literal["starting", "waiting", "signing", "held", "failing", "stopped"]
    problem: str | None
    log: int = Field(description="The last event that the observatory has read.")
    archived: int
    signed: int
    root: str | None = Field(description="The root of the tree of the signed events, in hexadecimal.")
    signed_at: datetime | None = Field(description="By the clock of the machine; it is in no checkpoint.")
    age: float | None = Field(description="Seconds since then.")
    archive_bytes: int
    key: str | None
    fingerprint: str | None
    compared: int = Field(description="How far the log was compared with the archive, in the comparison of today.")
    compared_at: datetime | None


routes = APIRouter()
"""Routes under `/observatory`."""


@routes.get("/ledger", include_in_schema=False)
@access("public")
async def page(service: Here[Premises], request: Request) -> Response:
    pages: Pages = request.app.state.pages
    notary = notary_of(service)
    head = notary.head
    return pages.render(
        request,
        "ledger.html",
        ledger=_state(service),
        note=notary.note,
        signed=head.size if head else 0,
        folder=f"archive/{service.network}",
    )


@routes.get("/ledger/checkpoint", include_in_schema=False)
@access("public")
async def checkpoint(service: Here[Premises]) -> Response:
    """The latest checkpoint (c2sp.org/tlog-checkpoint)."""
    note = notary_of(service).note
    if note is None:
        raise HTTPException(404)
    return _text(note)


@routes.get("/ledger/checkpoints", include_in_schema=False)
@access("public")
async def checkpoints(service: Here[Premises], after: After = 0) -> Response:
    """All checkpoints after a size, oldest first, an empty line after each; at most a thousand."""
    path = notary_of(service).archive.log_path
    notes, _ = read_notes(path.read_bytes() if path.exists() else b"")
    wanted = [note.text for note in notes if int(note.text.split("\n", 2)[1]) > after][:NOTES]
    return _text("".join(f"{note}\n" for note in wanted))


@routes.get("/ledger/public-key", include_in_schema=False)
@access("public")
async def public_key(service: Here[Premises]) -> Response:
    key = notary_of(service).key
    if key is None:
        raise HTTPException(404)
    return _text(f"{key}\n")


@routes.get("/ledger/proof/{seq}", include_in_schema=False)
@access("public")
async def proof(service: Here[Premises], seq: Seq) -> Response:
    """That the event stands in the log that was signed, by its hash; whoever has the event can compute that."""
    found = await notary_of(service).proof(seq)
    if found is None:
        raise HTTPException(404)
    return Response(msgspec.json.format(msgspec.json.encode(found), indent=1), media_type="application/json")


@routes.get("/api/ledger", tags=["ledger"], operation_id="observatory_ledger", responses=PROBLEMS)
@access("public")
async def ledger(service: Here[Premises]) -> LedgerOut:
    """What is archived, what is signed, and whether something is wrong."""
    return LedgerOut(**_state(service))


def _state(service: Premises) -> dict[str, Any]:
    notary = notary_of(service)
    head, at = notary.head, notary.signed_at
    return {
        "state": notary.state,
        "problem": notary.problem,
        "log": service.parts.of(TABLE).position,
        "archived": max(notary.archived, head.size if head else 0),
        "signed": head.size if head else 0,
        "root": head.root.hex() if head else None,
        "signed_at": at,
        "age": max(0.0, (service.now() - at).total_seconds()) if at else None,
        "archive_bytes": notary.archive_bytes(),
        "key": str(notary.key) if notary.key else None,
        "fingerprint": fingerprint(notary.key) if notary.key else None,
        "compared": notary.compared,
        "compared_at": notary.compared_at,
    }


def _text(text: str) -> Response:
    return PlainTextResponse(text, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
