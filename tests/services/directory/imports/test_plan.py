"""Importing: checked line by line, nothing written before it is confirmed, each line once whatever happens."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from services.directory.imports import plan as importing
from services.directory.imports.files.table_reader import NotRead, read_table
from services.directory.search.finder import finder_of
from services.directory.structures.domain.structure import CloseStructure, MergeStructures
from services.directory.structures.views import STRUCTURES
from shared.kernel.command_handler import Executor, Outcome
from shared.kernel.decider import Command, Refused
from tests.services.directory.conftest import WHO, Town, structure

pytestmark = pytest.mark.slow

WHO_ID = uuid4()
FILE = """Nom;Type;CP;Ville;Pays;SIREN
Jappoo;Association;31000;Toulouse;Sénégal;
Kynarou;Association;31000;Toulouse;Inde;
Ville de Muret;Mairie;31600;Muret;Pays des merveilles;
Eau vive;Club;;;;
K;Association;;;;
Lycée Bellevue;Lycée;81000;Albi;;123456789
Jappoo;association;31000;Toulouse;;
Amis du livre;Association;99999;Nulle part;;
""".replace("\n", "\r\n").encode("utf-8-sig")


async def documents(town: Town) -> list[str]:
    return sorted(d["name"] for d in (await town.service.store.find(STRUCTURES, limit=1000)).documents)


async def test_a_preview_says_what_is_wrong_by_line_and_writes_nothing(town: Town) -> None:
    await town.do(structure("Kynarou France", department="31"))
    shown = await importing.preview(town.service, read_table(FILE))
    assert shown.counts() == {"lines": 8, "good": 4, "wrong": 4, "doubtful": 2}
    wrong = {line.number: {p.field: p.said["fr"] for p in line.problems} for line in shown.wrong}
    assert set(wrong) == {4, 5, 6, 7}
    assert "Pays des merveilles" in wrong[4]["countries"] and "Club" in wrong[5]["kind"]
    assert set(wrong[6]) == {"name"} and "faute de frappe" in wrong[7]["siren"]
    likely = {line.number: (line.likely, line.twin) for line in shown.doubtful}
    assert likely[3][0][0].reason == "name" and likely[8] == ([], 2)
    assert [line.warnings[0].said["en"] for line in shown.lines if line.warnings] == [
        "No commune is called “99999 Nulle part”: the commune stays empty."
    ]
    assert await documents(town) == ["Kynarou France"]


async def test_a_confirmed_import_writes_the_good_lines_once_however_often_it_is_sent(town: Town) -> None:
    table = read_table(FILE)
    shown = await importing.preview(town.service, table)
    report = await importing.write(town.service, shown, actor=WHO, skip={8}, source="Fichier d’essai")
    assert (report.lines, report.registered, report.new, report.skipped) == (8, 3, 3, 5)
    last = await town.service.log.last()
    assert last == 2 + 3
    again = await importing.write(town.service, await importing.preview(town.service, table), actor=WHO)
    assert (again.registered, again.new, again.import_id) == (3, 0, report.import_id)
    assert await town.service.log.last() == last
    (found,) = (await finder_of(town.service).find("jappoo")).documents
    assert found["commune"] == "31555"
    history = await town.service.execute.history("structure", importing.structure_id(report.import_id, 2))
    assert history.events[0].data.source == "Fichier d’essai"  # type: ignore[attr-defined]


@pytest.mark.slow
async def test_an_import_that_was_interrupted_goes_on_and_leaves_out_what_was_left_out_at_its_start(
    town: Town,
) -> None:
    lines = "Nom;Type\r\n" + "".join(f"Structure {n:04d};Association\r\n" for n in range(600))
    table = read_table(lines.encode())
    shown = await importing.preview(town.service, table)
    whole = town.service.execute

    class Cut(Executor):
        """That of the service, up to the 300th command."""

        def __init__(self) -> None:
            self.__dict__.update(whole.__dict__)
            self.done = 0

        async def __call__(self, command: Command, **more: Any) -> Outcome:
            self.done += 1
            if self.done > 300:
                raise RuntimeError("cut off")
            return await super().__call__(command, **more)

    town.service.execute = Cut()
    with pytest.raises(ExceptionGroup):
        await importing.write(town.service, shown, actor=WHO, skip={5})
    town.service.execute = whole
    before = await town.service.log.last()
    assert 1 < before < 600
    await town.service.runner.wait_for(before)
    again = await importing.preview(town.service, table)
    assert not again.doubtful  # its own lines are no duplicates of themselves
    report = await importing.write(town.service, again, actor=WHO)
    assert (report.registered, report.skipped, report.finished) == (599, 1, True)
    assert len(await documents(town)) == 599 and "Structure 0003" not in await documents(town)
    assert await town.service.log.last() == 599 + 2


@pytest.mark.slow
async def test_two_who_send_the_same_file_at_once_write_each_line_once(town: Town) -> None:
    table = read_table(b"Nom\n" + b"".join(b"Structure %d\n" % n for n in range(300)))
    shown = await importing.preview(town.service, table)
    reports = await asyncio.gather(*(importing.write(town.service, shown, actor=WHO) for _ in range(3)))
    assert {report.registered for report in reports} == {300}
    assert len(await documents(town)) == 300 and await town.service.log.last() == 302


async def test_columns_can_be_chosen_and_must_give_a_name(town: Town) -> None:
    table = read_table("Qui;Où\r\nJappoo;81\r\n".encode())
    with pytest.raises(NotRead) as why:
        await importing.preview(town.service, table)
    assert why.value.code == "no-name-column" and "Qui, Où" in importing.said_of(why.value)["fr"]
    shown = await importing.preview(town.service, table, ["name", "department"])
    assert shown.good[0].command == structure("Jappoo", department="81")
    for columns, code in (
        (["name", "name"], "column-twice"),
        (["name"], "columns-differ"),
        (["name", "x"], "columns-differ"),
    ):
        with pytest.raises(NotRead) as why:
            await importing.preview(town.service, table, columns)
        assert why.value.code == code


async def test_a_closed_record_is_no_duplicate(town: Town) -> None:
    one = await town.do(structure("Kynarou"))
    await town.do(CloseStructure(structure=one, reason="Dissoute"))
    shown = await importing.preview(town.service, read_table(b"Nom\nKynarou\n"))
    assert shown.counts()["doubtful"] == 0


async def test_progress_ends_where_it_should(town: Town) -> None:
    table = read_table(b"Nom\n" + b"".join(b"Structure %d\n" % n for n in range(150)))
    checked: list[tuple[int, int]] = []
    written: list[tuple[int, int]] = []
    shown = await importing.preview(town.service, table, progress=lambda *so_far: checked.append(so_far))
    await importing.write(town.service, shown, actor=WHO, progress=lambda *so_far: written.append(so_far))
    assert checked == [(100, 150), (150, 150)] and written == [(100, 150), (150, 150)]


async def test_a_line_completes_a_record_without_changing_what_stands_there(town: Town) -> None:
    one = await town.do(structure("Kynarou France", department="31", themes=["Eau"], siren="443061841"))
    line = structure(
        "Kynarou",
        kind="company",
        department="81",
        commune="81065",
        themes=["Santé"],
        siret="35600000000048",
        rna="W313004120",
    )
    for _ in range(2):  # the second time it is the same command
        await importing.completed(town.service, one, line, id=WHO_ID, actor=WHO)
    assert await town.service.runner.wait_for(await town.service.log.last())
    document = await town.service.store.get(STRUCTURES, str(one))
    assert document is not None
    assert (document["name"], document["kind"], document["department"]) == ("Kynarou France", "association", "31")
    assert (document["commune"], document["siret"]) == (None, None), "what does not agree with it is not its own"
    assert (document["themes"], document["rna"]) == (["Eau", "Santé"], "W313004120")
    other = await town.do(structure("Kynarou", rna="W313004121"))
    await town.do(MergeStructures(structure=other, merged=one))
    await importing.completed(town.service, one, structure("Kynarou", acronym="KY"), id=uuid4(), actor=WHO)
    assert await town.service.runner.wait_for(await town.service.log.last())
    kept = await town.service.store.get(STRUCTURES, str(other))
    assert kept is not None and kept["acronym"] == "KY", "the record that is kept is meant"
    await town.do(CloseStructure(structure=other, reason="Dissoute"))
    with pytest.raises(Refused, match="structure-closed"):
        await importing.completed(town.service, other, structure("Kynarou", address="Rue Neuve"), id=uuid4(), actor=WHO)
