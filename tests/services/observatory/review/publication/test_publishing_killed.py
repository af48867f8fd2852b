"""A publication carried out by its process: killed between any two steps, the review is published once, as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from services.observatory.event_table.filtering import Filters
from services.observatory.figures.period import Period
from services.observatory.review.documents.chapters import Head
from services.observatory.review.documents.pdf import Press
from services.observatory.review.documents.pdf_process import Order as Page
from services.observatory.review.domain import REVIEW
from services.observatory.review.publication.published_files import TYPES, files_of
from services.observatory.review.publication.publishing import PUBLISHING, Made, Order, Publishing, publishing_of
from services.observatory.review.views import REVIEWS
from shared.base.translations import Lexicon, languages
from shared.kernel.command_handler import Reused
from shared.kernel.decider import Refused, derived_id
from shared.runtime.processes.process import ENTITY
from shared.runtime.service import Service
from shared.web.words.messages import WORDS as KERNEL
from tests.fixtures.cutting import ByHand, Cutting
from tests.services.observatory.review.publication.test_publishing import ALL_FILES, first
from tests.services.observatory.test_pages import service, write

pytestmark = pytest.mark.slow
__all__ = ["service"]  # a fixture
HEAD = Head(
    "Bilan 2016", Period(date(2016, 1, 1), date(2016, 12, 31)), date(2016, 12, 31), None, 0, Filters(department="31")
)


class Draft(Press):
    """A press that lays nothing out, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    async def pdf(self, wanted: Page) -> bytes:
        self.made.append(wanted.identifier)
        return b"%PDF-" + wanted.page.encode()


def order(upto: int, id: UUID, title: str = "Bilan 2016") -> Order:
    head = Head(title, HEAD.period, HEAD.day, None, upto, HEAD.filters)
    return Order(head, True, None, None, id, {"title": title, "whole": True, "reason": None})


class Fewer(Publishing):
    """A service that comes to one figure less."""

    async def computed(self, wanted: Order, day: date) -> Made:
        made = await super().computed(wanted, day)
        return replace(made, shown=made.shown[1:])


def begun_anew(service: Service, kind: type[Publishing] = Publishing) -> Draft:
    """The service as another process would have it: what was in mind is gone."""
    service.processes = ByHand(service)
    publishing = service.parts.put(PUBLISHING, kind(service, Lexicon(KERNEL, service.definition.words)))
    publishing.press = press = Draft()
    return press


def test_an_order_says_in_its_stream_all_that_it_takes() -> None:
    wanted = Order(HEAD, False, uuid4(), "Une faute", uuid4(), {"a": None, "b": True})
    assert Order.of(wanted.said()) == wanted
    assert all(isinstance(value, str) for value in wanted.said().values())


async def test_killed_at_any_step_and_begun_again_a_review_is_published_once(service: Service) -> None:
    upto = await write(service, first())
    whole = service.execute
    for at in range(1, 8):  # five steps, the review itself, the end
        for after in (False, True):
            id = uuid4()
            key = derived_id(id, "review")
            begun_anew(service)
            await publishing_of(service).begin(order(upto, id, f"Bilan {at}"), "somebody")
            service.execute = Cutting(whole, at, after)
            await service.processes.carry_on(key)
            assert key in service.processes.failing, (at, after)
            service.execute = whole
            press = begun_anew(service)
            await service.processes.carry_on(key)
            assert len(press.made) <= len(languages()) and (at < 2 + len(languages()) or not press.made), (
                "what was kept is not laid out again"
            )
            events = (await service.execute.history(REVIEW.entity, key)).events
            document = await service.store.get(REVIEWS, str(key))
            assert document is not None and document["count"] == len(document["figures"]) == len(events) - 1
            types = [event.type for event in (await service.execute.history(ENTITY, key)).events]
            assert types == ["ProcessBegan", *["ProcessStepped"] * 5, "ProcessEnded"], (at, after)
            for name, digest in document["files"].items():
                data = files_of(service).read(digest, name.rpartition(".")[2])
                assert data is not None and sha256(data).hexdigest() == digest and name.rpartition(".")[2] in TYPES
            assert set(document["files"]) == ALL_FILES


async def test_a_publication_goes_on_with_its_own_figures_or_says_that_they_have_changed(service: Service) -> None:
    upto, id = await write(service, first()), uuid4()
    key = derived_id(id, "review")
    begun_anew(service)
    whole, service.execute = service.execute, Cutting(service.execute, 3, False)
    await publishing_of(service).begin(order(upto, id), "somebody")
    with pytest.raises(Reused):
        await publishing_of(service).begin(order(upto, id, "Un autre"), "somebody")
    with pytest.raises(Reused):
        await publishing_of(service).begin(order(upto, id), "another")
    await service.processes.carry_on(key)
    service.execute = whole
    begun_anew(service, Fewer)
    await service.processes.carry_on(key)
    work = await _over(service, key)
    assert isinstance(work, Refused) and work.code == "review-changed-meanwhile"
    assert await service.store.get(REVIEWS, str(key)) is None


async def _over(service: Service, key: UUID) -> Exception | None:
    """Why a publication failed, as its page is told."""
    from services.observatory.review.publication.publishing import Work

    work = Work(service, key)
    assert [step async for step in work.steps()] == ["computed"]
    return work.failed
