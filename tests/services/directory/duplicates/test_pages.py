"""The work list of duplicates, two records side by side, merging and undoing, namesakes told apart for good."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient, Response

from services.directory.casework.domain.support import GiveSupport
from services.directory.duplicates.worklist import duplicates_of
from services.directory.structures.domain.structure import MergeStructures, RegisterStructure, ReviseStructure
from services.directory.structures.views import STRUCTURES
from shared.kernel.correcting import LiftStrikes, StrikeEvents
from tests.fixtures.running_directory import House, house
from tests.fixtures.signing_in import account, operator

pytestmark = pytest.mark.slow

__all__ = ["house"]
LIST = "/directory/duplicates"


@pytest.fixture
async def browser(house: House) -> AsyncIterator[AsyncClient]:
    async with house.browser() as client:
        client.headers.update(operator(house.now))
        yield client


async def structure(house: House, name: str, **more: object) -> UUID:
    command = RegisterStructure.model_validate({"name": name, "kind": "association", **more})
    return (await house.do(command)).entity_id


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden answers of the form that goes to `action`, and the choices that stand ticked."""
    form = re.search(rf'<form[^>]* action="{action}".*?</form>', page, re.DOTALL)
    assert form is not None, f"no form goes to {action}"
    inputs = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form[0])
    ticked = re.findall(r'<input type="radio" id="[\w-]+" name="([\w-]+)" value="(\w+)" checked', form[0])
    return {name: unescape(value) for name, value in [*inputs, *ticked]}


async def compared(browser: AsyncClient) -> str:
    """The page of the first pair of the list."""
    link = re.search(r'href="(/directory/duplicates/compare[^"]+)"', (await browser.get(LIST)).text)
    assert link is not None, "the list is empty"
    return (await browser.get(unescape(link[1]))).text


async def merge(browser: AsyncClient, page: str, **more: str) -> Response:
    return await browser.post(f"{LIST}/merge", data={**hidden(page, f"{LIST}/merge"), **more})


async def test_two_records_become_one_field_by_field_and_two_again(house: House, browser: AsyncClient) -> None:
    kept = await structure(house, "Kynarou France", themes=["Eau"], website="https://kynarou.fr")
    other = await structure(house, "Kynarou", rna="W313004120", themes=["Santé"], website="https://kynarou.org")
    await house.do(GiveSupport(structure=kept, kind="communication"))
    page = await compared(browser)
    answers = hidden(page, f"{LIST}/merge")
    assert (answers["kept"], answers["merged"]) == (str(kept), str(other)), "the one of which more is said is kept"
    assert (answers["take-rna"], answers["take-website"], answers["take-themes"]) == ("other", "kept", "other")
    done = await merge(browser, page, **{"take-website": "other"})
    assert done.status_code == 303 and done.headers["location"].startswith(f"{LIST}?done=")
    document = await house.now.store.get(STRUCTURES, str(kept))
    assert document is not None
    assert (document["name"], document["rna"], document["website"]) == (
        "Kynarou France",
        "W313004120",
        "https://kynarou.org",
    )
    assert document["themes"] == ["Eau", "Santé"]
    again = await merge(browser, page, **{"take-website": "other"})
    assert again.status_code == 303 and await house.events("StructuresMerged") == 1, "sent twice is done once"

    moved = await browser.get(f"/directory/structures/{other}")
    assert moved.status_code == 303 and f"/directory/structures/{kept}" in moved.headers["location"]
    said = (await browser.get(f"/directory/api/structures/{other}")).json()
    assert said["merged_into"] == str(kept) and said["closed"]
    record = (await browser.get(f"/directory/structures/{kept}")).text
    undo = hidden(record, f"{LIST}/undo")
    assert "Fiches réunies avec celle-ci" in record and undo["merged"] == str(other)
    assert "Kynarou" in (await browser.get(f"{LIST}?tab=merged")).text
    back = await browser.post(f"{LIST}/undo", data=undo)
    assert back.headers["location"].startswith(f"/directory/structures/{kept}?done=")
    document = await house.now.store.get(STRUCTURES, str(kept))
    assert document is not None and (document["rna"], document["themes"]) == (None, ["Eau"])
    assert (await browser.get(f"/directory/structures/{other}")).status_code == 200
    assert "Aucune fusion" in (await browser.get(f"{LIST}?tab=merged")).text


async def test_of_merges_that_were_undone_the_button_undoes_the_one_that_stands_again(
    house: House, browser: AsyncClient
) -> None:
    """Two records were merged twice, both times by mistake; the first was none after all."""
    kept, gone = await structure(house, "Kynarou France"), await structure(house, "Kynarou", rna="W313004120")
    merges: list[dict[str, Any]] = []
    for taken in (["rna"], []):
        await house.do(MergeStructures.model_validate({"structure": kept, "merged": gone, "taken": taken}))
        said = (await house.now.execute.history("structure", kept)).events
        id = UUID([one.id for one in said if one.type == "StructuresMerged"][-1])
        merges.append({"kind": "structure", "about": kept, "events": [id], "reason": "doublon"})
        await house.do(StrikeEvents(**merges[-1]))
    await house.do(LiftStrikes(**merges[0]))
    record = (await browser.get(f"/directory/structures/{kept}")).text
    assert "Fiches réunies avec celle-ci" in record and "Repris\u00a0: " in unescape(record)
    await browser.post(f"{LIST}/undo", data=hidden(record, f"{LIST}/undo"))
    assert "Fiches réunies avec celle-ci" not in (await browser.get(f"/directory/structures/{kept}")).text
    assert (await browser.get(f"/directory/structures/{gone}")).status_code == 200


