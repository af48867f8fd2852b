"""`maillage network init`: what it would say is shown, then said, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from deploy.cli.http_client import Client, NoAnswer
from deploy.cli.main import app
from deploy.cli.remote.network import asked_for, dated, say
from deploy.host.data_folder import CannotStart
from shared.notions.network.beginning import ALWAYS, known, of, steps


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


async def test_what_can_t_be_said_is_named() -> None:
    with pytest.raises(NoAnswer, match=r"College opened: .*: it is closed"):
        await say(cast(Client, Counter("open-college")), steps(known()["occitanie"]))


def test_a_network_is_found_by_its_name_or_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("names: [{name: Amont}]")
    bulletins = of({"bulletins": [{"code": "letter", "title": "Lettre", "purpose": "Tout."}]}, "file")
    assert dated(bulletins, None, ask=True) == bulletins, "it opens today, and nobody is asked"
    assert [step.day for step in steps(dated(bulletins, "2012-01-03", ask=True))] == [date(2012, 1, 3)]
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
    with pytest.raises(CannotStart, match="soon is no day"):
        dated(network, "soon", ask=False)
    (tmp_path / "mine.yaml").write_text("names: [{name: Amont}]")
    bulletins = of({"bulletins": [{"code": "letter", "title": "Lettre", "purpose": "Tout."}]}, "file")
    assert dated(bulletins, None, ask=True) == bulletins, "it opens today, and nobody is asked"
    assert [step.day for step in steps(dated(bulletins, "2012-01-03", ask=True))] == [date(2012, 1, 3)]
    done = CliRunner().invoke(app, ["network", "init", str(tmp_path / "mine.yaml")], input="now\nn\n")
    assert "have no region and no colleges" in " ".join(done.output.split())
