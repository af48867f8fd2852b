"""What an installation shows and holds, written down so that two releases can be compared: path → value.

`views/<service>/<view>`, `figures/<indicator>/<day>`, `review/<day>`, `open-data/<indicator>`, `life/<kind>`,
`state/<service>` are asked of a running installation, `later/…` of one whose clock is years ahead;
`reactions/<consumer>`, `mails`, `types` are read from the closed folder, and so is what each event says (`Event`),
typed, with what is sealed opened.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from deploy.host.embedded import access
from shared.contract.clocks import ClockConfirmed
from shared.contract.envelope import Message, Recorded, Void, is_guard, opened
from shared.kernel.broker.connection import OPERATOR
from shared.ledger.archive_format import Archive
from shared.persons.keys.keyring import Keyring
from shared.runtime.nats.embedded_server import NatsServer
from tests.older.house import NETWORK, SERVICES, House, links_in

SHOWN, SAID, CHANGED = "shown.json", "said.jsonl", "changed.json"
BEFORE = ("2022-12-31", "2023-12-31")
"""Two days of the history, known as they are now; the last day is that on which the folder was made."""
LATER = datetime(2028, 2, 1, 12, tzinfo=UTC)
"""When everybody's figures of the end of 2026 and 2027 are released."""
PARTS = ("department", "college", "kind")


@dataclass(frozen=True)
class Event:
    """What one event says. `at`: the time that was given for it, None where it was that of its recording."""

    seq: int
    kind: str  # service.entity
    id: str
    type: str
    data: Any
    at: str | None
    actor: str
    recorded: str


@dataclass
class Portrait:
    """`shown`: path → value; `said`: the events in their order."""

    shown: dict[str, Any] = field(default_factory=dict)
    said: list[Event] = field(default_factory=list)

    @property
    def types(self) -> dict[str, int]:
        return dict(sorted(Counter(one.type for one in self.said).items()))

    def read(self, data: Path) -> None:
        """Adds what lies in a closed folder, but what the operator said of the clock by which it was opened."""
        self.said = [one for one in events_in(data) if one.type != ClockConfirmed.type_name()]
        self.shown["types"] = self.types
        self.shown["mails"] = mails_in(data)
        self.shown |= {f"reactions/{name}": how for name, how in asyncio.run(consumers(data)).items()}

    def ask(self, house: House, day: str) -> None:
        """Adds what an open installation shows, `day` being the last day."""
        self.ask_views(house)
        for moment in (*BEFORE, day):
            self.ask_figures(house, moment)
        self.shown |= open_data(house, day)

    def ask_views(self, house: House) -> None:
        """Adds how its services are, and their views."""
        last = house.rest()
        self.shown["last"] = last - house.words
        for service in SERVICES:
            state = house.get(f"/{service}/api/state")
            self.shown[f"state/{service}"] = {name: state[name] for name in ("damage", "void", "unknown", "parked")}
            for view in house.get(f"/{service}/api/state/views"):
                assert view["sequence"] == last, f"{service}/{view['view']} is at {view['sequence']} of {last}"
                told = {name: view[name] for name in ("version", "documents", "digest")}
                self.shown[f"views/{service}/{view['view']}"] = told

    def ask_figures(self, house: House, day: str) -> None:
        """Adds the review and every indicator as of a day, known now."""
        review = house.get("/observatory/api/review", as_of=day)["figures"]
        self.shown[f"review/{day}"] = {one["path"]: [one["value"], one["events"]] for one in review}
        for one in house.get("/observatory/api/indicators", earlier="true"):
            found = house.get(f"/observatory/api/indicators/{one['name']}", as_of=day)["values"]
            self.shown[f"figures/{one['name']}/{day}"] = {row["path"]: [row["value"], row["events"]] for row in found}

    def ask_later(self, house: House) -> None:
        """Adds what an installation shows whose clock is at `LATER`: who is due, and the tables of persons that are
        released by then. For the folder is opened with terms that do not run, and what they say must stay, too."""
        for service in SERVICES:
            due = house.get(f"/{service}/api/persons/due")
            self.shown[f"later/due/{service}"] = sorted([one["purpose"], one["ends"]] for one in due)
        self.shown |= {f"later/{path}": rows for path, rows in open_data(house, "2027-12-31").items()}

    def but(self, *patterns: str) -> Portrait:
        """Without the paths of these patterns."""
        left = {p: value for p, value in self.shown.items() if not any(fnmatchcase(p, one) for one in patterns)}
        return Portrait(left, self.said)

    def ask_lives(self, house: House, said: list[Event]) -> None:
        """Adds the life of the first entity of each kind, as the audit tells it."""
        first: dict[str, str] = {}
        for one in said:
            first.setdefault(one.kind, one.id)
        for kind, id in first.items():
            life = house.get(f"/observatory/api/life/{id}")
            told = [
                [one["event"]["seq"], [c["field"] for c in one["changes"]], one["undone"], one["late"]]
                for one in life["events"]
            ]
            facts = [[one["part"], one["field"], one["value"], one["event"]] for one in life["facts"]]
            self.shown[f"life/{kind}"] = {"told": told, "facts": facts}


