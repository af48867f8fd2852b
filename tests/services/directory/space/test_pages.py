"""The member's own space: who may do what to which record, drafts, pictures, hostile texts, what is taken back."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from uuid import UUID, uuid4

import pytest
from PIL import Image
from PIL.ExifTags import Base

from services.directory.projects.domain import ReviseProject
from services.directory.projects.views import PROJECTS
from services.directory.publications.picture_retention import sweep
from services.directory.publications.pictures import BIGGEST, pictures_of
from services.directory.publications.views import SPACE
from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.listing import DeclineListing, ListStructure
from services.directory.structures.domain.structure import MergeStructures, ReviseStructure
from services.directory.structures.views import STRUCTURES
from shared.contract.membership.members import MemberLeft
from shared.contract.personal import Personal
from tests.fixtures.running_directory import House, house
from tests.fixtures.signing_in import say
from tests.fixtures.two_structures import (
    ANNA,
    BORIS,
    PUBLIC,
    SPACE_PAGE,
    answers,
    contact,
    drafted,
    hidden,
    join,
    key_of,
    picture,
    published,
    structure,
    where,
)
from tests.services.directory.publications.test_pictures import huge_png

pytestmark = pytest.mark.slow

__all__ = ["house"]  # pytest finds its fixture here


async def record(house: House, id: UUID) -> dict[str, object]:
    found = await house.now.store.get(STRUCTURES, str(id))
    assert found is not None
    return found


async def test_a_contact_corrects_the_record_of_a_structure_that_is_no_member(house: House) -> None:
    own = await house.contact(ANNA, "Eau vive")
    async with contact(house, ANNA) as anna:
        assert "Eau vive" in (await anna.get(SPACE_PAGE)).text
        page = (await anna.get(f"{SPACE_PAGE}/{own}/record")).text
        form = answers(
            version=hidden(page, "version"), name="Eau vive", kind="association", themes="eau\nsanté", countries="SN"
        )
        assert where(await anna.post(f"{SPACE_PAGE}/{own}/record", data=form)) == f"{SPACE_PAGE}/{own}"
        assert (await record(house, own))["themes"] == ["eau", "santé"]
        stale = await anna.post(f"{SPACE_PAGE}/{own}/record", data={**form, **answers(), "name": "Autre"})
        assert stale.status_code == 409 and "avant vous" in stale.text
        wrong = await anna.post(f"{SPACE_PAGE}/{own}/record", data={**form, **answers(), "website": "javascript:x"})
        assert wrong.status_code == 422 and "https://" in wrong.text and "javascript:x" in wrong.text
        assert (await record(house, own))["name"] == "Eau vive"
        (said,) = [e async for run in house.now.log.read() for e in run if e.subject.endswith(".StructureRevised")]
        assert b'"actor":"account:' in said.body.replace(b" ", b"")


async def test_an_older_answer_that_nobody_touched_stops_no_form_and_a_new_one_is_judged(house: House) -> None:
    own = await house.contact(ANNA, "Eau vive")
    older = {"name": "Eau\u202evive", "kind": "association", "website": "www.eau", "themes": ["eau\u0085vive"]}
    await house.do(
        ReviseStructure.model_construct(structure=own, **older, countries=["ZZ"], sdgs=[], summary="Un\x1bpuits")
    )
    async with contact(house, ANNA) as anna:
        page = (await anna.get(f"{SPACE_PAGE}/{own}/record")).text
        sent = {
            **older,
            "countries": "ZZ",
            "summary": "Un\x1bpuits",
            "acronym": "EV\u00a0\t2",
            "version": hidden(page, "version"),
        }
        assert where(await anna.post(f"{SPACE_PAGE}/{own}/record", data=answers(**sent))) == f"{SPACE_PAGE}/{own}"
        kept = await record(house, own)
        assert (kept["acronym"], kept["name"], kept["countries"]) == ("EV 2", older["name"], ["ZZ"])
        (*_, last) = [e async for run in house.now.log.read() for e in run if e.subject.endswith(".StructureRevised")]
        assert b'"data":{"acronym":"EV 2"' in last.body.replace(b'"cleared":[],', b"")
        sent |= {"version": hidden((await anna.get(f"{SPACE_PAGE}/{own}/record")).text, "version")}
        for name, text in [("name", "Eau\u202e vive"), ("summary", "Un \x1b puits"), ("siret", "35600000000049")]:
            wrong = await anna.post(f"{SPACE_PAGE}/{own}/record", data=answers(**{**sent, name: text}))
            assert (
                wrong.status_code == 422 and f'href="#f-{name}"' in wrong.text and 'aria-invalid="true"' in wrong.text
            )
        agrees = answers(**{**sent, "siren": "732829320", "siret": "356 000 000 00048"})
        wrong = await anna.post(f"{SPACE_PAGE}/{own}/record", data=agrees)
        assert wrong.status_code == 422 and 'href="#f-siret"' in wrong.text and "356 000 000 00048" in wrong.text


async def test_a_wish_to_be_listed_is_made_seen_and_its_refusal_read(house: House) -> None:
    own = await house.contact(ANNA)
    async with contact(house, ANNA) as anna:
        page = (await anna.get(f"{SPACE_PAGE}/{own}")).text
        form = answers(version=hidden(page, "version"))
        for _ in range(2):  # the same form twice is one wish
            assert where(await anna.post(f"{SPACE_PAGE}/{own}/listing", data=form)) == f"{SPACE_PAGE}/{own}"
        assert await house.events("StructureListingWished") == 1
        assert "Inscription demandée" in (await anna.get(f"{SPACE_PAGE}/{own}")).text
        await house.do(DeclineListing(structure=own, reason="Il manque une présentation"))
        assert "Il manque une présentation" in (await anna.get(f"{SPACE_PAGE}/{own}")).text


async def test_another_structures_contact_touches_nothing_and_learns_nothing(house: House) -> None:
    own, other = await house.contact(ANNA, "Eau vive"), await house.contact(BORIS, "Soleil levant")
    await join(house, own)
    await join(house, other)
    async with contact(house, ANNA) as anna, contact(house, BORIS) as boris:
        draft = key_of(await drafted(anna, own, title="Secret de fabrique"))
        enter = answers(title="Puits", summary="Des puits", country="SN", stage="running")
        project = key_of(await anna.post(f"{SPACE_PAGE}/{own}/projects/new", data=enter))
        before = await house.now.log.last()
        places = [
            "", "/record", "/picture", "/new/news", "/projects/new", f"/projects/{project}", "/picture/" + "a" * 64,
        ]  # fmt: skip
        reads = [f"{SPACE_PAGE}/{own}{place}" for place in places]
        reads += [f"{SPACE_PAGE}/publications/{draft}", f"{SPACE_PAGE}/publications/{draft}/edit"]
        writes = [
            f"{SPACE_PAGE}/{own}{place}" for place in ("/record", "/listing", "/listing/leave", "/picture", "/new/news")
        ]
        writes += [f"{SPACE_PAGE}/{own}/projects/{project}{what}" for what in ("", "/publish", "/withdraw")]
        writes += [f"{SPACE_PAGE}/publications/{draft}/{what}" for what in ("edit", "publish", "withdraw")]
        # Under the neighbour's own record, too.
        writes += [f"{SPACE_PAGE}/{other}/projects/{project}{what}" for what in ("", "/publish", "/withdraw")]
        for path in reads:
            answer = await boris.get(path)
            assert answer.status_code == 404 and "Secret" not in answer.text, path
        for path in writes:
            answer = await boris.post(
                path, data=answers(title="x", text="y", reason="parce que", name="Volée", kind="other")
            )
            assert answer.status_code == 404, path
        assert await house.now.log.last() == before
        assert "Secret" not in (await boris.get(f"{SPACE_PAGE}/{other}")).text
        assert (await boris.get(f"{PUBLIC}/publications/{draft}")).status_code == 404
        assert (await boris.get("/directory/api/space")).status_code == 403


async def test_nobody_who_is_signed_out_sees_a_space(house: House) -> None:
    own = await house.contact(ANNA)
    async with house.browser() as nobody:
        for path in ("", f"/{own}", f"/{own}/record", f"/publications/{uuid4()}"):
            answer = await nobody.get(SPACE_PAGE + path)
            assert answer.status_code == 303 and "/sign-in?to=" in answer.headers["location"], path


async def test_only_members_publish_and_why_is_said(house: House) -> None:
    own = await house.contact(ANNA)
    async with contact(house, ANNA) as anna:
        assert "réservé aux adhérents" in (await anna.get(f"{SPACE_PAGE}/{own}")).text
        refused = await drafted(anna, own)
        assert (
            refused.status_code == 422 and "Seuls les adhérents" in refused.text and "Un puits de plus" in refused.text
        )
        member = await join(house, own)
        draft = key_of(await drafted(anna, own))
        await say(house.now, member, MemberLeft(reason="lapse"))
        late = await anna.post(f"{SPACE_PAGE}/publications/{draft}/publish", data=answers())
        assert late.status_code == 422 and "Seuls les adhérents" in late.text
        assert await house.events("MemberNewsPublished") == 0


@pytest.mark.parametrize(
    ("sort", "given", "says"),
    [
        ("news", {}, "bulletin des nouvelles"),
        ("project", {}, "bulletin des nouvelles"),
        ("offer", {"kind": "civic_service", "deadline": "2099-01-31"}, "bulletin des offres"),
        (
            "event",
            {"starts": f"{datetime.now(UTC) + timedelta(days=40):%Y-%m-%dT18:00}", "place": "Foix"},
            "bulletin de l’agenda",
        ),
    ],
)
async def test_what_is_drafted_is_previewed_published_for_all_and_withdrawn(
    house: House, sort: str, given: dict[str, str], says: str
) -> None:
    own = await house.contact(ANNA)
    await join(house, own)
    async with contact(house, ANNA) as anna, house.browser() as public:
        form = await anna.get(f"{SPACE_PAGE}/{own}/new/{sort}")
        assert form.status_code == 200 and says in form.text
        draft = key_of(await drafted(anna, own, sort, **given))
        page = (await anna.get(f"{SPACE_PAGE}/publications/{draft}")).text
        assert "<strong>dix</strong>" in page and says in page and "Brouillon" in page
        shown = f"{PUBLIC}/publications/{draft}"
        assert (await public.get(shown)).status_code == 404
        edit = (await anna.get(f"{SPACE_PAGE}/publications/{draft}/edit")).text
        changed = answers(version=hidden(edit, "version"), title="Deux puits", text="Vingt.", **given)
        assert (await anna.post(f"{SPACE_PAGE}/publications/{draft}/edit", data=changed)).status_code == 303
        done = await anna.post(f"{SPACE_PAGE}/publications/{draft}/publish", data=answers())
        assert done.status_code == 303
        found = await public.get(shown)
        assert found.status_code == 200 and "Deux puits" in found.text and "Eau vive" in found.text
        assert f'"{shown}"' in (await public.get(f"{PUBLIC}/publications?sort={sort}")).text
        assert shown in (await public.get(f"{PUBLIC}/sitemap.xml")).text
        again = await anna.post(f"{SPACE_PAGE}/publications/{draft}/edit", data={**changed, **answers()})
        assert again.status_code in (409, 422), "what is published does not change"
        assert (await anna.post(f"{SPACE_PAGE}/publications/{draft}/withdraw", data=answers())).status_code == 303
        assert (await public.get(shown)).status_code == 410
        assert shown not in (await public.get(f"{PUBLIC}/sitemap.xml")).text
        assert "Deux puits" not in (await public.get(f"{PUBLIC}/publications")).text


async def test_what_is_wrong_with_a_draft_is_said_at_its_field(house: House) -> None:
    own = await house.contact(ANNA)
    await join(house, own)
    async with contact(house, ANNA) as anna:
        wrong = await drafted(anna, own, "event", title="", starts="demain", url="ftp://x")
        assert wrong.status_code == 422
        for said in ('id="f-title-e"', 'id="f-starts-e"', 'id="f-url-e"'):
            assert said in wrong.text
        assert (await anna.get(f"{SPACE_PAGE}/{own}/new/poème")).status_code == 404
        past = key_of(await drafted(anna, own, "event", starts="2017-03-01T10:00"))
        answer = await anna.post(f"{SPACE_PAGE}/publications/{past}/publish", data=answers())
        assert answer.status_code == 422 and "a déjà commencé" in answer.text


async def test_a_hostile_text_runs_nothing_on_any_page_that_shows_it(house: House) -> None:
    own = await house.contact(ANNA)
    await join(house, own)
    text = (
        "<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://exemple.invalid/pixel.png)\n\n"
        "<img src=x onerror=alert(1)> <iframe src=//x></iframe> [ok](https://exemple.invalid/)\n\n"
    )
    title = "</title></script><script>alert(1)</script>"
    async with contact(house, ANNA) as anna, house.browser() as public:
        key = await published(house, anna, own, title=title, text=text)
        for browser, path in (
            (anna, f"{SPACE_PAGE}/publications/{key}"),
            (anna, f"{SPACE_PAGE}/{own}"),
            (public, f"{PUBLIC}/publications/{key}"),
            (public, f"{PUBLIC}/publications"),
        ):
            page = (await browser.get(path)).text
            assert "alert(1)" in page or "publications" not in path
            data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
            bare = page.lower()
            for one in data:
                assert "<" not in one and ">" not in one
                bare = bare.replace(one.lower(), "")
            bare = bare.replace('<script type="application/ld+json"></script>', "")
            for bad in ("<script", "<iframe", "<img src=x", '<img src="https', 'href="javascript', 'onerror="'):
                assert bad not in bare, (path, bad)
            links = re.findall(r'<a href="https://exemple.invalid/"[^>]*>', page)
            assert all('rel="nofollow ugc noopener"' in one for one in links)


async def test_a_picture_is_made_anew_shown_with_the_publication_alone_and_gone_with_it(house: House) -> None:
    own = await house.contact(ANNA)
    await join(house, own)
    exif = Image.Exif()
    exif[Base.ImageDescription.value] = "Prise chez une personne inventée"
    sent = picture(exif=exif) + b"<script>alert(1)</script>"
    files = {"picture_file": ("photo.jpg", sent, "image/jpeg")}
    async with contact(house, ANNA) as anna, house.browser() as public:
        wrong = await drafted(anna, own, files={"picture_file": ("photo.jpg", b"<svg>", "image/jpeg")})
        assert wrong.status_code == 422 and 'href="#f-picture_file"' in wrong.text
        without = await drafted(anna, own, files=files)
        assert without.status_code == 422 and 'id="f-picture_text-e"' in without.text
        name = hidden(without.text, "picture")  # kept, so that it need not be chosen again
        draft = key_of(await drafted(anna, own, picture=name, picture_text="Un puits et sa pompe"))
        assert f"/picture/{name}" in (await anna.get(f"{SPACE_PAGE}/publications/{draft}")).text
        shown = f"{PUBLIC}/publications/{draft}/picture/{name}"
        assert (await public.get(shown)).status_code == 404, "a draft's picture is nobody's business"
        assert (await public.get(f"{SPACE_PAGE}/{own}/picture/{name}")).status_code == 303
        await anna.post(f"{SPACE_PAGE}/publications/{draft}/publish", data=answers())
        answer = await public.get(shown)
        assert answer.status_code == 200 and answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "public" in answer.headers["cache-control"]
        assert b"invent" not in answer.content and b"script" not in answer.content
        page = (await public.get(f"{PUBLIC}/publications/{draft}")).text
        assert 'alt="Un puits et sa pompe"' in page
        assert (await public.get(f"{PUBLIC}/publications/{draft}/picture/{'0' * 64}")).status_code == 404
        await anna.post(f"{SPACE_PAGE}/publications/{draft}/withdraw", data=answers())
        assert (await public.get(shown)).status_code == 410


async def test_the_file_of_a_picture_goes_some_time_after_nothing_shows_it_any_more(house: House) -> None:
    own = await house.contact(ANNA)
    await join(house, own)
    pictures, term = pictures_of(house.now), house.now.settings.keep_pictures * 24 * 3600

    def later() -> None:
        """The term passes for every file."""
        for path in (house.folder / "files").rglob("*.webp"):
            os.utime(path, (time() - term - 60,) * 2)

    async with contact(house, ANNA) as anna:
        once = {"files": {"picture_file": ("p.jpg", picture(), "image/jpeg")}, "picture_text": "Un puits"}
        twice = {"files": {"picture_file": ("q.jpg", picture(size=(300, 200)), "image/jpeg")}, "picture_text": "Deux"}
        first, second = await published(house, anna, own, **once), await published(house, anna, own, **twice)
        draft = key_of(await drafted(anna, own, **twice))  # the same picture again
        unsaved = {"picture_file": ("r.jpg", picture(size=(200, 200)), "image/jpeg")}
        assert (await drafted(anna, own, files=unsaved)).status_code == 422  # its text is missing: never saved
        assert len(pictures.names()) == 3 and await sweep(house.now) == 0, "what was just sent may be saved yet"
        later()
        assert await sweep(house.now) == 1 and len(pictures.names()) == 2
        for key in (first, second):
            await anna.post(f"{SPACE_PAGE}/publications/{key}/withdraw", data=answers())
        assert await sweep(house.now) == 0, "the term begins when it is withdrawn"
        later()
        assert await sweep(house.now) == 1 and len(pictures.names()) == 1, "the draft names the other one"
        page = (await anna.get(f"{SPACE_PAGE}/publications/{first}")).text
        assert "Un puits de plus" in page and "<img" not in page.partition("<article")[2].partition("</article>")[0]
        await anna.post(f"{SPACE_PAGE}/publications/{draft}/withdraw", data=answers())
        assert "abandonné" in (await anna.get(f"{SPACE_PAGE}/publications/{draft}")).text
        later()
        assert await sweep(house.now) == 1 and pictures.names() == []


async def test_pictures_are_made_one_at_a_time_and_those_of_stale_forms_not_at_all(house: House) -> None:
    """Each may take 160 MB (test_pictures.py), and anybody's contact may send some."""
    own = await house.contact(ANNA, "Eau vive")
    together, started = 0, set[int]()

    async def watch() -> None:
        nonlocal together
        while True:
            makers = {int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit() and _makes(one)}
            together, started_now = max(together, len(makers)), makers
            started.update(started_now)
            await asyncio.sleep(0.005)

    async with contact(house, ANNA) as anna:
        place = f"{SPACE_PAGE}/{own}/picture"

        async def send(version: int, **size: int) -> int:
            files = {"picture_file": ("photo.png", picture("PNG", (900, size["height"])), "image/png")}
            form = answers(version=str(version), picture_text="Un puits")
            return (await anna.post(place, data=form, files=files)).status_code

        watching = asyncio.create_task(watch())
        version = int(hidden((await anna.get(place)).text, "version"))
        codes = await asyncio.gather(*(send(version, height=100 + n) for n in range(8)))
        # The second's turn may come before the first is written; whose turn comes later is stale by then.
        assert sorted(codes) == [303] + [409] * 7 and together == 1 and len(pictures_of(house.now).names()) <= 3
        before = set(started)
        assert await asyncio.gather(*(send(version, height=200 + n) for n in range(8))) == [409] * 8
        assert started == before
        watching.cancel()


