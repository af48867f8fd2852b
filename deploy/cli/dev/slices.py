"""What each slice consists of: which files, and what is changed in those that are there."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Callable, Sequence
from typing import Any

from deploy.cli.dev.source_tree import SourceTree, plain
from deploy.host.all_services import DEFINITIONS
from deploy.host.data_folder import CannotStart
from services.observatory.indicators import INDICATORS
from shared.base.services import SERVICES
from shared.contract import Event, load_all
from shared.contract.examples import example_body
from shared.kernel.decider import Command

NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGEST = 30
TAKEN = {
    *SERVICES, "api", "app", "back", "base", "choices", "command", "command_id", "context", "decider", "decision",
    "do", "document", "domain", "event", "features", "found", "happened", "happened_on", "history", "instead",
    "instead_reason", "key", "known_since", "mail", "outcome", "page", "pages", "path", "persons", "reason",
    "recorded", "refused", "render", "request", "response", "routes", "seen_day", "service", "show_day", "state",
    "static", "templates", "title", "version", "view", "views", "words",
}  # fmt: skip
"""What forms, addresses, folders and the modules that are made here call something else"""
STORED = "tests/shared/contract/stored_names.txt"
ROUTES = "tests/abuse/routes.txt"
FUTURE = r"^from __future__ import annotations\n\n"
LAYERS = r'containers = \["services\.{}"\]\nlayers = \[\s*"app",(?P<gap>\s*)(?:"retention",\s*)?'
ROUTER = r'^routes = APIRouter\((?:prefix="(?P<prefix>[^"{]*)", )?include_in_schema=False\)'
FEATURES = r"[(\[]\s*(?:\w+(?:\([^)]*\))?,\s*)+(?=[A-Z_]+,?\s*[)\]])"
"""The features of an app.py up to the last: the first route that matches wins, and the last is the widest"""


def add_aggregate(tree: SourceTree, name: str, service: str, plural: str, words: Sequence[str]) -> None:
    """A capability with one kind of record. Raises CannotStart where a name is no name, or taken. `words`: as of
    `spoken`."""
    called(name, plural)
    if name == plural:
        raise CannotStart(f"One and several are both {name}: say --plural.")
    kind, entity = camel(name), name.replace("_", "-")
    free(tree, rf"event \S+\.{kind}(?:Opened|Closed)", rf"command {service}/\S+/(?:Open|Close){kind}")
    free(tree, rf"event \w+\.{entity}\.\w+", rf"view {service}/{plural}", rf"word {service}/field\.{name}")
    values = {
        **spoken(name, *words),
        "service": service,
        "SERVICE": service.upper(),
        "name": name,
        "NAME": name.upper(),
        "Name": kind,
        "plural": plural,
        "PLURAL": plural.upper(),
        "path": plural.replace("_", "-"),
        "entity": entity,
    }

    def made(what: str) -> str:
        return tree.made("aggregate", what, name, **values)

    tree.add(f"shared/contract/{service}/{plural}.py", made("contract"))
    there = rf"    from shared\.contract\.{service} import (?:\(  # noqa: F401\n)?"
    tree.insert("shared/contract/__init__.py", there, f"{plural}, ")
    capability(tree, service, plural, made)
    for what in ("domain", "views"):
        tree.add(f"services/{service}/{plural}/{what}.py", made(what))
    tree.add(f"services/{service}/templates/{plural}.html", made("list_html"))
    tree.add(f"services/{service}/templates/{name}.html", made("record_html"))
    tests = f"tests/services/{service}/{plural}"
    for what in ("test_domain", "test_pages"):
        tree.add(f"{tests}/{what}.py", made(what))
    listed(tree, service, made("routes"))


def add_page(tree: SourceTree, name: str, service: str, feature: str, words: Sequence[str]) -> None:
    """In a capability that is there, or in one of its own. Raises CannotStart where a name is no name, or taken."""
    called(name, feature)
    room, code, tests = f"services/{service}/{feature}", f"page.{name}", f"tests/services/{service}/{feature}"
    free(tree, rf"word {service}/{re.escape(code)}")
    new = not (tree.root / room).exists()
    values = {
        **spoken(name, *words),
        "service": service,
        "SERVICE": service.upper(),
        "name": name,
        "head": new,
        "path": name.replace("_", "-"),
        "at": f"/{name.replace('_', '-')}",
        "feature": feature,
        "about": feature.replace("_", " "),
    }

    def made(what: str) -> str:
        return tree.made("page", what, code, **values)

    values["title"] = f'say("{code}")'
    if new:
        capability(tree, service, feature, made)
    else:
        imports, _, function = made("pages").partition("\n\n\n@")
        tree.insert(f"{room}/pages.py", FUTURE, imports.partition("annotations\n\n")[2] + "\n")
        tree.insert(f"{room}/pages.py", rf"{ROUTER}(?s:.*)\Z", f"\n\n@{function}")
        prefix = re.search(ROUTER, tree.text(f"{room}/pages.py"), re.M)
        values["at"] = f"{prefix['prefix'] or '' if prefix else ''}/{values['path']}"
        values["title"] = tree.said(values["Fr"], values["En"], code)
        if not (tree.root / tests / "__init__.py").exists():
            tree.add(f"{tests}/__init__.py")
    tree.add(f"services/{service}/templates/{name}.html", made("page_html"))
    tree.add(f"{tests}/test_{name}.py", made("test_page"))
    listed(tree, service, f"{service} GET {values['at']} reader\n")


def add_indicator(tree: SourceTree, name: str, service: str, event: str, unit: str, words: Sequence[str]) -> None:
    """Counts events of one type. Raises CannotStart where a name is no name or taken, and for an event of another
    service."""
    called(name)
    kind = load_all().get(event)
    if kind is None or kind.service != service:
        raise CannotStart(f"{service} says no event “{event}”: docs/events.md has them all.")
    units = {one[5:] for each in DEFINITIONS for one in each.words if re.fullmatch(r"unit\.\w+", one)}
    unit = unit or kind.entity.replace("-", "_")
    if unit not in units:
        raise CannotStart(f"There is no unit {unit}: --unit is one of {', '.join(sorted(units))}.")
    free(tree, f"indicator {name}", f"path {service}.{name}")
    said = spoken(name, *words)
    meaning = f"Combien il y en a : {said['fr']}."
    for french, english in ((said["Fr"], said["En"]), (meaning, f"How many there are: {said['en']}.")):
        tree.said(french, english, None)
    values = {
        **said,
        "service": service,
        "name": name,
        "event": event,
        "unit": unit,
        "definition": meaning,
        "persons": any("Personal" in str(one.annotation) for one in kind.model_fields.values()),
        "data": json.dumps(example(kind), ensure_ascii=False),
    }
    room = f"services/observatory/indicators/{name}"
    tree.add(f"{room}.sql", tree.made("indicator", "query", **values))
    tree.add(f"{room}.yaml", tree.made("indicator", "history", **values))


def called(*names: str) -> None:
    """Raises CannotStart for what the code can't call anything."""
    for name in names:
        if not NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(name) or keyword.issoftkeyword(name):
            raise CannotStart(
                f"“{name}” is no name: {LONGEST} small letters, digits and single underscores at most, and no "
                "word of Python."
            )
        if name in TAKEN or hasattr(Command, name):
            raise CannotStart(f"“{name}” means something else here: choose another name.")


