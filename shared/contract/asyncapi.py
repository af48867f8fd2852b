"""AsyncAPI 3.0 of the whole published language, as one service publishes it.

FastStream's own document only knows what it subscribes to; this one is made from `shared/contract/`, so that a
subscriber finds every event type of the network, its address and its schema.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from shared.contract import Event, load_all
from shared.contract.examples import example_body
from shared.contract.schemas import schema_of

CLOUD_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0, structured JSON mode, with our extensions.",
    "required": [
        "specversion", "id", "source", "type", "subject", "time", "recordedtime", "actor", "commandid",
        "correlationid", "entityversion", "data",
    ],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"type": "string", "description": "/<network>/<service>"},
        "type": {"type": "string"},
        "subject": {"type": "string", "description": "<entity>/<id>"},
        "time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "datacontenttype": {"const": "application/json"},
        "recordedtime": {"type": "string", "format": "date-time", "description": "When the network learnt of it."},
        "actor": {"type": "string", "description": "Who did it; never a name in clear."},
        "commandid": {"type": "string", "format": "uuid"},
        "correlationid": {"type": "string", "format": "uuid"},
        "causationid": {"type": "string", "format": "uuid", "description": "The event that this one reacts to."},
        "traceparent": {"type": "string"},
        "commanddigest": {
            "type": "string",
            "description": ("For the service itself: a keyed hash of what was sent under `commandid`, without "
                "personal values."),
        },
        "believedtime": {
            "type": "string", "format": "date-time",
            "description": "Only where the clock that `recordedtime` is from was in doubt: what time it was at least "
            "(when that clock was believed last, and what was counted since; 1970 where nothing was known).",
        },
        "dataschema": {
            "type": "string", "format": "uri",
            "description": "`urn:maillage:<service>:<type>:<shape>`: the schema of `data`, which "
            "`/<service>/api/schemas/<type>/<shape>` answers. Absent in events of the first release, whose shape is 1.",
        },
        "entityversion": {"type": "integer", "minimum": 1, "description": "1, 2, 3, … in each entity."},
    },
}  # fmt: skip


@cache
def asyncapi(network: str, service: str) -> dict[str, Any]:
    """The document of `service`: it sends its own event types and may receive all of them. Not to be changed."""
    types = load_all()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Maillage: {service}",
            "version": "1",
            "description": "Domain events over NATS JetStream. Names and fields are the storage format: a type never "
            "changes its meaning, added fields are optional. A field with `x-vocabulary` holds a code of that list of "
            "the network, which `/membership/api/definitions/lists/{name}` answers as of any day; no code is named "
            "here, since they change with the network and events keep those of their day.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {name: _channel(network, kind) for name, kind in types.items()},
        "operations": {
            f"{_action(kind, service)}{name}": {
                "action": _action(kind, service),
                "channel": {"$ref": f"#/channels/{name}"},
            }
            for name, kind in types.items()
        },
        "components": {"messages": {name: _message(network, kind) for name, kind in types.items()}},
    }


def _action(kind: type[Event], service: str) -> str:
    return "send" if kind.anywhere or kind.service == service else "receive"


def _channel(network: str, kind: type[Event]) -> dict[str, Any]:
    of, parameters = f"{kind.service}.{kind.entity}", {"id": {"description": f"The UUID of the {kind.entity}."}}
    if kind.anywhere:
        of = "{service}.{entity}"
        parameters = {
            "service": {"description": "The service of the entity whose event it is about."},
            "entity": {"description": "The kind of that entity."},
            "id": {"description": "The UUID of that entity."},
        }
    return {
        "address": f"{network}.{of}.{{id}}.{kind.type_name()}",
        "parameters": parameters,
        "messages": {kind.type_name(): {"$ref": f"#/components/messages/{kind.type_name()}"}},
    }


def _message(network: str, kind: type[Event]) -> dict[str, Any]:
    return {
        "name": kind.type_name(),
        "summary": " ".join((kind.__doc__ or "").split()),
        "contentType": "application/cloudevents+json",
        "x-service": kind.service,
        "x-entity": kind.entity,
        "examples": [{"name": kind.type_name(), "payload": example_body(kind, network)}],
        "payload": {
            **CLOUD_EVENT,
            "properties": {**CLOUD_EVENT["properties"], "type": {"const": kind.type_name()}, "data": schema_of(kind)},
        },
    }