def _makes(process: Path) -> bool:
    with suppress(OSError):
        return b"picture_making.py" in (process / "cmdline").read_bytes()
    return False


async def test_what_is_no_picture_is_refused_in_words_and_kept_nowhere(house: House) -> None:
    own = await house.contact(ANNA)
    hostile = (
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "n’est pas une image"),
        (b"%PDF-1.7 <script>", "n’est pas une image"),
        (b"GIF89a<script>alert(1)</script>", "n’est pas une image"),
        (picture()[:300], "n’est pas une image"),
        (huge_png(), "millions de pixels"),
        (picture("PNG", (2, 2)), "pixels"),
        (b"\xff\xd8\xff" + b"x" * BIGGEST, "5"),
    )
    async with contact(house, ANNA) as anna:
        for data, says in hostile:
            files = {"picture_file": ("../../logo.png", data, "image/png")}
            form = answers(picture_text="Notre logo")
            answer = await anna.post(f"{SPACE_PAGE}/{own}/picture", data=form, files=files)
            assert answer.status_code == 422 and says in answer.text and 'id="f-picture_file-e"' in answer.text, data[
                :20
            ]
        for megabytes, status in ((6, 422), (16, 413)):
            files = {"picture_file": ("logo.png", b"x" * (megabytes * 2**20), "image/png")}
            heavy = await anna.post(f"{SPACE_PAGE}/{own}/picture", data=answers(picture_text="Notre logo"), files=files)
            assert heavy.status_code == status, megabytes
            assert status != 422 or ("5 Mo" in heavy.text.replace("\u00a0", " ") and "Notre logo" in heavy.text)
    assert pictures_of(house.now).names() == [] and await house.events("StructurePictured") == 0


