"""The public directory: what is listed or published and nothing else, for everybody, kept by caches, read by robots."""

from __future__ import annotations

import json
import re
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest

from services.directory.structures.domain.listing import ListStructure, UnlistStructure, WishListing
from services.directory.structures.domain.structure import CloseStructure, MergeStructures, ReviseStructure
from tests.fixtures.running_directory import HOST, House, house
from tests.fixtures.two_structures import ANNA, PUBLIC, SPACE_PAGE, answers, contact, join, published, staff, structure

pytestmark = pytest.mark.slow

__all__ = ["house"]  # pytest finds its fixture here
SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


async def listed(house: House, name: str, **more: object) -> UUID:
    id = await structure(house, name, **more)
    await house.do(ListStructure(structure=id))
    return id


async def test_only_listed_records_are_found_and_what_is_listed_no_more_is_gone(house: House) -> None:
    shown = await listed(house, "Eau vive", department="31", themes=["eau"], countries=["SN"])
    never = await structure(house, "Eau cachée", themes=["eau"])
    left, closed = await listed(house, "Eau partie"), await listed(house, "Eau close")
    await house.do(UnlistStructure(structure=left))
    await house.do(CloseStructure(structure=closed, reason="Dissoute"))
    async with house.browser() as public:
        page = (await public.get(f"{PUBLIC}?q=eau")).text
        assert "Eau vive" in page
        for hidden in ("Eau cachée", "Eau partie", "Eau close"):
            assert hidden not in page
        assert "1 structure" in page.replace("\u00a0", " ")
        for id, status in ((shown, 200), (never, 404), (left, 410), (closed, 410), (uuid4(), 404), ("x", 404)):
            for path in (f"{PUBLIC}/structures/{id}", f"{PUBLIC}/structures/{id}.jsonld"):
                assert (await public.get(path)).status_code == status, path
        for choice, found in (
            ("department=31", True),
            ("department=09", False),
            ("countries=SN", True),
            ("themes=feu", False),
        ):
            assert ("Eau vive" in (await public.get(f"{PUBLIC}?{choice}")).text) == found, choice
        assert (await public.get(f"{PUBLIC}/claim?structure={never}")).status_code == 404, (
            "nobody learns that it is there"
        )


async def test_a_typing_error_is_forgiven_and_tells_no_word_of_a_record_that_is_not_public(house: House) -> None:
    await listed(house, "Soleil levant")
    await structure(house, "Kynarou")
    async with house.browser() as public:
        near = (await public.get(f"{PUBLIC}?q=soleill")).text
        assert "Soleil levant" in near and "ce qui s’en approche" in near
        hidden = (await public.get(f"{PUBLIC}?q=kinarou")).text
        assert "kynarou" not in hidden.lower() and "Aucune structure" in hidden


async def test_a_department_is_seen_from_nearby_with_listed_structures_alone(house: House) -> None:
    await listed(house, "Eau vive", department="31", commune="31555", themes=["eau"])
    await listed(house, "Eau claire", department="31", themes=["eau"])
    await structure(house, "Eau cachée", department="31", commune="31149", themes=["eau"])
    await listed(house, "Ailleurs", department="75", commune="75056")
    async with house.browser() as public:
        region = (await public.get(f"{PUBLIC}?q=eau")).text
        assert f"{PUBLIC}?q=eau&amp;department=31" in region and "1 structure est ailleurs" not in region
        nearby = (await public.get(f"{PUBLIC}?q=eau&department=31")).text.replace("\u00a0", " ")
        assert "De plus près : Haute-Garonne" in nearby and "Toulouse (31555)" in nearby
        assert "Colomiers" not in nearby and "1 structure n’a pas de commune connue" in nearby
        town = (await public.get(f"{PUBLIC}?department=31&commune=31555")).text
        assert "Eau vive" in town and "Eau claire" not in town
        far = (await public.get(PUBLIC)).text.replace("\u00a0", " ")
        assert "1 structure est ailleurs" in far and 'value="75"' in far


