"""What reads our metrics (Prometheus's rules, Grafana's dashboard) names metrics and labels that there are, and every
alarm is explained in docs/operating.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import deploy.cli.backups.figures  # noqa: F401 (of the container that keeps the backups)
from deploy.host.all_services import DEFINITIONS
from shared.runtime.prometheus import REGISTRY

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "observability"
PAGE = ROOT / "docs" / "operating.md"
START, END = "<!-- made by tests/deploy/observability/test_observability.py -->", "<!-- end -->"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())
ALARMS: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARDS = sorted((FOLDER / "grafana" / "dashboards").glob("*.json"))
SCRAPED = {"up": {"job", "instance", "container"}}  # what Prometheus itself adds
RAISED = {"alertname", "alertstate", "severity"}  # labels that it adds to ALERTS, beside those of the alarm's series
TARGET = {"job", "instance", "container"}  # labels that scraping adds (prometheus.yml)
SERIES = re.compile(r"\b((?:maillage|process|up)\w*|ALERTS)\s*(?:{([^}]*)})?")


def known() -> dict[str, set[str]]:
    """Each series that our processes give → its labels."""
    found: dict[str, set[str]] = dict(SCRAPED)
    for collector in REGISTRY._collector_to_names:
        for family in collector.collect():
            labels = set(getattr(collector, "_labelnames", ()) or getattr(family, "_labelnames", ())) | TARGET
            match family.type:
                case "histogram":
                    found |= {family.name + "_bucket": labels | {"le"}}
                    found |= {family.name + end: labels for end in ("_sum", "_count")}
                case "counter":
                    found[family.name + "_total"] = labels
                case _:
                    found[family.name] = labels
    found["ALERTS"] = RAISED.union(*found.values())
    return found


def queries() -> Iterator[tuple[str, str]]:
    for rule in ALARMS:
        yield rule["alert"], rule["expr"]
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{path.stem}: {panel['title']}", target["expr"]


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_names_series_and_labels_that_there_are(where: str, query: str) -> None:
    series = known()
    named = SERIES.findall(query)
    assert named
    labels = TARGET | {"le"}
    for name, matchers in named:
        assert name in series, f"{where}: there is no {name}"
        labels |= series[name]
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers):
            assert label in series[name], f"{where}: {name} has no label {label}"
    for grouped in re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", query):
        assert {label.strip() for label in grouped.split(",")} <= labels, f"{where}: grouped by what is not there"
    assert query.count("(") == query.count(")") and query.count("{") == query.count("}")


def test_every_alarm_says_what_it_means_what_to_do_and_where_to_read_on() -> None:
    for rule in ALARMS:
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule["alert"]
        notes = rule["annotations"]
        assert set(notes) == {"summary", "description", "action", "runbook"}
        assert all(notes[part].endswith(".") for part in ("summary", "description", "action")), rule["alert"]
        assert notes["runbook"] == f"docs/operating.md#{rule['alert'].lower()}"
        for label in re.findall(r"\$labels\.(\w+)", notes["summary"]):
            assert any(label in known()[name] for name, _ in SERIES.findall(rule["expr"])), f"{rule['alert']}: {label}"
    assert len({rule["alert"] for rule in ALARMS}) == len(ALARMS)


def test_a_service_that_is_gone_is_missed_by_its_name() -> None:
    """Of a container that is gone Prometheus finds no address, so it has no `up` of it either."""
    (down,) = (rule["expr"] for rule in ALARMS if rule["alert"] == "ServiceDown")
    for definition in DEFINITIONS:
        assert f'absent(up{{job="maillage", container="{definition.name}"}})' in down


def test_the_dashboard_shows_what_issue_4_names() -> None:
    (dashboard,) = (json.loads(path.read_text()) for path in DASHBOARDS)
    shown = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    for metric in (
        "maillage_append_duration_seconds_bucket", "maillage_view_lag_events", "maillage_reaction_pending_events",
        "maillage_parked_events", "maillage_checkpoint_age_seconds", "maillage_mails", "maillage_log_node_current",
        "ALERTS",
    ):  # fmt: skip
        assert metric in shown
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids) and all(panel["description"] for panel in dashboard["panels"])
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in dashboard["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells) and max(x for x, _ in cells) < 24


def test_prometheus_and_grafana_find_their_files() -> None:
    prometheus = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert all((FOLDER / name).exists() for name in prometheus["rule_files"])
    (job,) = [job for job in prometheus["scrape_configs"] if job["job_name"] == "maillage"]
    assert job["dns_sd_configs"][0]["names"] == [d.name for d in DEFINITIONS]
    provisioning = FOLDER / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "maillage.yml").read_text())["providers"]
    assert provider["options"]["path"] == "/etc/grafana/dashboards"
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            assert panel["datasource"]["uid"] == source["uid"]


def chapters() -> str:
    """The alarms as docs/operating.md explains them."""
    order = {"critical": 0, "warning": 1, "info": 2}
    parts = []
    for rule in sorted(ALARMS, key=lambda rule: order[rule["labels"]["severity"]]):
        notes, since = rule["annotations"], rule.get("for")
        what = re.sub(r"\{\{ \$(?:labels\.)?(\w+) \}\}", r"*\1*", notes["summary"])
        parts.append(
            f"### {rule['alert']}\n\n{what} ({rule['labels']['severity']}{f', after {since}' if since else ''})\n\n"
            f"{notes['description']}\n\n**What to do:** {notes['action']}\n\n`{rule['expr']}`\n"
        )
    return "\n".join(parts)


def test_the_page_for_operators_explains_every_alarm_as_the_rules_do() -> None:
    inside = PAGE.read_text().split(START)[1].split(END)[0].strip() + "\n"
    assert inside == chapters(), "python -m tests.deploy.observability.test_observability writes it"


if __name__ == "__main__":
    before, _, rest = PAGE.read_text().partition(START)
    PAGE.write_text(f"{before}{START}\n\n{chapters()}\n{END}{rest.partition(END)[2]}")