async def test_the_record_shows_a_picture_and_then_none(house: House) -> None:
    own = await house.contact(ANNA)
    async with contact(house, ANNA) as anna:
        files = {"picture_file": ("logo.png", picture("PNG"), "image/png")}
        done = await anna.post(f"{SPACE_PAGE}/{own}/picture", data=answers(picture_text="Notre logo"), files=files)
        assert done.status_code == 303
        name = (await record(house, own))["picture"]
        assert (await anna.get(f"{SPACE_PAGE}/{own}/picture/{name}")).headers["content-type"] == "image/webp"
        form = answers(picture=str(name), picture_text="Notre nouveau logo")
        assert (await anna.post(f"{SPACE_PAGE}/{own}/picture", data=form)).status_code == 303
        assert (await record(house, own))["picture_text"] == "Notre nouveau logo"
        gone = answers(picture=str(name), picture_remove="true")
        assert (await anna.post(f"{SPACE_PAGE}/{own}/picture", data=gone)).status_code == 303
        assert (await record(house, own))["picture"] is None


async def test_one_contact_of_several_structures_and_several_contacts_of_one_follow_a_merge(house: House) -> None:
    first, second = await house.contact(ANNA, "Eau vive"), await house.contact(ANNA, "Eau vive France")
    await house.do(AddContact(structure=first, name=Personal("Boris"), email=Personal(BORIS)))
    await join(house, first)
    async with contact(house, ANNA) as anna, contact(house, BORIS) as boris:
        assert "2 structures" in (await anna.get(SPACE_PAGE)).text.replace("\u00a0", " ")
        draft = key_of(await drafted(boris, first))
        assert (await anna.get(f"{SPACE_PAGE}/publications/{draft}")).status_code == 200
        assert (await boris.get(f"{SPACE_PAGE}/{second}")).status_code == 404
        await house.do(MergeStructures(structure=second, merged=first))
        assert "1 structure" in (await anna.get(SPACE_PAGE)).text.replace("\u00a0", " ")
        page = await boris.get(f"{SPACE_PAGE}/{second}")
        assert page.status_code == 200 and "Un puits de plus" in page.text
        assert (await boris.post(f"{SPACE_PAGE}/publications/{draft}/publish", data=answers())).status_code == 303
        document = await house.now.store.get(SPACE, str(draft))
        assert document is not None and document["structure_name"] == "Eau vive France"