async def test_a_form_that_is_older_than_either_record_changes_nothing(house: House, browser: AsyncClient) -> None:
    ids = [await structure(house, "Kynarou France"), await structure(house, "Kynarou")]
    for id in ids:
        page = await compared(browser)
        await house.do(
            ReviseStructure(structure=id, name=f"Kynarou {'France' if id == ids[0] else ''}x", kind="company")
        )
        answer = await merge(browser, page)
        assert answer.status_code == 409 and "Rien n’est encore enregistré" in answer.text
    assert await house.events("StructuresMerged") == 0


async def test_namesakes_are_told_apart_for_good_and_doubted_again(house: House, browser: AsyncClient) -> None:
    one, two = (
        await structure(house, "Amis du Mali", department="31"),
        await structure(house, "Amis du Mali", department="81"),
    )
    page = await compared(browser)
    answers = hidden(page, f"{LIST}/apart")
    short = await browser.post(f"{LIST}/apart", data={**answers, "reason": "x"})
    assert short.status_code == 422 and "trois caractères" in short.text
    told = await browser.post(f"{LIST}/apart", data={**answers, "reason": "Deux villes, deux bureaux"})
    assert told.status_code == 303 and "apart=1" in told.headers["location"]
    assert "Aucun doublon en vue" in (await browser.get(LIST)).text
    await house.do(ReviseStructure(structure=one, name="Les amis du Mali", kind="association", department="31"))
    assert await duplicates_of(house.now).pairs() == [], "whatever changes in them"
    apart = (await browser.get(f"{LIST}?tab=apart")).text
    assert "Deux villes, deux bureaux" in apart
    answer = await browser.post(f"{LIST}/doubt", data=hidden(apart, f"{LIST}/doubt"))
    assert answer.status_code == 303
    (pair,) = await duplicates_of(house.now).pairs()
    assert {pair.first, pair.second} == {str(one), str(two)}


async def test_the_list_is_filtered_counted_and_cut_into_pages_and_leads_from_pair_to_pair(
    house: House, browser: AsyncClient
) -> None:
    words = [
        f"{a}{b}" for a in ("bal", "cor", "dim", "fen", "gul", "hop") for b in ("adar", "etic", "omen", "upil", "izon")
    ]
    for word in words:
        await structure(house, f"Structure {word}")
        await structure(house, f"Structure {word}", acronym="X" + word)
    await structure(house, "Casir")
    await structure(house, "Collectif d’acteurs du Roussillon (Casir)")
    page = (await browser.get(LIST)).text
    assert "31\u00a0paires" in page and "Page 2" in page and page.count("Comparer") >= 25
    by_acronym = (await browser.get(f"{LIST}?reason=acronym")).text
    assert "1\u00a0paire" in by_acronym and "Casir" in by_acronym and "Structure baladar" not in by_acronym
    assert "1\u00a0paire<" in (await browser.get(f"{LIST}?q=baladar")).text
    assert "Aucune ne répond" in (await browser.get(f"{LIST}?q=baladar&sure=low")).text
    start = unescape(
        re.findall(r'href="(/directory/duplicates/compare[^"]+)"', (await browser.get(f"{LIST}?q=bal")).text)[1]
    )
    page = (await browser.get(start)).text
    assert "Paire 2 sur 5" in page and "q=bal" in page
    following = (await merge(browser, page)).headers["location"]
    page = (await browser.get(following)).text
    assert "Paire 2 sur 4" in page and "ne font plus qu’une" in page.replace("n’en", "ne")


async def test_readers_look_and_only_editors_merge(house: House, browser: AsyncClient) -> None:
    await structure(house, "Kynarou France")
    await structure(house, "Kynarou")
    answers = hidden(await compared(browser), f"{LIST}/merge")
    reader = await account(house.now, "directory:reader")
    async with house.browser() as client:
        client.cookies.update(await reader.cookie())
        assert "Réunir les deux fiches" not in await compared(client)
        assert (await client.post(f"{LIST}/merge", data=answers)).status_code == 403
    gone = await browser.get(f"{LIST}/compare?first={uuid4()}&second={uuid4()}")
    assert gone.status_code == 404
    assert (await browser.post(f"{LIST}/merge", data={**answers, "command_id": "x"})).status_code == 400
    assert (await browser.post(f"{LIST}/merge", data={**answers, "kept": "x"})).status_code == 422
    same = {**answers, "merged": answers["kept"]}
    assert (await browser.post(f"{LIST}/merge", data=same)).status_code in (404, 409, 422)
    assert await house.events("StructuresMerged") == 0
