"""Documents of a view, one page after the other: for what goes through much of a directory, with flat memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from shared.kernel.views.projection import AT_ONCE, Document, Store, View

FEW = 10  # documents that are read first where mostly one has changed


async def changed(store: Store, view: View, after: int) -> AsyncIterator[Document]:
    """The documents that changed after a sequence, by their field `seq`, the latest first. One that changes meanwhile
    moves to the front; none can be missed by that."""
    offset, limit = 0, FEW
    while True:
        page = await store.find(view, sort=["-seq"], limit=limit, offset=offset)
        for document in page.documents:
            if document["seq"] <= after:
                return
            yield document
        if len(page.documents) < limit:
            return
        offset, limit = offset + limit, AT_ONCE


async def chosen(store: Store, view: View, keys: Sequence[str]) -> AsyncIterator[Document]:
    """The documents with these keys that are there, in this order."""
    for start in range(0, len(keys), AT_ONCE // 4):
        some = keys[start : start + AT_ONCE // 4]
        found = await store.get_many(view, some)
        for key in some:
            if key in found:
                yield found[key]