async def test_a_member_names_public_structures_in_its_project_and_no_other(house: House) -> None:
    own = await house.contact(ANNA)
    await join(house, own)
    shown, hidden_one = await structure(house, "Puits du Sahel"), await structure(house, "Puits cachés")
    await house.do(ListStructure(structure=shown))
    async with contact(house, ANNA) as anna:
        new = f"{SPACE_PAGE}/{own}/projects/new"
        form = answers(title="L’eau à Podor", summary="Des puits.", country="SN", stage="running")
        found = await anna.post(new, data={**form, "participants_q": "puits", "do": "participants"})
        assert found.status_code == 200 and "Puits du Sahel" in found.text and "Puits cachés" not in found.text
        assert "L’eau à Podor" in found.text, "what was answered stays"
        assert await house.events("CooperationProjectDrafted") == 0
        passed = await anna.post(new, data={**form, **answers(), "participants_q": "puits"})
        assert passed.status_code == 200 and "Puits du Sahel" in passed.text, "a name in the box is never passed over"
        forged = await anna.post(new, data={**form, **answers(), "participants": str(hidden_one)})
        assert forged.status_code == 422 and "Puits cachés" not in forged.text
        key = key_of(await anna.post(new, data={**form, **answers(), "participants_q": "Puits du Sahel"}))
        project = await house.now.store.get(PROJECTS, str(key))
        assert project is not None and project["participants"] == [str(shown)]
        # One that the team added is kept, though it is not public; unticked, one goes.
        team = {"leader": own, "participants": [shown, hidden_one], "title": "L’eau à Podor", "summary": "Des puits."}
        await house.do(ReviseProject.model_validate({"project": key, "country": "SN", "stage": "running", **team}))
        page = (await anna.get(f"{SPACE_PAGE}/{own}/projects/{key}")).text
        assert page.count('name="participants"') == 2
        given = {**form, **answers(version=hidden(page, "version")), "participants": str(hidden_one)}
        assert (await anna.post(f"{SPACE_PAGE}/{own}/projects/{key}", data=given)).status_code == 303
        project = await house.now.store.get(PROJECTS, str(key))
        assert project is not None and project["participants"] == [str(hidden_one)]


