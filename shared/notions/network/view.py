"""The view of what the network says of itself, which every service has, and how a service's pages ask it.

Its one document holds what was said in the order of its line, so that it can be asked for as of any day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import reduce

from shared.base.paris_days import day_of
from shared.base.settings import Settings
from shared.base.translations import languages
from shared.contract import Event, load_all
from shared.contract.envelope import Recorded
from shared.contract.membership.network import NetworkNamed, RegionDrawn
from shared.kernel.eventlog.direct_get import Unavailable
from shared.kernel.views.projection import Document, Store, View
from shared.notions.legal_terms import Holding, held, law_on
from shared.notions.network import NETWORK_ID, NOTHING_SAID, SAYS, Ourselves, after, own_reviews
from shared.notions.vocabularies.view import THEN, Renamed

Said = Iterable[tuple[Event, date]]


def _said(document: Document | None, data: Event, event: Recorded) -> Document:
    before = document["said"] if document else []
    said = {"type": event.type, "data": data.model_dump(mode="json")}
    return {"said": [*before, {"day": day_of(event.time).isoformat(), "seq": event.seq, **said}]}


OURSELVES = View(name="ourselves", version=2, on=dict.fromkeys(SAYS, _said), stamps=())


def said_in(document: Document | None) -> list[tuple[Event, date]]:
    """What a document of the view holds: events with their days, in the order of the line."""
    types = load_all()
    return [
        (types[one["type"]].model_validate(one["data"]), date.fromisoformat(one["day"]))
        for one in (document["said"] if document else ())
    ]


def standing(said: Said, day: date | None = None) -> Ourselves:
    """What is said of the network at the end of a day; None: now."""
    return reduce(after, (event for event, on in said if day is None or on <= day), NOTHING_SAID)


class OurNetwork:
    """The network as one service knows it: what the log says, and where it says nothing, the settings. Its name and its
    region are those of the day that is answered as of (`shared.notions.vocabularies.view.THEN`).

    `refresh` brings it up to what the views show; a page asks afterwards, without waiting. `position`: how far the
    views are."""

    def __init__(self, position: Callable[[], int], store: Store, settings: Settings) -> None:
        self._position, self._store, self._settings = position, store, settings
        self._said: list[tuple[Event, date]] = []
        self._seqs: list[int] = []
        self._now = NOTHING_SAID
        self._at = 0  # where nothing is said yet

    async def refresh(self) -> None:
        at = self._position()
        if at == self._at:
            return
        with suppress(Unavailable):  # what was known can still be shown
            document = await self._store.get(OURSELVES, str(NETWORK_ID))
            if document is not None or self._said:
                self._said = said_in(document)
                self._seqs = [one["seq"] for one in (document["said"] if document else ())]
                self._now = standing(self._said)
            self._at = at

    @property
    def now(self) -> Ourselves:
        """What was said, as far as it was."""
        return self._now

    def on(self, day: date | None = None) -> Ourselves:
        """What was said of it by the end of a day; None: of that which is answered as of, else now."""
        if day is not None:
            return standing(self._said, day)
        if (then := THEN.get()) is None:
            return self._now
        known = zip(self._said, self._seqs, strict=True)
        return standing((one for one, seq in known if then.upto is None or seq <= then.upto), then.day)

    def law(self, day: date) -> str:
        """The law that it is under on a day."""
        return law_on(self._said, day)

    def legal_terms(self, day: date) -> Mapping[str, Holding]:
        """What the law says on a day, by code: as the network has found it, else as the release has it."""
        return held(self.law(day), self._said, day)

    @property
    def title(self) -> str:
        """The network's name, as its pages show it. Of a day before it had one it is that of now."""
        now, then = self._now.name or self._settings.title, THEN.get()
        called = self.on().name or now
        if then is not None and called != now:
            then.renamed.setdefault(("network", "", ""), Renamed(called, now, self._named_since(now)))
        return called

    def _named_since(self, name: str) -> date:
        """Since when it has the name of now."""
        named = [(event.name, on) for event, on in self._said if isinstance(event, NetworkNamed)]
        since = named[-1][1]
        for called, on in reversed(named):
            if called != name:
                break
            since = on
        return since

    def region(self, day: date | None = None) -> tuple[str, ...]:
        """The codes of the departments of its region on a day, in order; none where it has no region. None: on that
        which is answered as of, else now."""
        found = self.on(day).departments
        return self._settings.departments if found is None else found

    def reviews(self) -> tuple[str, ...]:
        """The printed reviews that it may name as its own."""
        return own_reviews(event for event, _ in self._said)

    def redrawn(self, day: date) -> list[date]:
        """The days after this one from which on the region was another; each once."""
        found: list[date] = []
        before = standing(self._said, day)
        for on in sorted({on for event, on in self._said if isinstance(event, RegionDrawn) and on > day}):
            now = standing(self._said, on)
            if (now.region, now.departments) != (before.region, before.departments):
                found.append(on)
            before = now
        return found

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its pages, the one of readers who chose none first."""
        return tuple(one for one in self._now.languages or () if one in languages()) or languages()
