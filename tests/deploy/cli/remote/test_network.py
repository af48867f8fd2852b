"""`maillage network init`: what it would say is shown, then said, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx2
import pytest
from typer.testing import CliRunner

from deploy.cli.http_client import Client, NoAnswer
from deploy.cli.main import app
from deploy.cli.remote.network import There, asked_for, dated, judged, known_there, say
from deploy.host.data_folder import CannotStart
from services.membership.vocabularies.domain.vocabulary import ReviseTerm
from shared.notions.network.beginning import ALWAYS, Told, known, of, steps
from shared.notions.network.saying_again import said_again
from shared.notions.vocabularies import general
from shared.runtime.service import Service
from tests.services.membership.test_pages import front, service

__all__ = ["front", "service"]  # fixtures


class Counter:
    """An installation that takes all commands but one, and knows those that it was told before."""

    def __init__(self, refuses: str = "") -> None:
        self.told: list[tuple[str, Any, str | None]] = []
        self._refuses = refuses

    async def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        if self._refuses and self._refuses in path:
            raise NoAnswer("it is closed")
        repeated = key in {one[2] for one in self.told}
        self.told.append((path, body, key))
        return {"changed": True, "repeated": repeated}


async def test_each_fact_is_a_command_of_its_service_on_its_day_and_said_once() -> None:
    there = Counter()
    said = steps(known()["occitanie"])
    first = await say(cast(Client, there), said)
    again = await say(cast(Client, there), said)
    assert (first.said, first.so_already) == (len(said), 0) and (again.said, again.so_already) == (0, len(said))
    paths = [path for path, _, _ in there.told]
    assert "/membership/api/commands/name-network?happened=2016-10-14T00:00:00%2B02:00" in paths
    assert "/newsletter/api/commands/open-bulletin?happened=2012-03-12T00:00:00%2B01:00" in paths


async def test_what_can_t_be_said_is_named_with_what_was_said_before_it() -> None:
    with pytest.raises(NoAnswer, match=r"College opened: .*: it is closed") as why:
        await say(cast(Client, Counter("open-college")), steps(known()["occitanie"]))
    assert "- Name of the network: Occitanie Coopération" in str(why.value) and "nothing is said twice" in str(
        why.value
    )
    with pytest.raises(NoAnswer, match="Nothing was said"):
        await say(cast(Client, Counter("name-network")), steps(known()["occitanie"]))


def test_a_network_is_found_by_its_name_or_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("names: [{name: Amont}]")
    bulletins = of({"bulletins": [{"code": "letter", "title": "Lettre", "purpose": "Tout."}]}, "file")
    assert dated(bulletins, None, ask=False) == bulletins, "it opens today"
    assert [step.day for step in steps(dated(bulletins, "2012-01-03", ask=False))] == [date(2012, 1, 3)]
    assert asked_for(str(tmp_path / "mine.yaml")).name == "Amont"
    assert asked_for("grand-est") == known()["grand-est"]
    with pytest.raises(CannotStart, match="nowhere can't be read"):
        asked_for("nowhere")


def test_without_a_file_it_asks_shows_and_says_nothing_before_yes() -> None:
    answers = "hand\nRéseau d’Amont\n53\nBretagne\nfr,en\n1901\ntowns\nLes villes\n\n\n2020-01-06\n"
    done = CliRunner().invoke(app, ["network", "init"], input=answers + "n\n")
    assert done.exit_code == 1
    shown = done.output
    assert "2020-01-06  Name of the network: Réseau d’Amont" in shown and "22, 29, 35, 56" in shown
    assert "College opened: Les villes" in shown and "Say all this?" in shown


def test_a_network_without_a_day_is_asked_since_when_it_is_so(tmp_path: Path) -> None:
    network = of({"names": [{"name": "Amont"}], "region": {"code": "53"}}, "file")
    assert dated(network, "2012-01-03", ask=False).since == date(2012, 1, 3)
    assert dated(network, "always", ask=False).since == ALWAYS and dated(network, None, ask=False).since is None
    assert dated(known()["grand-est"], "always", ask=False) == known()["grand-est"], "it has its days"
    dated_names = of({"names": [{"name": "Dated Net", "since": "2019-01-01"}], "law": "1901"}, "file")
    for one in (network, dated_names, known()["general"], known()["grand-est"]):
        for since, why in (
            ("soon", "soon is no day"),
            ("", "is no day"),
            ("2019-02-30", "is no day"),
            ("2040-01-01", "is to come"),
            ("1900-01-01", "too long ago"),
        ):
            with pytest.raises(CannotStart, match=why):
                dated(one, since, ask=False)
    assert {step.day for step in steps(dated(dated_names, "2019-01-01", ask=False))} == {date(2019, 1, 1)}
    assert {step.day for step in steps(dated(known()["general"], "2012-01-03", ask=False))} == {date(2012, 1, 3)}
    (tmp_path / "mine.yaml").write_text("names: [{name: Amont}]")
    done = CliRunner().invoke(app, ["network", "init", str(tmp_path / "mine.yaml")], input="now\nn\n")
    assert "have no region and no colleges" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"lists": {"gathering": {"x": {"titles": {"fr": "X"}, "marks": ["never"]}}}}, "[^:]*: X: "),
        ({"lists": {"gathering": {"x": {"titles": {"tlh": "X"}}}}}, "[^:]*: X: "),
        ({"lists": {"gathering": {"x": {"titles": {"fr": "X"}, "rank": -1}}}}, "rank"),
        ({"languages": ["fr", "tlh"]}, "Languages"),
        ({"dye": "indigo"}, "indigo"),
        ({"law": "1905"}, "1905"),
        ({"reviews": ["nowhere-2001"]}, "nowhere-2001"),
        ({"reviews": ["occitanie-2017"]}, "Occitanie"),
        ({"colleges": [{"code": "a", "title": "Aa", "titles": {"tlh": "X"}}]}, "College opened: Aa"),
        ({"colleges": [{"code": "a", "title": "Aa", "rank": 5000}]}, "College opened: Aa"),
        ({"colleges": [{"code": "a", "title": "Aa", "kinds": ["never_was"]}]}, "College opened: Aa"),
        ({"colleges": [{"code": "a", "title": "Aa", "since": "2999-01-01"}]}, "College opened: Aa"),
        ({"names": [{"name": "Aa", "since": "1900-01-01"}]}, "Name of the network: Aa"),
        ({"bulletins": [{"code": "b", "title": "Bb", "purpose": "Cc", "arrivals": ["owls"]}]}, "Bulletin opened: Bb"),
        ({"bulletins": [{"code": "b", "title": "Bb", "purpose": "Cc", "titles": {"tlh": "X"}}]}, "Bulletin opened: Bb"),
    ],
)
def test_a_file_is_judged_whole_before_anything_of_it_is_said(said: dict[str, Any], why: str) -> None:
    network = of({"names": [{"name": "Amont"}], "region": {"code": "53"}, **said}, "file")
    with pytest.raises(CannotStart, match=f"Nothing is said.*({why})"):
        judged(steps(network), There(kinds=["association"]))


@pytest.mark.parametrize("name", known())
def test_the_networks_that_come_along_are_judged_good(name: str) -> None:
    judged(steps(known()[name]), There(kinds=[*general("structure")]))


class Over:
    """A client that asks one service of the tests."""

    def __init__(self, front: httpx2.AsyncClient) -> None:
        self._front = front

    async def get(self, path: str) -> Any:
        answer = await self._front.get(path.removeprefix("/membership"))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        answer = await self._front.post(
            path.removeprefix("/membership"), json=body, headers={"Idempotency-Key": str(key)}
        )
        if answer.status_code != 200:
            raise NoAnswer(answer.json()["message"], answer.json()["error"])
        return answer.json()


@pytest.mark.slow
async def test_a_changed_file_revises_from_the_day_asked_and_said_twice_adds_nothing(
    front: httpx2.AsyncClient, service: Service
) -> None:
    client = cast(Client, Over(front))

    async def init(title: str, since: str, marks: tuple[str, ...] = ()) -> tuple[list[str], Told]:
        said = steps(
            dated(
                of(
                    {
                        "names": [{"name": "Amont", "since": "2018-01-01"}],
                        "colleges": [{"code": "towns", "title": title, "kinds": ["mine"]}],
                        "lists": {
                            "gathering": {"soup": {"titles": {"fr": title}, "marks": [*marks]}},
                            "structure": {"mine": {"titles": {"fr": "Mine"}}},
                        },
                    },
                    "file",
                ),
                since,
                ask=False,
            )
        )
        there = await known_there(client, said)
        judged(said, there)
        plan = said_again(said, there.terms, there.purposes)
        told = await say(client, plan)
        await service.runner.wait_for(await service.log.last())
        return [step.command for step in plan], told

    commands, told = await init("Villes", "2019-01-01")
    assert commands == ["NameNetwork", "DefineTerm", "DefineTerm", "OpenCollege"] and told == Told(4, 0)
    assert (await init("Villes", "2019-01-01"))[1] == Told(0, 4)
    commands, told = await init("Communes", "2021-05-01", ("yearly",))
    assert commands == ["NameNetwork", "ReviseTerm", "DefineTerm", "ReviseCollege"] and told == Told(2, 2)
    assert (await init("Communes", "2021-05-01", ("yearly",)))[1] == Told(0, 4)
    lists = await service.lists.now()
    for name, code in (("gathering", "soup"), ("college", "towns")):
        called = [lists.title(name, code, "fr", date(year, 6, 1)) for year in (2019, 2021)]
        assert called == ["Villes", "Communes"], name
    assert lists.terms("college")["towns"].kinds == ("mine",)
    revised = ReviseTerm(vocabulary="gathering", code="soup", titles={"fr": "Soupes"}, rank=0, marks=[])
    await service.execute(revised, id=uuid4(), actor="staff:test", at=date(2021, 5, 1))
    await service.runner.wait_for(await service.log.last())
    assert (await init("Communes", "2021-05-01", ("yearly",)))[1] == Told(0, 4), "said once, whatever came after it"