def open_data(house: House, day: str) -> dict[str, Any]:
    """The public tables as of a day, whole and by each part that they have."""
    found: dict[str, Any] = {}
    for one in house.get("/observatory/api/indicators", earlier="true"):
        for by in ("", *PARTS):
            where = {"as_of": day, "known_at": day, **({"by": by} if by else {})}
            answer = house.client.get(f"/observatory/open-data/{one['name']}.json", params=where)
            if answer.status_code == 200:
                rows = answer.json()["figures"]
                found[f"open-data/{day}/{one['name']}{'/' if by else ''}{by}"] = [
                    [row["path"], row["part"], row["value"], row["state"]] for row in rows
                ]
            else:
                assert answer.status_code in (404, 422), f"{one['name']} by {by}: {answer.status_code}"
    return found


# -- the closed folder ------------------------------------------------------------------------------------------------


def archived(data: Path) -> Iterator[Message]:
    """Every message of the archive of a closed folder."""
    for run in Archive(data / "archive" / NETWORK).read():
        yield from run


def events_in(data: Path) -> Iterator[Event]:
    """Every event of the archive, read by its type, with what is sealed opened."""
    rings = {service: Keyring(data / "keys", NETWORK, service) for service in SERVICES}
    try:
        for message in archived(data):
            if is_guard(message):
                continue
            event = opened(message)
            given = event.cloud.time if event.cloud.time != event.cloud.recordedtime else None
            yield Event(
                event.seq,
                f"{event.service}.{event.entity}",
                event.entity_id,
                event.type,
                _data(event, rings[event.service]),
                given,
                event.actor,
                event.cloud.recordedtime,
            )
    finally:
        for ring in rings.values():
            ring.close()


def _data(event: Recorded, ring: Keyring) -> Any:
    try:
        fields = event.data.model_dump(mode="json", exclude_unset=True)
    except (KeyError, Void) as unread:
        return {"unread": type(unread).__name__}
    return {name: _opened(value, ring, event.id, name) for name, value in fields.items()}


def _opened(value: Any, ring: Keyring, event: str, name: str) -> Any:
    if not isinstance(value, dict) or value.keys() != {"person", "sealed"}:
        return value
    return {"person": value["person"], "clear": ring.reveal({**value, "event": event, "field": name})}


async def consumers(data: Path) -> dict[str, Any]:
    """The durable consumer of each reaction: to which sequence it has reacted, how often it was given something."""
    server = NatsServer(data / "nats", access=access(NETWORK))
    await server.start()
    try:
        operator = await server.connect(OPERATOR)
        found = await operator.jetstream().consumers_info(NETWORK)
        await operator.close()
    finally:
        await server.stop()
    return {
        one.name: {
            "filter": one.config.filter_subject,
            "given": one.delivered.consumer_seq,
            "upto": one.ack_floor.stream_seq,
            "waiting": [one.num_pending, one.num_ack_pending],
        }
        for one in found
    }


def mails_in(data: Path) -> dict[str, Any]:
    """Name of a mail's file → its subject, and where its links lead."""
    found = {}
    for path in sorted((data / "mail").iterdir()):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        found[path.name] = [mail["Subject"], links_in(mail)]  # type: ignore[arg-type]
    return found


# -- kept, and compared -----------------------------------------------------------------------------------------------


def write(portrait: Portrait, folder: Path) -> None:
    """Keeps a portrait, a line for each path and each event."""
    lines = [f"{json.dumps(path)}: {json.dumps(value, ensure_ascii=False)}" for path, value in portrait.shown.items()]
    (folder / SHOWN).write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (folder / SAID).write_text("".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in portrait.said))


def kept(folder: Path) -> Portrait:
    """The portrait that was kept."""
    said = [Event(**json.loads(line)) for line in (folder / SAID).read_text().splitlines()]
    return Portrait(json.loads((folder / SHOWN).read_text()), said)


def differences(then: Portrait, now: Portrait) -> dict[str, tuple[Any, Any]]:
    """Path → what was shown then, and what is now. What a later release shows beside is none, but for reactions: one
    that has another name reacts to everything again."""
    paths = dict.fromkeys([*then.shown, *(path for path in now.shown if path.startswith("reactions/"))])
    both = {path: (then.shown.get(path), now.shown.get(path)) for path in paths}
    before, after = ({one.seq: one for one in each.said} for each in (then, now))
    for seq in sorted(before.keys() | after.keys()):
        pair = before.get(seq), after.get(seq)
        both[f"said/{(pair[0] or pair[1]).type}/{seq}"] = pair  # type: ignore[union-attr]  # one of them is there
    return {path: pair for path, pair in both.items() if pair[0] != pair[1]}


def meant(changed: Mapping[str, str], path: str) -> bool:
    """Whether a release changed on purpose what stands at a path: `changed.json`, pattern → reason."""
    return any(fnmatchcase(path, pattern) for pattern in changed)
