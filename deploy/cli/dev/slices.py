"""What each slice consists of: which files, and what is changed in those that are there."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Callable, Sequence
from typing import Any

from deploy.cli.dev.feature_source import with_case, with_entry, with_keyword
from deploy.cli.dev.source_tree import FUTURE, SourceTree, plain
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
LAYERS = r'containers = \["services\.{}"\]\nlayers = \[\s*"app",(?P<gap>\s*)(?:"retention",\s*)?'
ROUTER = r'^routes = APIRouter\((?:prefix="(?P<prefix>[^"{]*)", )?include_in_schema=False\)'
FEATURES = r"[(\[]\s*(?:\w+(?:\([^)]*\))?,\s*)+(?=[A-Z_]+,?\s*[)\]])"
"""The features of an app.py up to the last: the first route that matches wins, and the last is the widest"""


def add_aggregate(
    tree: SourceTree, name: str, service: str, plural: str, words: Sequence[str], feature: str = ""
) -> None:
    """One kind of record, in a capability that is there or in one of its own. Raises CannotStart where a name is no
    name, or taken. `words`: as of `spoken`."""
    own, feature = not feature, feature or plural
    room = f"services/{service}/{feature}"
    new = own or not tree.there(room)
    called(name, plural, *([feature] if new else []))
    if name == plural:
        raise CannotStart(f"One and several are both {name}: say --plural.")
    kind, entity = camel(name), name.replace("_", "-")
    free(tree, rf"event \S+\.{kind}(?:Opened|Closed)", rf"command {service}/\S+/(?:Open|Close){kind}")
    free(tree, rf"event \w+\.{entity}\.\w+", rf"view {service}/{plural}", rf"word {service}/field\.{name}")
    domain = f"{room}/domain/{name}.py" if tree.there(f"{room}/domain") else f"{room}/domain.py"
    path = plural.replace("_", "-")
    values = {
        **spoken(name, *words),
        "service": service,
        "SERVICE": service.upper(),
        "feature": feature,
        "domain": domain.removesuffix(".py").replace("/", "."),
        "name": name,
        "NAME": name.upper(),
        "Name": kind,
        "plural": plural,
        "PLURAL": plural.upper(),
        "path": path,
        "at": f"/{service}{prefix(tree, room)}/{path}",
        "entity": entity,
    }

    def made(what: str) -> str:
        head = not tree.there(f"{room}/{what}.py")
        return tree.made("aggregate", what, name, **values, head=head)

    if new:
        capability(tree, service, feature, made, ("feature",))
    tree.add(f"shared/contract/{service}/{plural}.py", made("contract"))
    tree.join(domain, made("domain"))
    tree.join(f"{room}/views.py", made("views"))
    in_feature(tree, room, made)
    pages, words_ = f"{room}/pages.py", f"{room}/words.py"
    tree.join(pages, made("pages"), ROUTER)
    if tree.there(words_):
        tree.insert(words_, r"^(?=from )", "from shared.base.translations import L\n")
        tree.insert(words_, r"^\w+: Words = \{\n", made("words"))
    else:
        tree.add(words_, made("words"))
    tree.add(f"services/{service}/templates/{plural}.html", made("html"))
    tested(tree, f"tests/{room}", name, made("test"))
    unanswered(
        tree,
        service,
        *(
            f"{at}{key}"
            for at in (values["at"].removeprefix(f"/{service}"), f"/api/{plural}")
            for key in ("", "/{key}")
        ),
    )


def in_feature(tree: SourceTree, room: str, made: Callable[[str], str]) -> None:
    """What a capability says of one more aggregate. Raises CannotStart where its feature.py does not say it itself."""
    path = f"{room}/feature.py"
    imports = made("imports").partition("annotations\n\n")[2]
    tree.insert(path, FUTURE, imports)
    source = tree.text(path)
    for what in ("page_of", "choices"):
        source = with_case(source, what, made(f"{what}_case"), made(what))
    source = with_entry(with_entry(source, "deciders", made("decider").strip()), "views", made("view").strip())
    source = with_entry(source, "again", made("again").strip(), "{}")
    if not tree.there(f"{room}/pages.py"):
        source = with_entry(source, "routes", "routes")
    if not tree.there(f"{room}/words.py"):
        source = with_keyword(source, "words", "WORDS")
    tree.rewrite(path, source)


def add_page(tree: SourceTree, name: str, service: str, feature: str, words: Sequence[str]) -> None:
    """In a capability that is there, or in one of its own. Raises CannotStart where a name is no name, or taken."""
    called(name, feature)
    room, code, tests = f"services/{service}/{feature}", f"page.{name}", f"tests/services/{service}/{feature}"
    free(tree, rf"word {service}/{re.escape(code)}")
    new = not tree.there(room)
    values = {
        **spoken(name, *words),
        "service": service,
        "SERVICE": service.upper(),
        "name": name,
        "head": new,
        "path": name.replace("_", "-"),
        "at": f"{prefix(tree, room)}/{name.replace('_', '-')}",
        "feature": feature,
        "about": feature.replace("_", " "),
    }

    def made(what: str) -> str:
        return tree.made("page", what, code, **values)

    values["title"] = f'say("{code}")'
    if new:
        capability(tree, service, feature, made, ("feature", "pages", "words"))
    elif tree.there(f"{room}/pages.py"):
        tree.join(f"{room}/pages.py", made("pages"), ROUTER)
        values["title"] = tree.said(values["Fr"], values["En"], code)
    else:
        raise CannotStart(f"{room} has no pages.py: it has to be added by hand.")
    tree.add(f"services/{service}/templates/{name}.html", made("page_html"))
    tested(tree, tests, name, made("test_page"))
    unanswered(tree, service, values["at"])


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


def capability(tree: SourceTree, service: str, folder: str, made: Callable[[str], str], modules: Sequence[str]) -> None:
    """A new folder with its tests, its line in app.py and its place among the layers: over all but what keeps terms."""
    room = f"services/{service}/{folder}"
    if tree.there(room) or tree.there(f"{room}.py"):
        raise CannotStart(f"{room} is there already, and nothing is written over it.")
    texts = {what: made(what) for what in modules}
    tree.add(f"{room}/__init__.py")
    for what, text in texts.items():
        tree.add(f"{room}/{what}.py", text)
    feature = f"from services.{service}.{folder}.feature import FEATURE as {folder.upper()}\n"
    tree.insert(f"services/{service}/app.py", FUTURE, feature)
    tree.insert(f"services/{service}/app.py", FEATURES, f"{folder.upper()}, ")
    tree.insert("pyproject.toml", LAYERS.format(service), rf'"{folder}",\g<gap>')


def tested(tree: SourceTree, folder: str, name: str, text: str) -> None:
    """A test module, in a folder that may be new."""
    if not tree.there(f"{folder}/__init__.py"):
        tree.add(f"{folder}/__init__.py")
    tree.add(f"{folder}/test_{name}.py", text)


def prefix(tree: SourceTree, room: str) -> str:
    """What the addresses of a capability's pages begin with, in its service."""
    path = f"{room}/pages.py"
    found = re.search(ROUTER, tree.text(path), re.M) if tree.there(path) else None
    return (found["prefix"] or "") if found else ""


def unanswered(tree: SourceTree, service: str, *addresses: str) -> None:
    """Raises CannotStart where a route that is there answers one of these already."""
    for line in tree.text(ROUTES).splitlines():
        there = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(line.rpartition(" ")[0]))
        if there and any(re.fullmatch(there, f"{service} GET {one}") for one in addresses):
            raise CannotStart(f"“{line}” is in {ROUTES} and answers there already: choose another name.")
