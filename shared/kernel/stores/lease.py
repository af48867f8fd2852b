"""Who writes: one runner of each release at a time, agreed upon in MongoDB.

No runner's clock is asked, since clocks differ: the holder counts `beat` up, and whoever sees it stand still for DEAD
seconds of its own monotonic clock may take over. Who has just started asks the store's clock how long it has stood
still already; so a service that was killed need not wait for its own former life to be given up. A holder that was
paused meanwhile and goes on does no harm, because of how the store writes (shared/kernel/stores/mongo.py), nor does a
store's clock that jumps; the holder finds out at its next renewal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from shared.base.outside import REAL, Outside
from shared.kernel.stores.mongo_client import answered
from shared.kernel.views.projection import View

LEASES, ORDERS = "leases", "orders"
DEAD = 6.0  # seconds without a beat; with the looks in between, another writes within 10
LOOK = 0.2  # seconds between two looks for an order's answer


def generation_of(views: Sequence[View]) -> str:
    """A name for what a release reads: releases with the same views share a runner, others have one each."""
    said = sorted(f"{view.table} {' '.join(sorted(view.listens))}" for view in views)
    return sha256("\n".join(said).encode()).hexdigest()[:12]


class MongoLease:
    """Implements `shared.kernel.views.projection.Lease`: the document of one generation in `leases`."""

    def __init__(self, database: Any, views: Sequence[View], outside: Outside = REAL, dead: float = DEAD) -> None:
        self._outside, self._dead = outside, dead
        self._database, self._leases, self._orders = database, database[LEASES], database[ORDERS]
        self.generation, self._tables = generation_of(views), sorted(view.table for view in views)
        self.owner = self._outside.random(16).hex()
        self.notes: Mapping[str, Any] = {}
        self._term = 0
        self._seen: tuple[int, int] | None = None
        self._since = 0.0

    async def take(self) -> bool:
        """True where we hold it now. What its holder notes is in `notes`."""
        with answered():
            found = await self._leases.find_one({"_id": self.generation}) or await self._begin()
            self.notes = found["notes"]
            if found["owner"] == self.owner:  # the answer to our taking was lost
                self._term = found["term"]
                return True
            if found["owner"] is not None and not self._still(found, await self._silence(found)):
                return False
            as_seen = {name: found[name] for name in ("_id", "owner", "term", "beat")}
            taken = await self._leases.find_one_and_update(
                as_seen,
                {
                    "$set": {"owner": self.owner, "tables": self._tables},
                    "$inc": {"term": 1, "beat": 1},
                    "$currentDate": {"renewed": True},
                },
                return_document=ReturnDocument.AFTER,
            )
        if taken is None:
            return False
        self._term = taken["term"]
        return True

    async def renew(self, notes: Mapping[str, Any]) -> bool:
        """Says that we are alive, and `notes`; False where another one holds it."""
        with answered():
            done = await self._leases.update_one(
                {"_id": self.generation, "owner": self.owner, "term": self._term},
                {"$set": {"notes": dict(notes)}, "$inc": {"beat": 1}, "$currentDate": {"renewed": True}},
            )
        self.notes = notes
        return bool(done.matched_count)

    async def release(self) -> None:
        """Lets another one take it at once."""
        with answered():
            await self._leases.update_one(
                {"_id": self.generation, "owner": self.owner, "term": self._term}, {"$set": {"owner": None}}
            )

    async def _begin(self) -> dict[str, Any]:
        first: dict[str, Any] = {
            "_id": self.generation,
            "owner": None,
            "term": 0,
            "beat": 0,
            "tables": self._tables,
            "notes": {},
        }
        try:
            await self._leases.insert_one(dict(first))
        except DuplicateKeyError:
            found: dict[str, Any] = await self._leases.find_one({"_id": self.generation})
            return found
        return first

    async def _silence(self, found: Mapping[str, Any]) -> float:
        """For how many seconds there was no beat when we look for the first time; 0 later, when we know ourselves."""
        if self._seen is not None or "renewed" not in found:
            return 0.0
        renewed: datetime = found["renewed"]
        now: datetime = (await self._database.command("hello"))["localTime"]
        return max(0.0, (now - renewed).total_seconds())

    def _still(self, found: Mapping[str, Any], silence: float) -> bool:
        seen = (found["term"], found["beat"])
        if seen != self._seen:
            self._seen, self._since = seen, self._outside.monotonic() - silence
        return self._outside.monotonic() - self._since >= self._dead

    # -- orders ---------------------------------------------------------------------------------------------------

    async def order(self, what: str, view: str) -> dict[str, Any]:
        """Has the holder do something, and returns its answer. It waits as long as that takes; a holder that dies over
        it is followed by another, who does it."""
        which = {"_id": self._outside.random(16).hex()}
        with answered():
            await self._orders.insert_one({**which, "generation": self.generation, "what": what, "view": view})
        try:
            while True:
                with answered():
                    found = await self._orders.find_one(which)
                if found is not None and "answer" in found:
                    return dict(found["answer"])
                await self._outside.sleep(LOOK)
        finally:
            with answered():
                await self._orders.delete_one(which)

    async def orders(self) -> Sequence[tuple[str, str, str]]:
        """What the others want of us: (order, what, view)."""
        with answered():
            rows = await self._orders.find({"generation": self.generation, "answer": {"$exists": False}}).to_list(None)
        return [(row["_id"], row["what"], row["view"]) for row in rows]

    async def answer(self, order: str, answer: Mapping[str, Any]) -> None:
        with answered():
            await self._orders.update_one({"_id": order}, {"$set": {"answer": dict(answer)}})