async def test_a_member_enters_a_cooperation_project_shows_it_and_takes_it_back(house: House) -> None:
    own = await house.contact(ANNA)
    await join(house, own)
    async with contact(house, ANNA) as anna, house.browser() as public:
        form = answers(
            title="L’eau à Ziguinchor",
            summary="Des *puits*.",
            country="SN",
            stage="evaluated",
            themes="eau",
            partner_associations="Association des femmes",
        )
        wrong = await anna.post(f"{SPACE_PAGE}/{own}/projects/new", data=form)
        assert wrong.status_code == 422 and "Évaluation" in wrong.text
        key = key_of(
            await anna.post(f"{SPACE_PAGE}/{own}/projects/new", data={**form, **answers(), "stage": "running"})
        )
        shown, place = f"{PUBLIC}/projects/{key}", f"{SPACE_PAGE}/{own}/projects/{key}"
        assert (await public.get(shown)).status_code == 404
        assert (await anna.post(f"{place}/publish", data=answers())).status_code == 303
        page = (await public.get(shown)).text
        assert "Association des femmes" in page and "<em>puits</em>" in page and "Eau vive" in page
        other = await structure(house, "Partenaire d’ici")
        project = await house.now.store.get(PROJECTS, str(key))
        assert project is not None and project["leader"] == str(own) and str(other) not in project["structures"]
        assert (await anna.post(f"{place}/withdraw", data=answers())).status_code == 303
        assert (await public.get(shown)).status_code == 410
