"""Importing by pages: what is sent is sealed and goes in time, nothing is written unconfirmed, an import ends whatever
ends."""

from __future__ import annotations

import asyncio
import io
import os
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from time import time
from uuid import UUID

import orjson
import pytest
from httpx2 import AsyncClient, Response

from services.directory.imports.jobs import _plan_of, import_of, imports_of
from services.directory.structures.domain.structure import RegisterStructure
from services.directory.structures.views import STRUCTURES
from tests.fixtures.running_directory import House, house, until
from tests.fixtures.signing_in import account, operator
from tests.services.directory.imports.files.test_apart import with_cells
from tests.services.directory.imports.files.test_table_reader import HEADER, ROWS, bomb, wide_sheet, xlsx_bytes

pytestmark = pytest.mark.slow

__all__ = ["house"]
FILE = """Nom;Type;CP;Ville;Pays;Contact;Courriel
Jappoo;Association;31000;Toulouse;Sénégal;Zénobie Quatremère;zenobie@exemple.invalid
Kynarou;Association;31000;Toulouse;Inde;;
Ville de Muret;Mairie;31600;Muret;Pays des merveilles;;
K;Association;;;;;
Amis du livre;Association;81000;Albi;;;
""".replace("\n", "\r\n").encode("cp1252")
NEW = "/directory/imports/new"
ROW = list[object]
SHEET: list[ROW] = [list[object](row) for row in [HEADER, *ROWS]]


@pytest.fixture
async def browser(house: House) -> AsyncIterator[AsyncClient]:
    async with house.browser() as client:
        client.headers.update(operator(house.now))
        yield client


async def send(browser: AsyncClient, data: bytes = FILE, name: str = "liste.csv", **more: str) -> Response:
    return await browser.post(NEW, files={"file": (name, data)}, data=more)


async def uploaded(browser: AsyncClient, data: bytes = FILE, kind: str = "association") -> str:
    """Sends a file, keeps the columns that are recognised; the address of its page."""
    path = (await send(browser, data)).headers["location"]
    page = (await browser.get(path)).text
    columns = dict(re.findall(r'<select name="(c\d+)".*?<option value="(\w*)" selected', page))
    answer = await browser.post(path, data={**columns, "kind": kind})
    assert answer.headers["location"] == f"{path}/lines", answer.text
    return path


async def lines(browser: AsyncClient, path: str, query: str = "") -> Response:
    """The page of the lines, once they are checked."""

    async def checked() -> bool:
        return "Avant d’importer" in (await browser.get(f"{path}/lines")).text

    await until(checked, 60)
    return await browser.get(f"{path}/lines{query}")


async def confirmed(browser: AsyncClient, path: str, source: str = "Essai") -> str:
    """Confirms, and waits until all is written; the address of the report."""
    await lines(browser, path)
    report = (await browser.post(f"{path}/confirm", data={"source": source})).headers["location"]

    async def done() -> bool:
        text = (await browser.get(report)).text
        return "Terminé" in text

    await until(done, 60)
    return report


async def names(house: House) -> list[str]:
    return sorted(one["name"] for one in (await house.now.store.find(STRUCTURES, limit=1000)).documents)


def uploads(house: House) -> list[Path]:
    return sorted(path for path in (house.folder / "uploads").rglob("*") if path.is_file())


async def test_a_file_becomes_structures_once_it_is_confirmed_and_nothing_of_it_stays(
    house: House, browser: AsyncClient
) -> None:
    kynarou = (await house.do(RegisterStructure(name="Kynarou France", kind="association", department="31"))).entity_id
    last = await house.now.log.last()
    path = await uploaded(browser)
    page = await lines(browser, path)
    assert page.headers["cache-control"] == "no-store"
    assert "Kynarou France" in page.text and "Probable" in page.text and "Zénobie" not in page.text
    wrong = (await lines(browser, path, "?show=wrong")).text
    assert "Pays des merveilles" in wrong and "Ligne 5" in wrong.replace("\u00a0", " ")
    correct = await browser.get(f"{path}/wrong.csv")
    assert correct.content.startswith(b"\xef\xbb\xbf") and correct.text.count("\r\n") == 3
    assert await house.now.log.last() == last, "nothing is written yet"
    for file in uploads(house):
        assert b"nobie" not in file.read_bytes() and b"Jappoo" not in file.read_bytes() and "liste" not in file.name
        assert file.stat().st_mode & 0o077 == 0
        assert path.rpartition("/")[2] not in file.name, "the key is in no file"

    await browser.post(f"{path}/lines", data={"line-3": str(kynarou), "show": "doubtful"})
    report = await confirmed(browser, path)
    assert await names(house) == ["Amis du livre", "Jappoo", "Kynarou France"]
    document = await house.now.store.get(STRUCTURES, str(kynarou))
    assert document is not None and document["countries"] == ["IN"] and document["commune"] == "31555"
    text = (await browser.get(report)).text
    assert "Jappoo" in text and "Pays des merveilles" in text and "Kynarou France" in text
    assert [file.suffix for file in uploads(house)] == [".report"]
    assert (await browser.get(path)).status_code == 422 and "effacé" in (await browser.get(path)).text
    again = await uploaded(browser)
    assert "déjà été importé" in (await lines(browser, again)).text


