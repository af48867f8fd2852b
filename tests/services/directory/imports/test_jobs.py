"""An import carried out by its process: killed between any two lines, each line is there once."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.directory.imports.jobs import IMPORTS, Imports, done_in, imports_of, step
from services.directory.imports.plan import Plan
from services.directory.structures.views import STRUCTURES
from shared.base.outside import REAL
from shared.contract.processes import ProcessBegan, ProcessStepped
from shared.runtime.processes.process import ENTITY, PROCESS, Do, End, Run
from tests.fixtures.cutting import ByHand, Cutting
from tests.services.directory.conftest import Town, structure

KNOWN = structure("Eau vive", department="31")


def plan(n: int, record: UUID) -> Plan:
    """Three structures, a record that is completed, and a line that is left out."""
    register = {line: structure(f"Structure {n} {line}") for line in (2, 3, 4)}
    complete = {5: (record, structure("Eau vive", commune="31555", department="31"))}
    return Plan(f"{n:064x}", ["name"], 5, register, complete, [6], "Essai", "somebody")


async def written_once(town: Town, at: int, after: bool) -> None:
    service, whole = town.service, town.service.execute
    record = await town.do(KNOWN.model_copy(update={"name": f"Eau vive {at} {after}"}))
    last = await service.log.last()
    service.processes = ByHand(service)
    service.parts.put(IMPORTS, Imports(service, in_flight=1, at_once=2))
    id = await imports_of(service).begin(plan(at + 100 * after, record), [])
    service.execute = Cutting(whole, at, after)
    await service.processes.carry_on(id)
    assert id in service.processes.failing, (at, after)
    service.execute = whole
    service.processes = ByHand(service)  # another process, which knows nothing of this one
    service.parts.put(IMPORTS, Imports(service, in_flight=1, at_once=2))
    await service.processes.carry_on(id)
    written = [event async for run in service.log.read(last) for event in run]
    types = [message.subject.rpartition(".")[2] for message in written]
    counted = {name: types.count(name) for name in set(types)}
    assert counted == {
        "ProcessBegan": 1,
        "ImportStarted": 1,
        "StructureRegistered": 3,
        "StructureRevised": 1,
        "ImportFinished": 1,
        "ProcessStepped": 5,
        "ProcessEnded": 1,
    }, (at, after)
    document = await service.store.get(STRUCTURES, str(record))
    assert document is not None and document["commune"] == "31555"
    assert imports_of(service).report(id) is not None and await imports_of(service).running(id) is None


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_command_and_begun_again_each_line_is_written_once(town: Town, after: bool) -> None:
    for at in range(1, 16):  # a start in each of four steps, four lines, the finish, five steps written down, the end
        await written_once(town, at, after)


def test_its_steps_follow_from_its_stream_alone() -> None:
    def said(*steps: ProcessStepped) -> Run:
        return PROCESS.fold([ProcessBegan(process="import"), *steps])

    begun, now = ProcessStepped(step="begin", said={"left": "3"}), REAL.now()
    some = {"new": "1", "there": "0", "completed": "0", "refused": '{"4":"number-taken"}'}
    lines = [ProcessStepped(step="lines", said={**some, "left": left}) for left in ("1", "0")]
    finish, report = (ProcessStepped(step=name) for name in ("finish", "report"))
    assert step(said(), now) == Do("begin") and step(said(begun), now) == Do("lines")
    assert step(said(begun, lines[0]), now) == Do("lines") and step(said(begun, *lines), now) == Do("finish")
    assert step(said(begun, *lines, finish), now) == Do("report")
    assert step(said(begun, *lines, finish, report), now) == End()
    assert step(said(ProcessStepped(step="begin", said={"left": "0"})), now) == Do("finish")
    done = done_in(said(begun, *lines))
    assert (done.new, done.refused, done.lines) == (2, {4: "number-taken"}, 3)


async def test_an_import_whose_plan_is_gone_is_over_and_goes_on_with_the_same_file(town: Town) -> None:
    service = town.service
    service.processes = ByHand(service)
    record = await town.do(KNOWN)
    wanted = plan(1, record)
    id = await imports_of(service).begin(wanted, [])
    (imports_of(service).folder / f"{id}.plan").unlink()
    await service.processes.carry_on(id)
    known = await service.processes.document(id)
    assert known is not None and (known["state"], known["code"]) == ("refused", "import-plan-gone")
    assert await imports_of(service).begin(wanted, []) == id
    await service.processes.carry_on(id)
    known = await service.processes.document(id)
    assert known is not None and known["state"] == "done"
    types = [event.type for event in (await service.execute.history(ENTITY, id)).events]
    assert types.count("ProcessBegan") == 2