async def test_a_merged_record_leads_to_the_one_that_is_kept(house: House) -> None:
    kept, merged = await listed(house, "Kynarou"), await listed(house, "Kynarou France")
    await house.do(MergeStructures(structure=kept, merged=merged))
    async with house.browser() as public:
        answer = await public.get(f"{PUBLIC}/structures/{merged}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"{PUBLIC}/structures/{kept}")


async def test_nothing_about_a_person_is_on_any_public_page(house: House) -> None:
    own = await house.contact(ANNA, "Eau vive")
    await house.do(ListStructure(structure=own))
    await join(house, own)
    async with contact(house, ANNA) as anna, house.browser() as public:
        key = await published(house, anna, own)
        for path in (
            PUBLIC, f"{PUBLIC}/structures/{own}", f"{PUBLIC}/structures/{own}.jsonld", f"{PUBLIC}/publications",
            f"{PUBLIC}/publications/{key}", f"{PUBLIC}/sitemap.xml", f"{PUBLIC}/claim?structure={own}",
        ):  # fmt: skip
            page = await public.get(path)
            assert page.status_code == 200, path
            for personal in ("Personne inventée", "exemple.invalid", "anna"):
                assert personal not in page.text.lower().replace("personne inventée", "Personne inventée"), (
                    path,
                    personal,
                )


async def test_a_page_is_kept_by_caches_until_something_is_said(house: House) -> None:
    own = await listed(house, "Eau vive")
    async with house.browser() as public, staff(house, "directory:reader") as team:
        for path in (PUBLIC, f"{PUBLIC}/structures/{own}", f"{PUBLIC}/publications", f"{PUBLIC}/sitemap.xml"):
            first = await public.get(path)
            assert first.headers["cache-control"].startswith("public, max-age="), path
            same = await public.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert (same.status_code, same.content) == (304, b""), path
            theirs = await team.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert theirs.status_code == 200 and "public" not in theirs.headers["cache-control"], path
            english = await public.get(path, headers={"If-None-Match": first.headers["etag"], "Cookie": "lang=en"})
            assert english.status_code == 200
        tag = (await public.get(PUBLIC)).headers["etag"]
        await house.do(ReviseStructure(structure=own, name="Eau claire", kind="association"))
        later = await public.get(PUBLIC, headers={"If-None-Match": tag})
        assert later.status_code == 200 and "Eau claire" in later.text


async def test_a_record_says_what_it_is_to_search_engines_and_no_name_breaks_out_of_it(house: House) -> None:
    name = "Eau </script><script>alert(1)</script> vive"
    own = await listed(
        house, name, department="31", commune="31555", website="https://exemple.fr/?a=1&b=2", siren="732829320"
    )
    async with house.browser() as public:
        page = (await public.get(f"{PUBLIC}/structures/{own}")).text
        (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
        said = json.loads(data)
        assert said["@type"] == "NGO" and said["name"] == name and said["url"] == "https://exemple.fr/?a=1&b=2"
        assert said["@id"] == f"{HOST}{PUBLIC}/structures/{own}"
        assert f'<link rel="canonical" href="{HOST}{PUBLIC}/structures/{own}">' in page
        assert page.count("<script") == 1 and "alert(1)</script>" not in page
        apart = await public.get(f"{PUBLIC}/structures/{own}.jsonld")
        assert apart.headers["content-type"] == "application/ld+json" and apart.json()["name"] == name


async def test_robots_find_the_map_and_the_map_finds_all_that_is_listed(house: House) -> None:
    own = [await listed(house, f"Eau {n}") for n in range(3)]
    await structure(house, "Cachée")
    async with house.browser() as public:
        robots = (await public.get("/robots.txt")).text
        assert f"Sitemap: {HOST}{PUBLIC}/sitemap.xml" in robots and "Disallow: /directory/sign-in" in robots
        answer = await public.get(f"{PUBLIC}/sitemap.xml")
        found = {one.text for one in ElementTree.fromstring(answer.text).findall(".//s:loc", SPACE)}
        assert {f"{HOST}{PUBLIC}/structures/{id}" for id in own} <= found and len(found) == 3 + 2
        assert (await public.get(f"{PUBLIC}/sitemap/1.xml")).status_code == 200
        assert (await public.get(f"{PUBLIC}/sitemap/2.xml")).status_code == 404


async def test_a_wish_waits_for_the_team_which_lists_or_declines_it(house: House) -> None:
    first, second = await house.contact(ANNA, "Eau vive"), await structure(house, "Soleil")
    for id in (first, second):
        await house.do(WishListing(structure=id))
    async with (
        staff(house, "directory:editor") as team,
        staff(house, "directory:reader") as reader,
        house.browser() as public,
    ):
        page = (await team.get("/directory/listings")).text
        assert "Eau vive" in page and "Soleil" in page and "2 structures attendent" in page.replace("\u00a0", " ")
        assert "/accept" not in (await reader.get("/directory/listings")).text
        version = re.findall(rf'{first}/accept"><input[^>]*><input type="hidden" name="version" value="(\d+)"', page)[0]
        refused = await reader.post(f"/directory/listings/{first}/accept", data=answers(version=version))
        assert refused.status_code == 403
        done = await team.post(f"/directory/listings/{first}/accept", data=answers(version=version))
        assert done.status_code == 303
        assert (await public.get(f"{PUBLIC}/structures/{first}")).status_code == 200
        without = await team.post(f"/directory/listings/{second}/decline", data=answers(version="2", reason=""))
        assert without.status_code == 422 and await house.events("StructureListingDeclined") == 0
        done = await team.post(f"/directory/listings/{second}/decline", data=answers(version="2", reason="Pas d’ici"))
        assert done.status_code == 303
        assert "Rien à décider" in (await team.get("/directory/listings")).text
        async with contact(house, ANNA) as anna:
            left = await anna.post(f"{SPACE_PAGE}/{first}/listing/leave", data=answers())
            assert left.status_code == 303 and (await public.get(f"{PUBLIC}/structures/{first}")).status_code == 410