def free(tree: SourceTree, *names: str) -> None:
    """Raises CannotStart where one of these patterns is the name of something, in the code or stored by an earlier
    one."""
    there = [tree.text(STORED), *(f"event {one.service}.{one.entity}.{name}" for name, one in load_all().items())]
    for one in DEFINITIONS:
        there += [
            f"command {one.name}/{each.entity}/{kind.__name__}" for each in one.deciders for kind in each.decisions
        ]
        there += [
            *(f"view {one.name}/{view.name}" for view in one.views),
            *(f"word {one.name}/{code}" for code in one.words),
        ]
    there += [f"path {path}" for one in INDICATORS.values() for path in re.findall(r"'(\w+\.[\w.]+)'", one.query)]
    found = re.search(rf"^(?:{'|'.join(names)})$", "\n".join(there), re.M)
    if found:
        raise CannotStart(f"There is “{found[0]}” already, and what is stored under a name keeps it.")


def camel(name: str) -> str:
    return "".join(capital(part) for part in name.split("_"))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def spoken(name: str, french: str, english: str, french_many: str = "", english_many: str = "") -> dict[str, Any]:
    """The words of both languages, one and several, small and capital; English as the code calls it where none is
    given."""
    fr, en = plain(french, "--french"), plain(english or name.replace("_", " "), "--english")
    many = plain(french_many or f"{fr}s", "--french-plural"), plain(english_many or f"{en}s", "--english-plural")
    found = {"fr": fr, "en": en, "fr_many": many[0], "en_many": many[1]}
    return found | {capital(code): capital(text) for code, text in found.items()}


def example(kind: type[Event]) -> dict[str, Any]:
    """Data that this type must have, as a history of an indicator writes them: ids and persons by names."""
    whole = example_body(kind)["data"]
    data = {name: whole[name] for name, field in kind.model_fields.items() if field.is_required()}
    for name in data:
        said = str(kind.model_fields[name].annotation)
        if "UUID" in said or "Personal" in said:
            data[name] = [name] if isinstance(data[name], list) else name
    return data


def capability(tree: SourceTree, service: str, folder: str, made: Callable[[str], str]) -> None:
    """A new folder with its tests, its line in app.py and its place among the layers: over all but what keeps terms."""
    room = f"services/{service}/{folder}"
    if any((tree.root / one).exists() for one in (room, f"{room}.py")):
        raise CannotStart(f"{room} is there already, and nothing is written over it.")
    tree.add(f"{room}/__init__.py")
    for what in ("feature", "pages", "words"):
        tree.add(f"{room}/{what}.py", made(what))
    tree.add(f"tests/services/{service}/{folder}/__init__.py")
    feature = f"from services.{service}.{folder}.feature import FEATURE as {folder.upper()}\n"
    tree.insert(f"services/{service}/app.py", FUTURE, feature)
    tree.insert(f"services/{service}/app.py", FEATURES, f"{folder.upper()}, ")
    tree.insert("pyproject.toml", LAYERS.format(service), rf'"{folder}",\g<gap>')


def listed(tree: SourceTree, service: str, lines: str) -> None:
    """Puts routes at the end of those of the service. Raises CannotStart where one that is there answers already."""
    for line in tree.text(ROUTES).splitlines():
        there = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(line.rpartition(" ")[0]))
        if there and re.search(rf"^{there} ", lines, re.M):
            raise CannotStart(f"“{line}” is in {ROUTES} and answers there already: choose another name.")
    tree.insert(ROUTES, rf"(?:^{service} .+\n)+", lines)
