"""`maillage up`: starts, keeps its data, ends cleanly, says clearly what can't be."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.fixtures.installation import PROMPT, Up, alive, as_operator, get_json, maillage, post_json

pytestmark = pytest.mark.slow


def test_an_empty_network_starts_keeps_what_it_learns_and_leaves_no_child(tmp_path: Path) -> None:
    up = Up(tmp_path / "data", ["--no-sample"], anew=True).start()
    url = up.wait()
    done = post_json(f"{url}/directory/api/commands/register-structure", {"name": "Kynarou", "kind": "association"})
    children = up.children()
    assert children, "the NATS server is a child"
    assert up.stop() < PROMPT
    assert up.process is not None and up.process.returncode == 0
    assert not any(map(alive, children))
    url = up.start().wait()
    try:
        found = get_json(f"{url}/directory/api/structures/{done['entity']}")
        assert found["name"] == "Kynarou"
        for page in (
            "/",
            "/directory/",
            "/membership/",
            "/events/",
            "/newsletter/",
            "/observatory/",
            "/observatory/review",
        ):
            with urlopen(as_operator(url + page), timeout=30) as answer:
                assert answer.status == 200
    finally:
        up.stop()


def test_it_listens_on_this_machine_only_and_says_so(tmp_path: Path) -> None:
    up = Up(tmp_path / "data", ["--no-sample"]).start()
    url = up.wait()
    port = int(url.rpartition(":")[2])
    addresses = {line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]}
    assert f"0100007F:{port:04X}" in addresses
    assert f"00000000:{port:04X}" not in addresses
    up.stop()
    assert f"Maillage: http://127.0.0.1:{port}" in up.output()


def test_a_taken_port_is_one_clear_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = maillage("up", "--no-sample", "--port", str(port), data=tmp_path / "data")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        f"maillage: Port {port} of 127.0.0.1 is taken; choose another with --port.",
    )
    assert not (tmp_path / "data").exists(), "nothing was made"


def test_a_folder_in_use_is_one_clear_sentence_and_exit_code_2(tmp_path: Path) -> None:
    up = Up(tmp_path / "data", ["--no-sample"]).start()
    up.wait()
    try:
        done = maillage("up", "--no-sample", "--port", "0", data=tmp_path / "data")
        assert done.returncode == 2
        assert "is in use by another instance" in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        up.stop()


def test_a_folder_that_is_none_is_one_clear_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    done = maillage("up", "--no-sample", "--port", "0", data=tmp_path / "data")
    assert done.returncode == 2
    assert "can't be used" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_can_not_be_read_is_one_clear_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o000)
    done = maillage("up", "--no-sample", "--port", "0", data=tmp_path / "data")
    assert done.returncode == 2
    assert "can't be used" in done.stderr


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    done = maillage("up", data=tmp_path / "data", env={"MAILLAGE_PORT": "eighty"})
    assert done.returncode == 2
    assert "MAILLAGE_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sample_is_refused_on_a_log_that_holds_something_else(tmp_path: Path) -> None:
    up = Up(tmp_path / "data", ["--no-sample"]).start()
    up.wait()
    up.stop()
    done = maillage("sample", "load", data=tmp_path / "data")
    assert done.returncode == 2
    assert "network" in done.stderr
    other = tmp_path / "other"
    up = Up(other, ["--no-sample"], env={"MAILLAGE_NETWORK": "exemple"}).start()
    url = up.wait()
    post_json(f"{url}/directory/api/commands/register-structure", {"name": "Kynarou", "kind": "association"})
    up.stop()
    done = maillage("sample", "load", data=other)
    assert done.returncode == 2
    assert "holds something else" in done.stderr


@pytest.mark.parametrize("later", [0, 0.3, 3])  # seconds: as it starts, then while the sample is loading
def test_ctrl_c_before_it_serves_ends_within_five_seconds(tmp_path: Path, later: float) -> None:
    up = Up(tmp_path / "data", anew=later == 0).start()
    while not (children := up.children()):  # its NATS server: what comes before is Python's own start
        assert up.process is not None and up.process.poll() is None, up.output()
        time.sleep(0.02)
    time.sleep(later)
    assert up.stop() < PROMPT
    assert up.process is not None and up.process.returncode == 0, up.output()
    assert not any(map(alive, children))


def test_loading_the_sample_twice_adds_nothing(copy_of_sample: Path) -> None:
    before = maillage("events", "tail", "-n", "1", "--json", data=copy_of_sample).stdout
    done = maillage("sample", "load", data=copy_of_sample)
    assert done.returncode == 0
    assert maillage("events", "tail", "-n", "1", "--json", data=copy_of_sample).stdout == before


def test_the_command_line_reads_where_nothing_runs(copy_of_sample: Path) -> None:
    found = maillage("review", "--json", data=copy_of_sample)
    assert found.returncode == 0, found.stderr
    assert '"directory.structures_total.value"' in found.stdout
    assert maillage("events", "show", "99999999", data=copy_of_sample).returncode == 2


def test_the_command_line_reads_verifies_and_rebuilds_beside_what_runs(up: Up) -> None:
    found = maillage("review", "--json", data=up.data)
    assert found.returncode == 0, found.stderr
    assert '"directory.structures_total.value"' in found.stdout
    assert maillage("views", "verify", data=up.data).returncode == 0
    assert maillage("views", "rebuild", "directory/structures", data=up.data).returncode == 0
    assert "StructureRegistered" in maillage("events", "show", "1", data=up.data).stdout
    told = maillage("doctor", data=up.data)
    assert told.returncode == 0, told.stdout
    assert maillage("review", "--as-of", "yesterday", data=up.data).returncode == 2
    assert maillage("events", "show", "99999999", data=up.data).returncode == 2
