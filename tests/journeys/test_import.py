"""`maillage import structures FILE` on an installation of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.installation import Up, maillage

FILE = "Nom;Type;CP;Ville\r\nJappoo;Association;31000;Toulouse\r\nKynarou;Mairie;81100;Castres\r\n"


@pytest.mark.slow
def test_a_file_is_checked_then_written_once_and_a_bad_one_is_one_clear_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    up = Up(data, ["--no-sample"]).start()
    up.wait()
    (tmp_path / "good.csv").write_bytes(FILE.encode("cp1252"))
    running = maillage("import", "structures", str(tmp_path / "good.csv"), data=data)
    assert running.returncode == 2 and "stop it" in running.stderr
    up.stop()

    def said(*words: str) -> dict[str, object]:
        done = maillage("import", "structures", str(tmp_path / "good.csv"), "--json", *words, data=data)
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found

    assert (said()["good"], said()["written"]) == (2, None)
    written, again = said("--write")["written"], said("--write")["written"]
    assert isinstance(written, dict) and isinstance(again, dict)
    assert (written["registered"], written["new"], again["registered"], again["new"]) == (2, 2, 2, 0)
    (tmp_path / "cut.csv").write_bytes(b'Nom;Type\r\n"Jappoo;Asso')
    bad = maillage("import", "structures", str(tmp_path / "cut.csv"), "--write", data=data)
    assert bad.returncode == 2 and "line 2" in bad.stderr and "Traceback" not in bad.stderr
