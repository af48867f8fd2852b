"""Publishing a review: figures computed, files made and kept, one batch of events. It goes on when its reader goes
away."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import structlog

from services.observatory.event_table.moment import today
from services.observatory.figures.computed import Leaf
from services.observatory.figures.observatory import Observatory, of
from services.observatory.indicators import INDICATORS
from services.observatory.ledger.notary import notary_of
from services.observatory.open_data.disclosed import printed as printed_review
from services.observatory.open_data.disclosed import said
from services.observatory.open_data.releases import released_said, sure_day
from services.observatory.review.chapters import Head, Reader, chapters
from services.observatory.review.domain import Figure, PublishReview
from services.observatory.review.pdf import Press, Sheets, order
from services.observatory.review.published_files import files_of
from services.observatory.review.suppression import without_small
from services.observatory.review.views import REVIEWS, filters_of
from services.observatory.review.workbook import document, workbook
from shared.base.translations import Lexicon, languages
from shared.kernel.command_handler import Outcome, Reused, Stale
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Conflict, Unavailable
from shared.runtime.parts import Key
from shared.runtime.service import Service
from shared.web.words.messages import WORDS as KERNEL

log = structlog.get_logger()
KEPT = 50  # that are remembered after they ended
MOST_PUBLISHED = 2_000  # reviews whose figures are looked at


@dataclass(frozen=True, slots=True)
class Order:
    """What an editor wants published. `whole`: small counts of persons too."""

    head: Head
    whole: bool
    replaces: UUID | None
    reason: str | None


@dataclass
class Work:
    """One publication under way: what was sent, by whom; the steps that are done (words: `publishing.…`); then what it
    came to, or why it failed."""

    sent: Mapping[str, Any]
    actor: str
    done: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    failed: Exception | None = None
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def step(self, name: str) -> None:
        self.done.append(name)
        self._tell()

    def _tell(self) -> None:
        self.moved.set()
        self.moved = asyncio.Event()

    def end(self, outcome: Outcome | None, failed: Exception | None = None) -> None:
        self.outcome, self.failed = outcome, failed
        self._tell()

    async def steps(self) -> AsyncIterator[str]:
        """The steps as they are done, until it ends."""
        told = 0
        while True:
            moved = self.moved
            for name in self.done[told:]:
                yield name
            told = len(self.done)
            if self.outcome is not None or self.failed is not None:
                return
            await moved.wait()


class Publishing:
    """The publications of one service. The same command twice is one."""

    def __init__(self, service: Service, lexicon: Lexicon) -> None:
        self._service, self._lexicon, self.press = service, lexicon, Press()
        self._works: dict[UUID, Work] = {}

    def begin(self, observatory: Observatory, wanted: Order, id: UUID, actor: str, sent: Mapping[str, Any]) -> Work:
        """The publication of this command, begun if it was not yet. `sent`: what its form said. Raises Reused where
        another one is under way by the same id."""
        found = self._works.get(id)
        if found is not None and found.failed is None and (found.sent, found.actor) != (sent, actor):
            raise Reused(1)
        if found is None or found.failed is not None:
            found = self._works[id] = Work(sent, actor)
            found.task = asyncio.create_task(self._carry_out(found, observatory, wanted, id, actor))
            while len(self._works) > KEPT:
                self._works.pop(next(iter(self._works)))
        return found

    async def _carry_out(self, work: Work, observatory: Observatory, wanted: Order, id: UUID, actor: str) -> None:
        try:
            command = await self._made(work, observatory, wanted)
            # The files differ by the moment at which they are made, so they are nothing that was sent.
            outcome = await self._service.execute(command, id=id, actor=actor, sent=work.sent)
            await self._service.runner.wait_for(outcome.seq)
        except (Refused, Stale, Conflict, Unavailable) as no:
            work.end(None, no)
        except Exception as error:
            log.exception("review.not_published")
            work.end(None, error)
        else:
            work.step("written")
            work.end(outcome)

    async def _made(self, work: Work, observatory: Observatory, wanted: Order) -> PublishReview:
        head = wanted.head
        leaves = await observatory.period(head.period, head.day, head.upto, head.filters)
        shown, masked = (list(leaves), []) if wanted.whole else await self.looked_at(leaves, head)
        work.step("computed")
        readers = {lang: Reader(lang, self._lexicon, observatory.network) for lang in languages()}
        made = {
            lang: Sheets(self._service.settings.title, head, chapters(shown, head, who), today(), len(masked))
            for lang, who in readers.items()
        }
        files = files_of(self._service)
        kept: dict[str, str] = {}
        for lang in languages():
            pdf = await self.press.pdf(await self._service.outside.in_thread(order, made[lang], readers[lang]))
            kept[f"{lang}.pdf"] = await self._service.outside.in_thread(files.keep, pdf, "pdf")
            work.step(f"{lang}.pdf")
        for lang in languages():
            book = await self._service.outside.in_thread(workbook, made[lang], readers[lang])
            kept[f"{lang}.xlsx"] = await self._service.outside.in_thread(files.keep, book, "xlsx")
        whole = document(made["fr"], shown, readers["fr"], readers["en"])
        kept["data.json"] = await self._service.outside.in_thread(
            files.keep, orjson.dumps(whole, option=orjson.OPT_INDENT_2), "json"
        )
        work.step("workbooks")
        signed = notary_of(self._service).head
        return PublishReview(
            title=head.title, since=head.period.since, until=head.period.until, as_of=head.day, known_at=head.known_at,
            upto=head.upto,
            **{str(name): value for name, value in head.filters.chosen().items()},
            figures=[_figure(leaf) for leaf in shown],
            masked=len(masked), files=kept, signed=signed.size if signed else 0,
            root=b64encode(signed.root).decode() if signed else None, replaces=wanted.replaces, reason=wanted.reason,
        )  # fmt: skip

    async def looked_at(self, leaves: Sequence[Leaf], head: Head) -> tuple[list[Leaf], list[Leaf]]:
        """The figures that may be published beside all that was, and those that are left out (ADR 21, 25)."""
        page = await self._service.store.find(REVIEWS, sort=["at"], limit=MOST_PUBLISHED)
        printed: dict[str, list[float]] = {}
        for earlier in page.documents:
            if filters_of(earlier) == head.filters:
                for one in earlier["figures"]:
                    printed.setdefault(one["indicator"], []).extend(
                        number for number in (one["value"], one["before"]) if number is not None
                    )
        observatory = of(self._service)
        names = sorted({leaf.spec.indicator for leaf in leaves if leaf.spec.one.persons})
        beside = sorted({*names, *(over for name in names if (over := INDICATORS[name].means))})
        had = [
            *printed_review(observatory.network.printed, beside),
            *await observatory.table.work(said, observatory.table, beside, observatory.table.position),
        ]
        for name in names:
            had += await released_said(observatory, INDICATORS[name], sure_day(self._service))
        return without_small(leaves, printed, had, period=head.period, filters=head.filters)


def _figure(leaf: Leaf) -> Figure:
    spec = leaf.spec
    return Figure(
        path=spec.path, indicator=spec.indicator, definition=INDICATORS[spec.indicator].version, sort=spec.sort,
        value=leaf.value,
        before=leaf.before, precision=leaf.precision, day=spec.day, after=spec.after, first_year=spec.first,
        last_year=spec.last, events=leaf.events,
    )  # fmt: skip


PUBLISHING: Key[Publishing] = Key("observatory.publishing")


def publishing_of(service: Service) -> Publishing:
    """The publications of a service that runs."""
    found = service.parts.get(PUBLISHING)
    if found is None:
        found = service.parts.put(PUBLISHING, Publishing(service, Lexicon(KERNEL, service.definition.words)))
    return found
