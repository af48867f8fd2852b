"""An installation of one process needs nothing but to be started again by the newer release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.host.all_services import DEFINITIONS
from deploy.sample.newsletter import opening_of
from services.directory.publications.domain import PublishNews
from services.directory.structures.domain.structure import RegisterStructure
from services.newsletter.bulletins.collecting import news_to_echos
from services.newsletter.bulletins.views import ITEMS
from shared.kernel.reactions import durable
from tests.drill.conftest import Place
from tests.services.newsletter.conftest import until


@pytest.mark.slow
async def test_what_a_new_release_reacts_to_it_reacts_to_on_an_older_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    older = [replace(d, reactions=[r for r in d.reactions if r is not news_to_echos]) for d in DEFINITIONS]
    with monkeypatch.context() as before:
        before.setattr("deploy.host.embedded.DEFINITIONS", older)
        async with place.up() as one:
            await one.do(opening_of("echos"))
            directory = one.installation.services["directory"]
            record = RegisterStructure(name="Eau vive", kind="association")
            structure = (await directory.execute(record, id=uuid4(), actor="test")).entity_id
            news = PublishNews(structure=structure, structure_name="Eau vive", title="Une école", text="Douze salles.")
            await directory.execute(news, id=uuid4(), actor="test")
            assert len(one.newsletter.reactions.reactions) == len(older[3].reactions)
        accounts = place.data() / "nats" / "accounts.conf"
        assert durable("newsletter", news_to_echos) not in accounts.read_text()
    async with place.up() as one:
        assert durable("newsletter", news_to_echos) in accounts.read_text()

        async def arrived() -> bool:
            return (await one.newsletter.store.find(ITEMS, limit=10)).total == 1

        await until(arrived)
