"""One form in a whole installation, and what an operator sees of it: one trace from the form to the mail, the metrics,
the health, a log in JSON; and nowhere a word of who filled it in."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import urlencode
from urllib.request import Request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.base.services import SERVICES
from tests.deploy.conftest import Span, Watched, fetched, until
from tests.fixtures.installation import open_bulletin

pytestmark = pytest.mark.slow

ADDRESS = "Zoe.Quatrefages+test@sous-domaine.invalid"


@pytest.fixture(scope="module")
def subscribed(watched: Watched) -> Watched:
    """After somebody asked for a bulletin by the form, and the mail that asks back has arrived."""
    open_bulletin(watched.url)
    _, page = watched.get("/newsletter/subscribe")
    found = re.search(r'name="command_id" value="([^"]+)"', page)
    assert found is not None
    answers = {"command_id": found[1], "email": ADDRESS, "bulletins": "echos"}
    status, _ = fetched(Request(f"{watched.url}/newsletter/subscribe", data=urlencode(answers).encode(), method="POST"))
    assert status == 200  # after the redirect
    until(lambda: any(message["To"] == ADDRESS for message in watched.mailbox.taken))
    until(lambda: any(span.name == "append DeliveryAccepted" for span in watched.collector.spans))
    return watched


def parents(spans: list[Span]) -> dict[str, str]:
    """Each span's name → the name of the one above it."""
    names = {span.id: span.name for span in spans}
    return {span.name: names.get(span.parent, "") for span in spans}


def test_a_form_and_the_mail_that_it_causes_are_one_trace(subscribed: Watched) -> None:
    until(lambda: any(span.name == "POST /newsletter/subscribe" for span in subscribed.collector.spans))
    trace = subscribed.collector.trace_of("append SubscriptionRequested")
    above = parents(trace)
    assert above["POST /newsletter/subscribe"] == ""
    assert above["append SubscriptionRequested"] == "POST /newsletter/subscribe"
    assert above["deliver"] == "append SubscriptionRequested"
    for step in ("smtp offer", "append DeliveryBegun", "smtp hand over", "append DeliveryAccepted"):
        assert above[step] == "deliver"
    (request,) = [span for span in trace if span.name == "POST /newsletter/subscribe"]
    assert request.attributes["http.route"] == "/newsletter/subscribe"
    assert request.attributes["http.response.status_code"] == "303"


def test_every_line_of_its_log_is_json_and_those_of_a_request_name_its_trace(subscribed: Watched) -> None:
    lines = subscribed.up.output().splitlines()
    ours = subscribed.log()
    assert ours and all({"event", "level", "timestamp"} <= line.keys() for line in ours)
    assert [line for line in lines if not line.startswith("{") and ("Error" in line or "Traceback" in line)] == []


def test_nothing_that_an_operator_sees_tells_who_it_was(subscribed: Watched) -> None:
    token = next(
        found[0]
        for message in subscribed.mailbox.taken
        if (found := re.search(r"(?<=/newsletter/confirm/)[^\s\"]+", message.get_body(("plain",)).get_content()))  # type: ignore[union-attr]
    )
    subscribed.get(f"/newsletter/confirm/{token}")
    subscribed.get(f"/newsletter/confirm/{token}x{ADDRESS}")
    time.sleep(0.5)  # spans go out every 0.2 seconds
    _, metrics = fetched(Request(f"{subscribed.metrics}/metrics"))
    seen = {
        "log": subscribed.up.output(),
        "metrics": metrics,
        "traces": "\n".join(body.decode("utf-8", "replace") for body in subscribed.collector.bodies),
        "health": subscribed.get("/readyz")[1],
    }
    for where, text in seen.items():
        assert len(text) > 100
        for secret in ("quatrefages", "sous-domaine", token.lower()[:40]):
            assert secret not in text.lower(), where


def test_metrics_tell_of_the_form_and_are_not_among_the_fronts(subscribed: Watched) -> None:
    def samples_now() -> dict[tuple[str, ...], float]:
        status, text = fetched(Request(f"{subscribed.metrics}/metrics"))
        assert status == 200
        return {
            (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    until(lambda: samples_now()["maillage_mails", "newsletter", "accepted"] >= 1)  # by a view
    samples = samples_now()
    assert samples["maillage_commands_total", "RequestSubscription", "done", "newsletter"] == 1
    assert samples["maillage_mails_waiting", "newsletter"] == samples["maillage_mails_doubtful", "newsletter"] == 0
    assert samples["maillage_http_request_duration_seconds_count", "POST", "/newsletter/subscribe", "303"] == 1
    assert samples["maillage_http_request_duration_seconds_bucket", "+Inf", "POST", "/newsletter/subscribe", "303"] == 1
    for service in SERVICES:
        for check in ("nats", "log", "writes", "keys", "store", "views", "damage"):
            assert samples["maillage_ready", check, service] == 1
    assert samples["maillage_notary_state", "observatory", "signing"] == 1
    assert samples["maillage_checkpoint_size_events", "observatory"] >= 0
    assert ("maillage_view_lag_events", "observatory", "event-table") in samples
    assert {name[2] for name in samples if name[0] == "maillage_reaction_pending_events"} >= {"newsletter"}
    assert samples["process_resident_memory_bytes",] > 0
    assert subscribed.get("/metrics")[0] in (401, 404)
    assert fetched(Request(f"{subscribed.metrics}/newsletter/subscribe"))[0] == 404


@pytest.mark.parametrize("where", ["", *(f"/{service}" for service in SERVICES)])
def test_health_is_told_at_the_root_and_by_each_service_whatever_the_host_name(watched: Watched, where: str) -> None:
    status, text = watched.get(f"{where}/healthz", Host="directory:8000")
    assert (status, json.loads(text)) == (200, {"alive": True})
    status, text = watched.get(f"{where}/readyz", Host="directory:8000")
    told = json.loads(text)
    assert status == 200 and told["ready"] is True
    assert set(told["services"]) == ({where[1:]} if where else set(SERVICES))
    for checks in told["services"].values():
        assert set(checks) == {"nats", "log", "writes", "keys", "store", "views", "damage"}
        assert all(check["good"] and check["text"] for check in checks.values())
    assert watched.get("/elsewhere/healthz")[0] != 200