NO_TABLES = {
    "vide": b"",
    "coupé": FILE[: len(FILE) // 2].rpartition(b";")[0] + b';"',
    "abîmé": xlsx_bytes(("Feuil1", SHEET))[:-700],
    "une fois ouvert": bomb(),
    "trop de mémoire": with_cells(3_000_000),
    "colonnes": wide_sheet(),
    "formule": xlsx_bytes(("Feuil1", [list(HEADER), ["=1+1", "", "", "", ""]])),
    "pas un tableau": b"%PDF-1.7 " + b"x" * 200,
    "20": b"Nom;Ville\r\n" + b"x" * (20 * 2**20),
}


async def test_what_is_no_table_is_one_clear_sentence_and_leaves_nothing(house: House, browser: AsyncClient) -> None:
    for said, data in NO_TABLES.items():
        answer = await send(browser, data)
        assert answer.status_code == 422 and said in answer.text and "Rien n’est écrit" in answer.text
    assert uploads(house) == [] and await house.now.log.last() == 0


async def test_macros_are_refused_and_more_than_a_file_may_have_is_not_even_read(
    house: House, browser: AsyncClient
) -> None:
    file = io.BytesIO(xlsx_bytes(("Feuil1", SHEET)))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub AutoOpen()")
    assert "macros" in (await send(browser, file.getvalue(), "liste.xlsm")).text
    assert (await send(browser, b"x" * (21 * 2**20))).status_code == 413
    assert (await browser.post("/directory/duplicates/merge", content=b"x" * 1_100_000)).status_code == 413
    assert (await browser.post(NEW, content=b"{}", headers={"content-type": "application/json"})).status_code == 400
    assert "Choisissez un fichier" in (await browser.post(NEW, files={"sheet": (None, "")})).text
    assert uploads(house) == []


async def test_another_sheet_is_read_when_the_first_is_the_wrong_one(house: House, browser: AsyncClient) -> None:
    data = xlsx_bytes(("Budget", [["Année", "Montant"], [2016, 10]]), ("Structures", SHEET))
    path = (await send(browser, data, "classeur.xlsx")).headers["location"]
    none = await browser.post(path, data={"c0": "", "c1": "", "kind": "association"})
    assert none.status_code == 422 and "Aucune colonne ne donne le nom" in none.text
    assert (await browser.post(path, data={"sheet": "Autre"})).status_code == 422
    assert (await browser.post(path, data={"sheet": "Structures"})).status_code == 303
    assert "Kynarou France" in (await browser.get(path)).text
    assert (await browser.post(f"{path}/drop")).status_code == 303 and uploads(house) == []


async def test_what_is_chosen_for_all_and_for_one_is_kept_over_a_restart(house: House, browser: AsyncClient) -> None:
    file = "Nom;Département\r\n" + "".join(f"Structure {word};31\r\n" for word in ("Alpha", "Bravo", "Charlie"))
    for word in ("Alpha", "Bravo", "Charlie"):
        await house.do(RegisterStructure(name=f"Structure {word}", kind="association", department="31"))
    path = await uploaded(browser, file.encode())
    assert (await lines(browser, path)).text.count("Presque sûr") == 3
    await browser.post(f"{path}/lines", data={"rest": "register"})
    await browser.post(f"{path}/lines", data={"line-2": "skip", "line-99": "register", "line-3": "x" * 36})
    await house.end()
    await house.start()
    async with house.browser() as second:
        second.headers.update(operator(house.now))
        page = (await lines(second, path)).text
        assert 'id="l2-skip" name="line-2" value="skip" checked' in page
        assert 'id="l4-register" name="line-4" value="register" checked' in page
        await confirmed(second, path)
    assert (await names(house)).count("Structure Charlie") == 2 and (await names(house)).count("Structure Alpha") == 1


async def test_an_import_goes_on_by_itself_after_the_process_ended_in_the_middle(
    house: House, browser: AsyncClient
) -> None:
    imports_of(house.now).in_flight, imports_of(house.now).at_once = 4, 100
    path = await uploaded(browser, ("Nom\r\n" + "".join(f"Structure {n:04d}\r\n" for n in range(800))).encode())
    await lines(browser, path)
    report = (await browser.post(f"{path}/confirm", data={"source": "Essai"})).headers["location"]

    async def begun() -> bool:
        return await house.now.log.last() > 50

    await until(begun, 60)
    await house.end()
    service = await house.start()
    assert await service.log.last() < 800, "it ended in the middle"

    async def finished() -> bool:
        return await imports_of(house.now).running(report.rpartition("/")[2]) is None

    await until(finished, 60)
    assert len(await names(house)) == 800 and await house.events("StructureRegistered") == 800
    async with house.browser() as second:
        second.headers.update(operator(house.now))
        page = (await second.get(report)).text
        assert "Terminé" in page and "800" in page


async def test_progress_is_seen_by_whoever_asks_and_two_that_carry_an_import_on_do_it_once(
    house: House, browser: AsyncClient
) -> None:
    imports = imports_of(house.now)
    imports.in_flight, imports.at_once, imports.patience = 2, 20, 0.0
    path = await uploaded(browser, ("Nom\r\n" + "".join(f"Structure {n:04d}\r\n" for n in range(300))).encode())
    await lines(browser, path)
    report = (await browser.post(f"{path}/confirm", data={"source": "Essai"})).headers["location"]
    id = report.rpartition("/")[2]
    second = asyncio.create_task(house.now.processes.carry_on(UUID(id)))  # as another replica would
    waiting = await browser.get(report)
    assert waiting.headers["refresh"] == "2" and "Import en cours" in waiting.text
    assert "refresh" not in (await browser.get(f"{report}?still=1")).headers
    assert await imports.running(id) is not None
    (told,) = (await browser.get("/directory/api/state")).json()["processes"]
    assert (told["process"], told["id"], told["failing"]) == ("import", id, None)
    assert (await browser.get("/directory/api/processes?state=running")).json()["total"] == 1

    async def finished() -> bool:
        return await imports.running(id) is None

    await until(finished, 60)
    await second
    assert (await browser.get("/directory/api/state")).json()["processes"] == []
    assert await house.events("StructureRegistered") == 300 and await house.events("ImportFinished") == 1
    assert await house.events("ProcessStepped") == 1 + 300 // 20 + 2, "begin, the lines, finish, report"


async def test_an_import_of_a_release_that_knew_no_processes_is_taken_up(house: House, browser: AsyncClient) -> None:
    imports = imports_of(house.now)
    plan = {
        "file": "0" * 64,
        "columns": ["name"],
        "lines": 1,
        "left_out": [],
        "complete": {},
        "source": None,
        "register": {"2": {"name": "Jappoo", "kind": "association"}},
        "actor": "operator",
        "told": [],
    }
    id = import_of(house.now, _plan_of(plan))
    imports.folder.mkdir(parents=True, exist_ok=True)
    (imports.folder / f"{id}.plan").write_bytes(orjson.dumps(plan))
    await imports.go_round()

    async def finished() -> bool:
        return await imports.running(id) is None

    await until(finished, 60)
    assert await names(house) == ["Jappoo"] and [file.suffix for file in uploads(house)] == [".report"]


async def test_what_nobody_confirms_is_erased_at_its_term_and_so_is_the_report(
    house: House, browser: AsyncClient
) -> None:
    report = await confirmed(browser, await uploaded(browser, b"Nom\nJappoo\nJappoo\n"))
    path = await uploaded(browser)
    imports = imports_of(house.now)
    assert await asyncio.to_thread(imports.sweep) == 0

    def age(hours: float) -> None:
        for file in uploads(house):
            os.utime(file, (time() - hours * 3600, time() - hours * 3600))

    age(23)
    assert await asyncio.to_thread(imports.sweep) == 0 and (await browser.get(path)).status_code == 200
    age(25)
    assert await asyncio.to_thread(imports.sweep) >= 2
    assert (await browser.get(path)).status_code == 422
    assert [file.suffix for file in uploads(house)] == [".report"]
    age(31 * 24)
    assert await asyncio.to_thread(imports.sweep) == 1 and uploads(house) == []
    assert "est effacé au bout de 30 jours" in (await browser.get(report)).text


async def test_only_editors_send_files_and_readers_see_what_became_of_them(house: House, browser: AsyncClient) -> None:
    report = await confirmed(browser, await uploaded(browser, b"Nom\nJappoo\n"))
    reader = await account(house.now, "directory:reader")
    async with house.browser() as client:
        client.cookies.update(await reader.cookie())
        assert (await client.get(report)).status_code == 200
        assert "Importer un fichier" not in (await client.get("/directory/imports")).text
        assert (await client.get(NEW)).status_code == 403 and (await send(client)).status_code == 403
    async with house.browser() as nobody:
        assert (await send(nobody)).status_code in (303, 401)


async def test_a_page_under_a_guessed_address_is_nobodys(house: House, browser: AsyncClient) -> None:
    path = await uploaded(browser)
    for token in ("A" * 22, path.rpartition("/")[2][:-1] + "!", "x"):
        assert (await browser.get(f"/directory/imports/files/{token}")).status_code in (404, 422)
