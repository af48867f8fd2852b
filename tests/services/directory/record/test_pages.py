"""A structure's record: where each value comes from, its cards, past days, what a form takes for a commune or a
number."""

from __future__ import annotations

import json
import re
from html import unescape
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.structure import MergeStructures
from services.directory.structures.views import STRUCTURES
from shared.contract.personal import Personal
from shared.kernel.command_handler import new_command_id
from tests.fixtures.running_directory import House
from tests.services.directory.search.test_pages import chief, house, noon, register, revise

__all__ = ["chief", "house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def text_of(browser: AsyncClient, path: str) -> str:
    """The words of a page, without its marks."""
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def kynarou(house: House) -> UUID:
    one = await register(
        house,
        "Kynarou",
        noon(2012),
        commune="31555",
        themes=["Eau"],
        countries=["IN"],
        sdgs=[6],
        siret="356 000 000 00048",
        source="bilan 2017",
    )
    await revise(
        house,
        one,
        noon(2014),
        name="Kynarou France",
        commune="81065",
        department="81",
        themes=["Eau"],
        countries=["IN"],
        sdgs=[6],
        siret="35600000000048",
        source="un appel",
    )
    return one


@pytest.mark.slow
async def test_each_field_says_since_when_by_whom_and_from_what_source_and_what_it_was_before(
    house: House, chief: AsyncClient
) -> None:
    one = await kynarou(house)
    page = await text_of(chief, f"/directory/structures/{one}")
    assert "Commune Castres (81065)" in page and "Avant\u00a0: Toulouse (31555)" in unescape(page).replace(
        " : ", "\u00a0: "
    )
    assert "Depuis le 01/06/2014" in page and "source : un appel" in page and "source : bilan 2017" in page
    assert "6. Eau propre et assainissement" in page and "Inde" in page and "356" in page
    assert "Fiche modifiée : nom, département, commune" in page
    assert "Non renseigné : Sigle, Adresse" in page and "à revoir" in page


async def test_a_past_day_shows_the_record_as_it_was_and_no_way_to_change_it(house: House, chief: AsyncClient) -> None:
    one = await kynarou(house)
    there = f"/directory/structures/{one}"
    page = await text_of(chief, f"{there}?as_of=2013-05-05")
    assert "telle qu’elle était le dimanche 5 mai 2013" in page and "Toulouse (31555)" in page
    assert "Castres" not in page and "Fiche modifiée" not in page
    assert "/directory/do/" not in (await chief.get(f"{there}?as_of=2013-05-05")).text
    assert "Pas encore inscrite" in await text_of(chief, f"{there}?as_of=2012-05-31")
    assert "telle qu’elle était" not in await text_of(chief, f"{there}?as_of=2999-01-01")
    assert (await chief.get(f"{there}?as_of=nonsense")).status_code == 422
    assert (await chief.get("/directory/structures/nobody?as_of=2013-05-05")).status_code == 404


async def test_a_card_names_persons_only_for_those_who_may_see_them(house: House, chief: AsyncClient) -> None:
    one = await kynarou(house)
    name, mail = Personal("Zénobie Quatremère"), Personal("zenobie@exemple.invalid")
    await house.do(AddContact(structure=one, name=name, email=mail, role="Présidente"))
    async with house.browser() as reader:
        account = await house.opened("lecteur@exemple.invalid", "directory:reader")
        link = house.entry.mail.link(UUID((await house.document(account))["person"]))
        assert (await reader.post(link.partition("8000")[2])).status_code == 303
        full = await chief.get(f"/directory/structures/{one}.vcf")
        part = await reader.get(f"/directory/structures/{one}.vcf")
    assert full.headers["content-type"].startswith("text/vcard") and full.headers["cache-control"] == "no-store"
    assert full.text.count("BEGIN:VCARD") == 2 and "FN:Zénobie Quatremère" in full.text
    assert "EMAIL;TYPE=work:zenobie@exemple.invalid" in full.text and "TITLE:Présidente" in full.text
    assert part.text.count("BEGIN:VCARD") == 1 and "KIND:org" in part.text and "nobie" not in part.text


async def test_json_ld_says_the_record_in_the_words_of_schema_org(house: House, chief: AsyncClient) -> None:
    one = await kynarou(house)
    answer = await chief.get(f"/directory/structures/{one}.jsonld")
    assert (await chief.get("/directory/structures/nobody.jsonld")).status_code == 404
    said = json.loads(answer.content)
    assert answer.headers["content-type"] == "application/ld+json" and said["@context"] == "https://schema.org"
    assert said["name"] == "Kynarou France" and said["address"]["addressLocality"] == "Castres"
    assert said["@id"].endswith(f"/directory/structures/{one}")


async def test_a_merged_record_leads_to_the_one_that_is_kept(house: House, chief: AsyncClient) -> None:
    kept, gone = await register(house, "Kynarou France"), await register(house, "Kynarou", noon(2013))
    await house.do(MergeStructures(structure=kept, merged=gone))
    answer = await chief.get(f"/directory/structures/{gone}")
    assert answer.status_code == 303 and str(kept) in answer.headers["location"]
    assert "a été réunie avec celle-ci" in await text_of(chief, answer.headers["location"])
    assert "Kynarou" in await text_of(chief, f"/directory/structures/{gone}?as_of=2014-01-01")
    assert (await chief.get(f"/directory/structures/{gone}.vcf")).text.count("Kynarou France") >= 1


async def sent(browser: AsyncClient, **answers: object) -> tuple[int, str]:
    """A structure's form, filled in: the status, and the words of the page or where it leads."""
    form = {
        "command_id": str(new_command_id()),
        "name": "Essai",
        "kind": "association",
        "_shown": "countries",
        **answers,
    }
    answer = await browser.post("/directory/do/RegisterStructure", data=form)
    return answer.status_code, answer.headers.get("location") or unescape(answer.text)


async def test_a_commune_is_taken_by_its_name_its_postcode_or_as_it_was_suggested(
    house: House, chief: AsyncClient
) -> None:
    for written in ("Toulouse (31555)", "toulouse", "31000", "31555", "Castres (81)"):
        status, where = await sent(chief, commune=written)
        assert status == 303, where
        found = await house.now.store.get(STRUCTURES, where.rpartition("/")[2].partition("?")[0])
        assert found is not None
        expected = ("81065", "81") if "Castres" in written else ("31555", "31")
        assert (found["commune"], found["department"]) == expected, written
    status, page = await sent(chief, commune="Castres")
    assert status == 422 and "Castres (81065), Castres (02142)" in page and 'value="Castres"' in page
    status, page = await sent(chief, commune="Nulle-Part-sur-Rien")
    assert status == 422 and "Aucune commune ne porte ce nom" in page
    form = (await chief.get(f"/directory/do/ReviseStructure?structure={found['key']}&version=1")).text
    assert 'value="Castres (81065)"' in form and 'data-from="/directory/communes"' in form


async def test_numbers_are_taken_with_spaces_and_what_is_wrong_with_them_is_said(
    house: House, chief: AsyncClient
) -> None:
    assert (await sent(chief, siret="356 000 000 00048", siren="356.000.000", rna="w313 004 120"))[0] == 303
    for field, value, said in (
        ("siren", "356000001", "Ce SIREN a une faute de frappe"),
        ("siret", "3560000000004", "14 chiffres"),
        ("siret", "35600000000049", "Ce SIRET a une faute de frappe"),
        ("rna", "W12", "Un numéro RNA est un W suivi de neuf chiffres"),
    ):
        status, page = await sent(chief, **{field: value})
        assert status == 422 and said in page, (field, value)


async def test_countries_are_chosen_by_their_french_names_and_goals_by_theirs(house: House, chief: AsyncClient) -> None:
    page = (await chief.get("/directory/do/RegisterStructure")).text
    for code, name in (("CD", "République démocratique du Congo"), ("PS", "Palestine"), ("SN", "Sénégal")):
        assert re.search(rf'name="countries" value="{code}"[^>]*><label[^>]*>{name}<', page), code
    assert 'value="17"' in page and "17. Partenariats pour la réalisation des objectifs" in page
    status, where = await sent(chief, countries=["SN", "CD"], sdgs=["6", "17"])
    assert status == 303
    key = where.rpartition("/")[2].partition("?")[0]
    form = (await chief.get(f"/directory/do/ReviseStructure?structure={key}&version=1")).text
    ticked = re.findall(r'name="countries" value="(..)" checked', form)
    assert ticked == ["CD", "SN"] and form.index('value="CD"') < form.index('value="AF"')
