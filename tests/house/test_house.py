"""The house is as its rules say: what may not grow has not grown, and what a newcomer reads names what is there."""

from __future__ import annotations

import re

import pytest

from deploy.host.all_services import DEFINITIONS
from shared.runtime.service import OF_PERSONS, OWN
from tests.house.counts import KERNEL, PRODUCT, ROOT, at, counts, modules, tasks, whole
from tests.house.rules import matches, settings
from tests.house.tables import not_on_a_table

TASKS = {
    "services/directory/duplicates/worklist.py": "one comparison, when somebody asks for the list",
    "services/directory/imports/drafts.py": "one check of a file, when somebody sends it",
    "services/directory/imports/plan.py": "the lines of one import side by side",
    "services/directory/sign_in/entry.py": "one link that was asked for",
    "services/directory/sign_in/link_mail.py": "one mail, until it is handed over or good for nothing any more",
    "services/observatory/event_table/table.py": "one writing, beside the judging of what comes next",
    "services/observatory/figures/observatory.py": "one answer that several wait for",
    "services/observatory/ledger/notary.py": "the three parts of one round: reading, signing, comparing",
    "services/observatory/pages/streamed_page.py": "the rest of one page",
    "shared/base/cancellation.py": "one piece of work that can be cut off",
    "shared/kernel/eventlog/group_commit.py": "the log's own writer",
    "shared/kernel/eventlog/ordered_reader.py": "one request ahead",
    "shared/kernel/views/projector.py": "the runner of the views, which the jobs stand on",
    "shared/kernel/reactions.py": "one sign of life while an event is in hand",
    "shared/persons/keys/keyring.py": "one transaction of keys that several wait for",
    "shared/runtime/jobs.py": "the supervisor",
    "shared/runtime/processes/supervision.py": "one process that has something to do",
    "shared/runtime/request_reply.py": "one answer",
}
"""Who may begin a task, and for what. What loops for as long as a service runs is a Job (shared/runtime/jobs.py)."""


WHOLE = {
    "deploy/host/embedded.py": "ends what it has begun",
    "deploy/host/root_app.py": "puts the apps of all under one root",
    "shared/runtime/feature.py": "makes of features what a service is",
    "shared/runtime/prometheus.py": "has each service measure what it says of itself",
    "shared/runtime/service.py": "the service's own phases and jobs",
    "shared/web/app.py": "makes the app of a service",
}
"""Who may be given a whole service, and for what. All else asks for a face of it (shared/runtime/faces.py)."""


@pytest.mark.slow
def test_what_may_not_grow_has_not_grown() -> None:
    # Not one test for each, whose names would have every worker count the whole house before it begins.
    found = counts()
    assert len(found) > 12 and [str(count) for count in found if not count.good] == []


def test_only_these_begin_tasks_of_their_own() -> None:
    assert tasks().keys() == TASKS.keys()


@pytest.mark.slow
def test_only_these_take_a_whole_service() -> None:
    assert whole().keys() == WHOLE.keys()


@pytest.mark.slow
def test_lines_are_kept_from_the_formatter_on_tables_of_data_alone() -> None:
    found = {at(path): len(not_on_a_table(path.read_text(encoding="utf-8"))) for path in modules(*PRODUCT, "tests")}
    assert {path: number for path, number in found.items() if number} == {}


@pytest.mark.parametrize(
    "text",
    [
        'A = {\n    "a": 1, "b": 2,\n    "c": 3,\n}  # fmt: skip\n',
        'def f():\n    return [\n        ("a", x), ("b", y),\n        ("c", z),\n    ]  # fmt: skip\n',
        'for a in (\n    "a", "b",\n    "c",\n):  # fmt: skip\n    f(\n        a,\n    )\n',
        '@each("a", [\n    1, 2,\n    3,\n])  # fmt: skip\ndef f(): ...\n',
        'A = frozenset({\n    "a", "b",\n    "c",\n})  # fmt: skip\n',
    ],
)
def test_a_table_of_data_may_be_kept_as_it_is(text: str) -> None:
    assert not_on_a_table(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "from a import b, c  # fmt: skip\n",
        "def f(\n    a: int, b: int,\n    c: int,\n) -> None:  # fmt: skip\n    return [1, 2, 3]\n",
        "a = f(\n    x, y,\n    z,\n)  # fmt: skip\n",
        "a = [\n    x for x in y\n    if x\n]  # fmt: skip\n",
        'a = {\n    "a": x, "b": y,\n    "c": z,\n}  # fmt: skip\n',
        "a = f(\n    x,\n    y,\n    z, [1, 2, 3],\n)  # fmt: skip\n",
        "a = [1, 2]  # fmt: skip\n",
    ],
)
def test_what_is_no_table_is_laid_out_by_the_formatter(text: str) -> None:
    assert len(not_on_a_table(text)) == 1


def test_the_kernel_s_readme_names_each_of_its_files_in_one_order_and_none_that_is_not_there() -> None:
    text = (KERNEL / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w/]+\.py)` \| (.+) \|$", text, re.MULTILINE)
    there = [str(path.relative_to(KERNEL)) for path in modules("shared/kernel") if path.read_text().strip()]
    assert sorted(name for name, _ in named) == sorted(there)
    assert all(said.strip() for _, said in named)


def test_every_job_has_its_name_once_in_a_service_and_no_other_way_to_begin() -> None:
    for definition in DEFINITIONS:
        names = [job.name for job in (*OWN, OF_PERSONS, *definition.jobs)]
        assert len(names) == len(set(names)), definition.name
    by_name = {job.name: job for definition in DEFINITIONS for job in (*OWN, OF_PERSONS, *definition.jobs)}
    assert {"clock", "freshness", "kept-forms", "persons-terms", "signing-keys", "picture-terms", "imports", "sending",
            "notary", "event-table", "search-texts", "search-warming"} <= by_name.keys()  # fmt: skip
    assert by_name["notary"].ending is not None, "it signs what is left"
    assert by_name["sending"].patience > 0, "no mail is in doubt because a service ended"


def test_whatever_has_a_job_is_given_what_comes_from_outside() -> None:
    """The rule (TID251) holds everywhere but where pyproject.toml excuses a file, and no module with a job is among
    these."""
    ignored = settings(ROOT)["ruff"]["lint"]["per-file-ignores"]
    free = [pattern for pattern, rules in ignored.items() if "TID251" in rules]
    assert not any(matches("shared/kernel/eventlog/event_log.py", pattern) for pattern in free)
    for path in modules("services"):
        if re.search(r": Job\[\w+\] = Job\(", path.read_text(encoding="utf-8")):
            assert not any(matches(at(path), pattern) for pattern in free), f"{at(path)} has a job"
    for pattern in free:
        assert any(matches(at(path), pattern) for path in modules(*PRODUCT)), f"{pattern} excuses nothing"
