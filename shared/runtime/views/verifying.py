"""A view held against one that is built again from the log: document by document, with few in memory, while requests
are answered and the log is followed."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from shared.base.outside import Outside
from shared.kernel.views.projection import Document, Store, View
from shared.kernel.views.projector import Runner
from shared.runtime.views.file_store import FileStore
from shared.runtime.views.reports import Differing

AT_ONCE = 200  # documents of a view that are compared while the runner waits
STRIDE = 1000  # messages that are folded between two rests
REST = 0.05  # seconds
TRIES = 5  # where another release may write the same view meanwhile
AGAIN = 1.5  # seconds until another try
NAMED = 20  # documents that a report names
OTHERS = "…"  # what is kept beside the log's own fields, by names that anybody may have written
TOO_MANY = Differing("", "too many")


@dataclass
class Found:
    """How a view differs from its rebuild at a sequence: how many documents, and the first of them; `unsound`: what is
    wrong with its table or indexes, as the database says it."""

    sequence: int = 0
    differing: int = 0
    documents: list[Differing] = field(default_factory=list)
    unsound: str | None = None

    @property
    def equal(self) -> bool:
        return not self.differing and self.unsound is None


async def held_against_the_log(
    runner: Runner, store: Store, view: View, outside: Outside, at_once: int = AT_ONCE
) -> Found:
    """Builds a view beside and compares it with the live one, of which nothing is changed. Raises Moved, Unavailable
    where it could not be done."""
    found, tries = Found(), TRIES
    if isinstance(store, FileStore):
        found.unsound, tries = await store.unsound(view), 1
    async with runner.beside(view, stride=STRIDE, rest=REST) as beside:
        key: str | None = ""
        while key is not None:
            for again in range(tries):
                if again:
                    await outside.sleep(AGAIN)
                async with runner.level(beside) as found.sequence:
                    some, upto = await _some(store, view, beside, key, at_once)
                if not some:
                    break
            found.differing += len(some)
            found.documents += some[: NAMED - len(found.documents)]
            key = upto
            await outside.sleep(0)
    return found


async def _some(store: Store, view: View, beside: View, key: str, at_once: int) -> tuple[list[Differing], str | None]:
    """How the next documents differ, and the key up to which they were looked at; None where there are no more, or
    where going on would lead nowhere."""
    first, second = await store.after(view, key, limit=at_once), await store.after(beside, key, limit=at_once)
    if not all(isinstance(one, dict) and isinstance(one.get("key"), str) for one in first):
        return [TOO_MANY], None
    live, anew = ({one["key"]: one for one in some} for some in (first, second))
    ends = [max(some) for some, read in ((live, first), (anew, second)) if len(read) == at_once]
    upto = min(ends) if ends else None
    if any(one <= key for one in live) or len(live) < len(first):  # they say that they are others
        return [TOO_MANY], None
    looked = sorted(one for one in live.keys() | anew.keys() if upto is None or one <= upto)
    differing = {one: how for one in looked if (how := _compared(one, live.get(one), anew.get(one))) is not None}
    if isinstance(store, FileStore):
        for one in await store.askew(view, [one for one in looked if one not in differing]):
            differing[one] = Differing(one, "changed", (OTHERS,))
    return list(differing.values()), upto


def _compared(key: str, live: Document | None, anew: Document | None) -> Differing | None:
    if anew is None:
        return TOO_MANY
    if live is None:
        return Differing(key, "missing")
    names = [name for name in anew if name not in live or _said(live[name]) != _said(anew[name])]
    if live.keys() - anew.keys():
        names.append(OTHERS)
    return Differing(key, "changed", tuple(names)) if names else None


def _said(value: object) -> bytes:
    """A value as it is kept: true is not 1."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
