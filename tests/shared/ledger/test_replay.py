"""The sample history, from its archive alone: signed to its end, provable, and built again as it is live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.installation import copy_of_sample, maillage, sample

assert copy_of_sample and sample
pytestmark = pytest.mark.slow


def test_the_archive_of_the_sample_gives_the_same_views_and_figures_as_the_installation(copy_of_sample: Path) -> None:
    verified = maillage("audit", "verify", "--json", data=copy_of_sample)
    assert verified.returncode == 0, verified.stdout
    report = json.loads(verified.stdout)
    assert report["events"] == report["signed"] > 10_000
    live = json.loads(maillage("views", "ls", "--json", data=copy_of_sample).stdout)
    review = json.loads(maillage("review", "--json", data=copy_of_sample).stdout)
    done = maillage("audit", "replay", "--until", str(live[0]["sequence"]), "--json", data=copy_of_sample)
    assert done.returncode == 0, done.stderr
    replayed = json.loads(done.stdout)
    assert {(v["service"], v["view"]): v["digest"] for v in replayed["views"]} == {
        (v["service"], v["view"]): v["digest"] for v in live
    }
    assert {f["path"]: f["value"] for f in replayed["figures"]} == {f["path"]: f["value"] for f in review["figures"]}
    found = json.loads(maillage("events", "find", "--json", data=copy_of_sample).stdout)  # guards are no events
    assert replayed["void"] == 0 and sum(replayed["types"].values()) == found["total"] <= live[0]["sequence"]


def test_a_replay_until_a_day_is_what_was_known_then(copy_of_sample: Path) -> None:
    review = json.loads(maillage("review", "--known-at", "2016-06-30", "--json", data=copy_of_sample).stdout)
    done = maillage("audit", "replay", "--until", "2016-06-30", "--json", data=copy_of_sample)
    assert done.returncode == 0, done.stderr
    replayed = json.loads(done.stdout)
    assert replayed["until"] == review["known"]
    assert {f["path"]: f["value"] for f in replayed["figures"]} == {f["path"]: f["value"] for f in review["figures"]}
