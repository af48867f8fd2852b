"""Publishing a review: figures computed, files made and kept, one batch of events. It goes on when its reader goes
away, and when whoever does it ends (ADR 51)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from services.observatory.figures.computed import Leaf
from services.observatory.figures.observatory import Observatory, current, of
from services.observatory.indicators import INDICATORS
from services.observatory.ledger.notary import notary_of
from services.observatory.open_data.disclosed import printed as printed_review
from services.observatory.open_data.disclosed import said
from services.observatory.open_data.releases import begun, released_said, sure_day
from services.observatory.review.documents.chapters import Head, Reader, chapters
from services.observatory.review.documents.pdf import Press, Sheets, order
from services.observatory.review.documents.workbook import document, workbook
from services.observatory.review.domain import Figure, PublishReview
from services.observatory.review.publication.published_files import files_of
from services.observatory.review.suppression import without_small
from services.observatory.review.views import REVIEWS, filters_of, head_of
from shared.base.paris_days import day_of
from shared.base.translations import Lang, Lexicon, languages
from shared.kernel.command_handler import Reused
from shared.kernel.decider import Refused, derived_id
from shared.kernel.eventlog.event_log import Conflict, Unavailable
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import as_of
from shared.runtime.faces import Undertakings
from shared.runtime.parts import Key
from shared.runtime.processes.process import ENTITY, Do, End, Process, Run, Told
from shared.runtime.processes.supervision import run_of
from shared.web.words.messages import WORDS as KERNEL

FILTERS = ("department", "college", "theme", "kind")
MOST_PUBLISHED = 2_000  # reviews whose figures are looked at


@dataclass(frozen=True, slots=True)
class Order:
    """What an editor wants published. `whole`: small counts of persons too; `id`: of the command; `sent`: what its form
    said."""

    head: Head
    whole: bool
    replaces: UUID | None
    reason: str | None
    id: UUID
    sent: Mapping[str, Any]

    def said(self) -> dict[str, str]:
        """As the stream of its process has it."""
        head = self.head
        given = {
            "title": head.title,
            "since": head.period.since,
            "until": head.period.until,
            "as_of": head.day,
            "known_at": head.known_at,
            "upto": head.upto,
            "replaces": self.replaces,
            "reason": self.reason,
            "whole": self.whole or None,
            "id": self.id,
            "sent": orjson.dumps(self.sent).decode(),
            **{str(name): value for name, value in head.filters.chosen().items()},
        }
        return {name: str(value) for name, value in given.items() if value is not None}

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Order:
        """That which a stream tells of."""
        given: dict[str, Any] = {**dict.fromkeys(("known_at", *FILTERS)), **said, "upto": int(said["upto"])}
        replaces = said.get("replaces")
        whole, id, sent = "whole" in said, UUID(said["id"]), orjson.loads(said["sent"])
        return cls(head_of(given), whole, UUID(replaces) if replaces else None, said.get("reason"), id, sent)


@dataclass(frozen=True, slots=True)
class Made:
    """What is published, computed: the figures, how many are left out, the page for each language and its reader."""

    shown: list[Leaf]
    masked: int
    sheets: Mapping[Lang, Sheets]
    readers: Mapping[Lang, Reader]

    @property
    def mark(self) -> str:
        """What tells these figures from others (SHA-256, hex)."""
        said = [_figure(leaf).model_dump(mode="json") for leaf in self.shown]
        return sha256(orjson.dumps(said)).hexdigest()


class Work:
    """One publication, as the page sees it that began it, or looks at it again. `state`: of its process."""

    def __init__(self, service: Undertakings, key: UUID) -> None:
        self._service, self.key = service, key
        self.failed: Exception | None = None

    async def steps(self) -> AsyncIterator[str]:
        """The steps as they are done (words: `publishing.…`), until it is over: then `failed` says why it failed."""
        told = 0
        while True:
            known = await self._service.processes.document(self.key)
            assert known is not None
            for name in known["steps"][told:]:
                yield name
            told = len(known["steps"])
            if known["state"] != "running":
                self.failed = _why(known)
                return
            await self._service.processes.moved()


def _why(known: Document) -> Exception | None:
    """Why a publication that is over came to nothing."""
    if known["state"] == "refused":
        return Refused(known["code"], **known["said"])
    if known["state"] == "failed":
        return Conflict("others were faster") if known["code"] in ("Conflict", "Stale") else Unavailable(known["code"])
    return None


class Publishing:
    """The publications of one service. The same command twice is one."""

    def __init__(self, service: Undertakings, lexicon: Lexicon) -> None:
        self._service, self._lexicon, self.press = service, lexicon, Press()
        self._made: dict[UUID, Made] = {}

    async def begin(self, wanted: Order, actor: str) -> Work:
        """The publication of this command, begun if it was not yet. Raises Reused where another one is under way by the
        same id."""
        key = derived_id(wanted.id, "review")
        run = run_of(await self._service.execute.history(ENTITY, key))
        if run.running and (run.order["sent"], run.actor) != (wanted.said()["sent"], actor):
            raise Reused(1)
        await self._service.processes.begin(PUBLICATION, key, wanted.said(), actor=actor)
        return Work(self._service, key)

    async def made(self, run: Run) -> Made:
        """What is published: computed once, and once more by whoever goes on after an end. Raises Refused where it has
        come to other figures since: what was published meanwhile counts, too."""
        wanted, before = Order.of(run.order), run.last("computed")
        if run.id not in self._made:
            self._made = {run.id: await self.computed(wanted, day_of(run.began))}
        found = self._made[run.id]
        if before is not None and before.said["figures"] != found.mark:
            raise Refused("review-changed-meanwhile")
        return found

    async def computed(self, wanted: Order, day: date) -> Made:
        """What an order comes to now. `day`: on which it was given, as the documents say."""
        observatory, head = await current(self._service), wanted.head
        leaves = await observatory.period(head.period, head.day, head.upto, head.filters)
        shown, masked = (list(leaves), []) if wanted.whole else await self.looked_at(leaves, head)
        readers = {lang: Reader(lang, self._lexicon, observatory.network) for lang in languages()}
        with as_of(head.day):
            sheets = {
                lang: Sheets(self._service.ourselves.title, head, chapters(shown, head, who), day, len(masked))
                for lang, who in readers.items()
            }
        return Made(shown, len(masked), sheets, readers)

    def done_with(self, key: UUID) -> None:
        self._made.pop(key, None)

    async def looked_at(self, leaves: Sequence[Leaf], head: Head) -> tuple[list[Leaf], list[Leaf]]:
        """The figures that may be published beside all that was, and those that are left out (ADR 21, 25)."""
        page = await self._service.store.find(REVIEWS, sort=["at"], limit=MOST_PUBLISHED)
        return await looked_at(of(self._service), leaves, head, page.documents, sure_day(self._service))


async def looked_at(
    observatory: Observatory, leaves: Sequence[Leaf], head: Head, published: Sequence[Document], day: date
) -> tuple[list[Leaf], list[Leaf]]:
    """The figures that may be published and those that are left out, beside the reviews that are `published` and what
    open data has released until a day."""
    printed: dict[str, list[float]] = {}
    meant = head.filters.meant()
    for earlier in published:
        if filters_of(earlier).meant() == meant:
            for one in earlier["figures"]:
                printed.setdefault(one["indicator"], []).extend(
                    number for number in (one["value"], one["before"]) if number is not None
                )
    names = sorted({leaf.spec.indicator for leaf in leaves if leaf.spec.one.persons})
    beside = sorted({*names, *(over for name in names if (over := INDICATORS[name].means))})
    had = [
        *printed_review(observatory.network.reviews, beside),
        *await observatory.table.work(said, observatory.table, beside, observatory.table.position),
    ]
    for name in names:
        had += await released_said(observatory, INDICATORS[name], day)
    since = await begun(observatory)
    return without_small(leaves, printed, had, period=head.period, filters=meant, begun=since)


def _figure(leaf: Leaf) -> Figure:
    spec = leaf.spec
    return Figure(
        path=spec.path,
        indicator=spec.indicator,
        definition=INDICATORS[spec.indicator].version,
        sort=spec.sort,
        value=leaf.value,
        before=leaf.before,
        precision=leaf.precision,
        day=spec.day,
        after=spec.after,
        first_year=spec.first,
        last_year=spec.last,
        events=leaf.events,
    )


def step(run: Run, now: datetime) -> Do | End:
    """Figures, a document in each language, the files that are read by programs, and then all of it in the log."""
    names = ["computed", *(f"{lang}.pdf" for lang in languages()), "workbooks", "written"]
    return Do(names[len(run.steps)]) if len(run.steps) < len(names) else End()


async def _compute(service: Undertakings, run: Run) -> Told:
    publishing_of(service).done_with(run.id)  # of a round that came to nothing
    return Told({"figures": (await publishing_of(service).made(run)).mark})


def _document(lang: Lang) -> Callable[[Undertakings, Run], Awaitable[Told]]:
    async def lay_out(service: Undertakings, run: Run) -> Told:
        publishing = publishing_of(service)
        made = await publishing.made(run)
        with as_of(made.sheets[lang].head.day):
            laid = await service.outside.in_thread(order, made.sheets[lang], made.readers[lang])
        pdf = await publishing.press.pdf(laid)
        return Told({f"{lang}.pdf": await service.outside.in_thread(files_of(service).keep, pdf, "pdf")})

    return lay_out


async def _workbooks(service: Undertakings, run: Run) -> Told:
    made, files = await publishing_of(service).made(run), files_of(service)
    kept: dict[str, str] = {}
    for lang in languages():
        with as_of(made.sheets[lang].head.day):
            book = await service.outside.in_thread(workbook, made.sheets[lang], made.readers[lang])
        kept[f"{lang}.xlsx"] = await service.outside.in_thread(files.keep, book, "xlsx")
    with as_of(made.sheets["fr"].head.day):
        whole = document(made.sheets["fr"], made.shown, made.readers["fr"], made.readers["en"])
    kept["data.json"] = await service.outside.in_thread(
        files.keep, orjson.dumps(whole, option=orjson.OPT_INDENT_2), "json"
    )
    return Told(kept)


async def _write(service: Undertakings, run: Run) -> Told:
    """All figures in one batch with the publication, under the id of the form: the files differ by the moment at which
    they are made, so they are nothing that was sent."""
    wanted = Order.of(run.order)
    if await service.execute.before(PublishReview, run.id, id=wanted.id, actor=run.actor, sent=wanted.sent):
        return Told()  # it was written, and whoever did it ended before saying so
    made, head, signed = await publishing_of(service).made(run), wanted.head, notary_of(service).head
    files = {name: digest for one in run.steps if one.name != "computed" for name, digest in one.said.items()}
    command = PublishReview(
        title=head.title,
        since=head.period.since,
        until=head.period.until,
        as_of=head.day,
        known_at=head.known_at,
        upto=head.upto,
        **{str(name): value for name, value in head.filters.chosen().items()},
        figures=[_figure(leaf) for leaf in made.shown],
        masked=made.masked,
        files=files,
        signed=signed.size if signed else 0,
        root=b64encode(signed.root).decode() if signed else None,
        replaces=wanted.replaces,
        reason=wanted.reason,
    )
    outcome = await service.execute(command, id=wanted.id, actor=run.actor, sent=wanted.sent)
    await service.runner.wait_for(outcome.seq)
    publishing_of(service).done_with(run.id)
    return Told()


PUBLICATION: Process[Undertakings] = Process(
    "publication",
    step,
    works={
        "computed": _compute,
        **{f"{lang}.pdf": _document(lang) for lang in languages()},
        "workbooks": _workbooks,
        "written": _write,
    },
    tries=3,
)
"""One publication of a review, from its form to its archive."""
PUBLISHING: Key[Publishing] = Key("observatory.publishing")


def publishing_of(service: Undertakings) -> Publishing:
    """The publications of a service that runs."""
    found = service.parts.get(PUBLISHING)
    if found is None:
        found = service.parts.put(PUBLISHING, Publishing(service, Lexicon(KERNEL, service.words)))
    return found
