"""What is asked beyond links: the API, forms of commands, one event of each type; and what is asked wrongly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.compare.answers import Ask, Visitors
from tests.compare.crawl import LANGUAGES, SERVICES
from tests.compare.history import OPERATOR

UNKNOWN = "01890000-0000-7000-8000-00000000abcd"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
LONG = "x" * 30_000
PAGE = 1000  # events of one answer


def found(visitors: Visitors, path: str) -> Any:
    """What the API says to the operator; {} where it says nothing."""
    answer = visitors.ask(Ask(OPERATOR, "fr", path, "found"))
    return json.loads(answer.body) if answer.status == 200 else {}


def commands(visitors: Visitors, service: str) -> list[tuple[str, str]]:
    """The commands that a service describes: name in the API, name of its form."""
    paths = found(visitors, f"/{service}/openapi.json").get("paths", {})
    names = [path.rpartition("/")[2] for path in paths if path.startswith("/api/commands/")]
    return [(name, "".join(part.capitalize() for part in name.split("-"))) for name in names]


def addresses(visitors: Visitors) -> list[str]:
    """Everything that an installation describes and links may not reach: documents, the API's lists and one document of
    each, a form of each command, one event of each type with its life."""
    paths: list[str] = []
    for service in SERVICES:
        paths += [f"/{service}/{name}" for name in ("", "openapi.json", "asyncapi.json", "docs", "privacy")]
        paths += [f"/{service}/do/{form}" for _, form in commands(visitors, service)]
        described = found(visitors, f"/{service}/openapi.json").get("paths", {})
        for path, methods in described.items():
            if "get" not in methods:
                continue
            if "{" not in path:
                paths.append(f"/{service}{path}")
            elif path.endswith("/{key}") and path.count("{") == 1:
                listed = found(visitors, f"/{service}{path.removesuffix('/{key}')}?size=1").get("documents")
                paths += [f"/{service}{path.replace('{key}', str(one['key']))}" for one in listed or ()]
    return [*paths, *one_of_each_type(visitors)]


def one_of_each_type(visitors: Visitors) -> Iterator[str]:
    """The pages of the last event of each type."""
    last: dict[str, tuple[int, str]] = {}
    after = 0
    while events := found(visitors, f"/observatory/api/events?after={after}&limit={PAGE}").get("events"):
        for one in events:
            last[one["type"]] = (one["seq"], one["subject"].rpartition("/")[2])
        after = events[-1]["seq"]
    for seq, entity in last.values():
        yield from (f"/observatory/journal/{seq}", f"/observatory/api/events/{seq}", f"/observatory/life/{entity}")


def wrong(visitors: Visitors) -> Iterator[Ask]:
    """What can't be done, and is refused with a sentence: nobody there, not signed in, not allowed, not a form, not
    JSON; each command with nothing, with too much and with an unknown field."""
    for lang in LANGUAGES:
        for who in ("administrator", "public"):
            for path in (
                "/nothing",
                "/directory/nothing",
                f"/directory/structures/{UNKNOWN}",
                "/directory/structures/1",
                "/observatory/journal/999999999",
                "/observatory/journal/x",
                "/newsletter/confirm/bad",
                "/observatory/answer/bad",
                "/directory/?page=0",
                "/observatory/?as_of=x",
                "/directory/do/Nothing",
                "/directory/sign-in/link/bad",
            ):
                yield Ask(who, lang, path, f"bad GET {path.partition('?')[0]}")
    for service in SERVICES:
        for api, form in commands(visitors, service):
            yield from wrong_command(service, api, form)
        for path in (f"/{service}/api/nothing", f"/{service}/api/state"):
            yield Ask("public", "fr", path, f"bad {service} api", headers={"Accept": "application/json"})
        yield Ask("administrator", "fr", f"/{service}/openapi.json", f"bad {service} method", "DELETE")


def wrong_command(service: str, api: str, form: str) -> Iterator[Ask]:
    """The kinds of wrong bodies of one command. `command_id` is given, so that nothing hangs on chance."""
    path, kind = f"/{service}/api/commands/{api}", f"bad {service} {form}"
    id = str(uuid5(NAMESPACE_URL, f"{service}/{form}"))
    unknown = json.dumps({"no-such-field": 1})
    yield Ask("public", "fr", path, kind, "POST", unknown, JSON)
    yield Ask("reader", "fr", path, kind, "POST", unknown, JSON)
    for body in (unknown, "{", "[]"):
        yield Ask("administrator", "fr", path, kind, "POST", body, JSON)
    for lang in LANGUAGES:
        page = f"/{service}/do/{form}"
        # A day that is none: whatever else may be left out, nothing comes of it.
        yield Ask("administrator", lang, page, kind, "POST", f"command_id={id}&happened_on=x", FORM)
        many = "&".join(
            f"{name}={value}"
            for name, value in (
                ("name", LONG),
                ("title", LONG),
                ("reason", LONG),
                ("email", "a..b"),
                ("country", "ZZ"),
                ("starts", "x"),
                ("number", "x"),
                ("structure", UNKNOWN),
                ("member", UNKNOWN),
                ("gathering", UNKNOWN),
            )
        )
        yield Ask("administrator", lang, page, kind, "POST", f"command_id={id}&happened_on=x&{many}", FORM)
    yield Ask("administrator", "fr", page, kind, "POST", "", FORM)
