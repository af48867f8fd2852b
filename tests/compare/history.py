"""A history that is told to an installation by the API and by forms: every command that it has, once at least.

The ids of all commands are made of their place in the telling, so that two installations are told the same. A command
that only corrected is sent to a release that has it, and to another one what is said in its place today
(tests/fixtures/earlier_commands.py): the facts are the same, and the same of them stand.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser
from json import dumps, loads
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import NAMESPACE_URL, uuid5

from tests.compare.answers import Answer, Ask, Visitors
from tests.compare.crawl import SERVICES, kind_of
from tests.fixtures.earlier_commands import EARLIER, retired

CONTACT, FRIEND = "contact@exemple.invalid", "lectrice@exemple.invalid"
ACCOUNTS = {
    "administrator": "administration@exemple.invalid",
    "editor": "redaction@exemple.invalid",
    "reader": "lecture@exemple.invalid",
    "auditor": "controle@exemple.invalid",
}
"""Role → the address of the account that has it everywhere."""
VISITORS = {**ACCOUNTS, "contact": CONTACT}
OPERATOR = "operator"
PATIENCE = 20  # seconds until a mail that is awaited has come


class Form(HTMLParser):
    """The first form of a page that sends something: where to, and what its fields hold as the page shows them."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.values: list[tuple[str, str]] = []
        self._in = self._done = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        sends = tag == "form" and not self._done and given.get("method", "").lower() == "post"
        if sends and "sign-out" not in given.get("action", ""):
            self._in, self.action = True, given.get("action", "")
        if not self._in or self._done:
            return
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and kind not in ("file", "submit"):
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.values.append((name, given.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values.append((self._select, given.get("value", "")))
        elif tag == "textarea" and name:
            self._area = name
            self.values.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, before = self.values[-1]
            self.values[-1] = (name, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._in:
            self._done = True
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


@dataclass
class Teller:
    """Tells an installation, and keeps each answer. `sent`: the commands that were accepted; `refused`: those that
    never were, with what was said."""

    visitors: Visitors
    data: Path
    told: list[tuple[Ask, Answer]] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    _number: int = 0
    _described: dict[str, Any] = field(default_factory=dict)

    def id(self) -> str:
        self._number += 1
        return str(uuid5(NAMESPACE_URL, f"https://exemple.invalid/compare/{self._number}"))

    def ask(self, ask: Ask) -> Answer:
        answer = self.visitors.ask(ask)
        self.told.append((ask, answer))
        return answer

    def post(self, path: str, body: Any, who: str = OPERATOR, **headers: str) -> Any:
        """Sends JSON; what came back, {} where it is none."""
        kind = f"POST {kind_of(urlsplit(path).path)}"
        answer = self.ask(
            Ask(who, "fr", path, kind, "POST", dumps(body), {"Content-Type": "application/json", **headers})
        )
        try:
            return loads(answer.body)
        except ValueError:
            return {}

    def do(self, command: str, happened: str | None = None, **facts: Any) -> str:
        """Sends a command (`<service> <its name in the API>`); the id of its entity, an unknown one where it was
        refused."""
        service, _, name = command.partition(" ")
        query = f"?happened={happened}" if happened else ""
        id = self.id()
        if command in EARLIER and name in retired(self.described(service)):
            name, facts = EARLIER[command].today(facts, self.life(str(facts[EARLIER[command].about])))
        got = self.post(f"/{service}/api/commands/{name}{query}", facts, **{"Idempotency-Key": id})
        if "entity" in got:
            self.sent.add(f"{service} {name}")
            self.sent.add(command)
            return str(got["entity"])
        self.refused[command] = f"{self.told[-1][1].status} {dumps(got, ensure_ascii=False)[:200]}"
        return id

    def described(self, service: str) -> Any:
        """What a service of this release says that it takes."""
        if service not in self._described:
            answer = self.visitors.ask(Ask(OPERATOR, "fr", f"/{service}/openapi.json", "openapi"))
            self._described[service] = loads(answer.body)
        return self._described[service]

    def has(self, command: str) -> bool:
        """Whether this release has a command."""
        service, _, name = command.partition(" ")
        described = self.described(service)
        return f"/api/commands/{name}" in described["paths"] and name not in retired(described)

    def life(self, entity: str) -> list[dict[str, Any]]:
        """All that was said of a record, once the observatory has read it."""

        def asked(path: str) -> Any:
            return loads(self.visitors.ask(Ask(OPERATOR, "fr", path, "life")).body)

        last, end = asked("/directory/api/state")["last"], time.monotonic() + PATIENCE
        while asked("/observatory/api/events?limit=1")["sequence"] < last and time.monotonic() < end:
            time.sleep(0.05)
        found: list[dict[str, Any]] = asked(f"/observatory/api/life/{entity}").get("events", [])
        return found

    def view(self, path: str) -> list[dict[str, Any]]:
        """The documents of a view."""
        answer = self.visitors.ask(Ask(OPERATOR, "fr", path, "view"))
        found: list[dict[str, Any]] = loads(answer.body).get("documents", []) if answer.status == 200 else []
        return found

    def fill(self, path: str, by: str = "administrator", /, **fields: Any) -> str:
        """Opens the page at `path`, fills in its form, and sends it; where it leads. A file is `(name, content)`."""
        page = self.visitors.ask(Ask(by, "fr", path, "form"))
        form = Form()
        form.feed(page.body.decode(errors="replace"))
        target = urlsplit(urljoin(self.visitors.url + path, form.action or ""))
        where = target.path + (f"?{target.query}" if target.query else "")
        values = [(name, value) for name, value in form.values if name not in fields]
        values = [(name, self.id() if name == "command_id" else value) for name, value in values]
        files = {name: value for name, value in fields.items() if isinstance(value, tuple)}
        for name, value in fields.items():
            if name not in files:
                values += [(name, each) for each in (value if isinstance(value, list) else [value])]
        kind = f"POST {kind_of(target.path)}"
        body, type = urlencode(values), "application/x-www-form-urlencoded"
        if files:
            body, type = _multipart(values, files)
        answer = self.ask(Ask(by, "fr", where, kind, "POST", body, {"Content-Type": type}))
        return answer.headers.get("location", where)

    def send(self, path: str, by: str = "administrator", /, **fields: str) -> str:
        """Sends a form without opening its page; where it leads."""
        body, headers = (
            urlencode({"command_id": self.id(), **fields}),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = self.ask(Ask(by, "fr", path, f"POST {kind_of(path)}", "POST", body, headers))
        return answer.headers.get("location", path)

    def mailed(self, address: str, pattern: str) -> str:
        """The first address of this pattern in a mail to somebody, once it has come; "" where none does."""
        end, seen = time.monotonic() + PATIENCE, set[Path]()
        while time.monotonic() < end:
            fresh = set((self.data / "mail").glob("*.eml")) - seen
            seen |= fresh
            for mail in map(_mail, sorted(fresh)):
                body = mail.get_body(("plain",))
                if address in str(mail["To"]) and body and (found := re.search(pattern, body.get_content())):
                    return found[0]
            time.sleep(0.1)
        self.missed.append(f"{address}: no mail with {pattern}")
        return ""


def _multipart(values: Sequence[tuple[str, str]], files: dict[str, Any]) -> tuple[str, str]:
    mark = "compare-7d1f"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in values]
    parts += [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{called}"\r\n'
        f"Content-Type: text/csv\r\n\r\n{content}\r\n"
        for name, (called, content) in files.items()
    ]
    return "".join(parts) + f"--{mark}--\r\n", f"multipart/form-data; boundary={mark}"


def _mail(path: Path) -> Any:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def mails(data: Path) -> list[Any]:
    """The mails that were written into the data folder, in the order of their names."""
    return [_mail(path) for path in sorted((data / "mail").glob("*.eml"))]


def tell(at: Teller) -> None:
    """All of it, in this order: what comes later needs what came before."""
    accounts(at)
    eau, soleil = structures(at)
    cooperation(at, eau, soleil)
    membership(at, eau, soleil)
    events(at, eau)
    newsletter(at)
    observatory(at, eau)
    corrected(at, eau)


def accounts(at: Teller) -> None:
    for role, email in ACCOUNTS.items():
        at.post(
            "/directory/api/accounts",
            {"email": email, "label": f"Compte {role}", "roles": [f"all:{role}"]},
            **{"Idempotency-Key": at.id()},
        )
        at.visitors.come_in(role, email)
    body = {"email": "autre@exemple.invalid", "label": "Un autre", "roles": ["events:editor"]}
    other = at.post("/directory/api/accounts", body, **{"Idempotency-Key": at.id()}).get("entity", at.id())
    token = at.post(
        f"/directory/api/accounts/{other}/tokens",
        {"name": "Essai", "scopes": ["events:reader"], "days": 1},
        **{"Idempotency-Key": at.id()},
    )
    at.do("directory withdraw-token", account=other, token=token.get("token", at.id()))
    at.do("directory revise-account", account=other, label="Une autre", name="Anaïs Peyre")
    at.do("directory grant-role", account=other, where="directory", role="reader")
    at.do("directory withdraw-role", account=other, where="directory", role="reader")
    at.do("directory set-roles", account=other, roles=["directory:reader", "newsletter:editor"])
    at.do("directory sign-out", account=other, session=at.id())
    at.do("directory end-sessions", account=other)
    at.do("directory close-account", account=other, reason="Départ")
    at.do("directory reopen-account", account=other)


def structures(at: Teller) -> tuple[str, str]:
    facts: dict[str, Any] = {
        "name": "Eau vive d’essai",
        "kind": "association",
        "department": "31",
        "commune": "Toulouse",
        "acronym": "EVE",
        "address": "1 rue de l’Essai",
        "website": "https://eau.exemple.invalid",
        "themes": ["Eau"],
        "countries": ["SN"],
        "sdgs": [6],
        "rna": "W313000001",
        "summary": "De l’eau, partout.",
    }
    eau = at.do("directory register-structure", "2016-03-01T09:00:00Z", **facts)
    soleil = at.do("directory register-structure", name="Soleil levant d’essai", kind="company", department="34")
    double = at.do("directory register-structure", name="Eau vive d’essai", kind="association", commune="Muret")
    at.do(
        "directory revise-structure", structure=eau, **{**facts, "acronym": None, "summary": "De l’eau et de l’ombre."}
    )
    contact = at.do(
        "directory add-contact",
        structure=eau,
        name="Zénobie Quatremère",
        email=CONTACT,
        phone="0561000000",
        role="Présidente",
    )
    at.do("directory revise-contact", contact=contact, role="Directrice")
    gone = at.do("directory add-contact", structure=soleil, name="Balthazar Peyrecave")
    at.do("directory remove-contact", contact=gone, reason="Départ")
    at.do("directory wish-listing", structure=eau)
    at.do("directory wish-listing", structure=soleil)
    at.do("directory decline-listing", structure=soleil, reason="Pas maintenant")
    for command in ("list-structure", "unlist-structure", "list-structure"):
        at.do(f"directory {command}", structure=eau)
    at.do("directory tell-namesakes-apart", first=eau, second=soleil, reason="Ce sont deux structures")
    at.do("directory doubt-namesakes", first=eau, second=soleil)
    at.do("directory merge-structures", structure=eau, merged=double, taken=["commune"])
    at.do("directory unmerge-structures", structure=eau, merged=double, reason="Par erreur")
    at.do("directory close-structure", structure=double, reason="Dissoute")
    at.do("directory reopen-structure", structure=double)
    at.do("directory picture-structure", structure=eau, picture="0" * 64)  # of which there is none
    at.do("directory unpicture-structure", structure=eau)
    return eau, soleil


def cooperation(at: Teller, eau: str, soleil: str) -> None:
    support = at.do(
        "directory give-support", "2017-05-02T09:00:00Z", structure=eau, kind="funding_search", summary="Un dossier"
    )
    at.do("directory withdraw-support", support=support, reason="Double")
    coverage = at.do("directory note-media-coverage", structure=eau, medium="La Dépêche", title="L’eau au Sénégal")
    at.do("directory withdraw-media-coverage", coverage=coverage, reason="Double")
    request = at.do(
        "directory request-identification", requester="Mairie de Muret", themes=["Eau"], question="Qui fait quoi ?"
    )
    at.do(
        "directory answer-identification", request=request, structures=1, answer="Une seule", found=[eau], shown_upto=1
    )
    other = at.do("directory request-identification", requester="Région", kinds=["company"])
    at.do("directory withdraw-identification-request", request=other, reason="Sans suite")
    news = at.do(
        "directory publish-news",
        structure=eau,
        structure_name="Eau vive d’essai",
        title="Un puits",
        text="Il est *creusé*.",
    )
    at.do("directory withdraw-publication", publication=news, reason="Périmé")
    at.do(
        "directory publish-offer",
        structure=eau,
        structure_name="Eau vive d’essai",
        kind="job",
        title="Un poste",
        text="À pourvoir.",
        deadline="2093-01-31",
    )
    draft = at.do(
        "directory draft-publication",
        structure=eau,
        sort="event",
        title="Une fête",
        text="Venez.",
        starts="2093-06-01T10:00:00Z",
        place="Toulouse",
    )
    at.do(
        "directory redraft-publication",
        publication=draft,
        title="Une grande fête",
        text="Venez nombreux.",
        starts="2093-06-01T10:00:00Z",
    )
    at.do("directory publish-draft", publication=draft, structure_name="Eau vive d’essai")
    project: dict[str, Any] = {
        "leader": eau,
        "title": "Des puits",
        "summary": "Trois puits.",
        "country": "SN",
        "stage": "running",
    }
    key = at.do(
        "directory draft-project",
        **project,
        participants=[soleil],
        partner_associations=["Ndox"],
        begins="2016-01-01",
        budget=12000,
    )
    at.do("directory revise-project", project=key, **{**project, "title": "Des puits et des arbres"})
    at.do("directory publish-project", project=key)
    other = at.do("directory draft-project", **{**project, "title": "Un autre"})
    at.do("directory withdraw-project", project=other, reason="Abandonné")
    for n in (1, 2):
        address = f"zoe{n}@exemple.invalid"
        at.fill(
            "/directory/public/claim",
            "public",
            structure_name=f"Réclamée {n}",
            name="Zoé Ferrand",
            email=address,
            kind="association",
        )
        if link := at.mailed(address, r"/directory/public/claim/confirm/\S+"):
            at.fill(link, "public")
    at.do("directory claim-listing", structure_name="Réclamée 3", name="Zoé Ferrand", email="zoe3@exemple.invalid")
    claims = {str(one["structure_name"]): one["key"] for one in at.view("/directory/api/claims")}
    at.do("directory accept-claim", claim=claims.get("Réclamée 1", at.id()), structure=soleil)
    at.do("directory refuse-claim", claim=claims.get("Réclamée 2", at.id()), reason="Inconnue")
    run = at.do("directory start-import", file="1" * 64, lines=2, columns=["name"], skipped=[], source="Un essai")
    at.do("directory finish-import", import_id=run, registered=1, skipped=1)
    imported(at)


def imported(at: Teller) -> None:
    """A list is imported by its forms; what comes of it is waited for."""
    content = "Nom;Type;Commune\r\nImportée une;Association;Toulouse\r\nImportée deux;Association;Albi\r\n"
    draft = at.fill("/directory/imports/new", file=("liste.csv", content))
    at.send(draft, c0="name", c1="kind", c2="town", kind="association")
    lines = Ask("administrator", "fr", f"{draft}/lines", "lines")
    for _ in range(PATIENCE * 10):
        if "Vérification en cours" not in at.visitors.ask(lines).body.decode():
            break
        time.sleep(0.1)
    run = at.send(f"{draft}/confirm", source="Liste d’essai").rpartition("/")[2]
    for _ in range(PATIENCE * 10):
        if any(one["key"] == run and one["finished"] for one in at.view("/directory/api/imports")):
            return
        time.sleep(0.1)
    at.missed.append("the import of a list did not end")


def membership(at: Teller, eau: str, soleil: str) -> None:
    charter = {"title": "Charte d’essai", "principles": ["Agir ensemble.", "Rendre compte."]}
    at.do("membership adopt-charter", "2017-01-05T09:00:00Z", **charter)
    version = max(
        (int(one.get("version", one.get("number", 1))) for one in at.view("/membership/api/charter")), default=1
    )
    at.do("membership open-college", college="qualified_persons", title="Personnes qualifiées")
    for college in ("associative", "economic"):
        at.do("membership open-college", "2017-01-05T09:00:00Z", college=college, title=f"Collège {college}")
    member = at.do(
        "membership join-network",
        "2017-01-10T09:00:00Z",
        structure=eau,
        name="Eau vive d’essai",
        college="associative",
        charter_version=version,
    )
    other = at.do(
        "membership join-network",
        structure=soleil,
        name="Soleil levant d’essai",
        college="economic",
        charter_version=version,
    )
    at.do(
        "membership join-network-as-person", person="Zoé Ferrand", email="zoe@exemple.invalid", charter_version=version
    )
    at.do("membership renew-membership", member=member, year=date.today().year)
    at.do("membership change-college", member=other, college="associative")
    at.do("membership leave-network", member=other, reason="withdrawal")
    at.do("membership restore-member", member=other, reason="Par erreur")
    seat = at.do("membership take-board-seat", role="administrator", member=member, holder="Zoé Ferrand")
    at.do("membership vacate-board-seat", seat=seat, reason="Fin de mandat")
    at.do("membership restore-board-seat", seat=seat)
    group = at.do("membership form-working-group", name="Groupe eau", purpose="Parler d’eau")
    at.do("membership join-working-group", group=group, member=member)
    at.do("membership leave-working-group", group=group, member=member)
    at.do("membership close-working-group", group=group, reason="Fini")
    at.do("membership restore-working-group", group=group)
    one = at.do("membership note-volunteer", person="Léa Vidal", email="lea@exemple.invalid", task="Accueil")
    at.do("membership withdraw-volunteer", volunteer=one, reason="Double")
    at.do("membership restore-volunteer", volunteer=one)
    one = at.do("membership recruit-civic-service", person="Ali Roux", mission="Animer")
    at.do("membership end-civic-service", civic_service=one, reason="Fin")
    at.do("membership restore-civic-service", civic_service=one)
    one = at.do("membership second-civic-service", host=eau, host_name="Eau vive d’essai", mission="Puits")
    at.do("membership withdraw-civic-service", civic_service=one, reason="Double")
    one = at.do("membership approve-civic-service-place", authority="DRAJES")
    at.do("membership end-civic-service-place", civic_place=one)
    at.do("membership restore-civic-service-place", civic_place=one)
    post = at.do("membership create-staff-post", title="Chargée d’essai", fte=0.8)
    at.do("membership change-staff-post", post=post, fte=1)
    at.do("membership close-staff-post", post=post, reason="Fin")
    at.do("membership restore-staff-post", post=post)
    at.do("membership withdraw-staff-post", post=post, reason="Double")
    peer = at.do("membership add-peer-network", name="Réseau voisin", region="Normandie")
    at.do("membership rename-peer-network", peer_network=peer, name="Réseau ami")
    at.do("membership remove-peer-network", peer_network=peer)
    at.do("membership restore-peer-network", peer_network=peer)
    at.do("membership close-college", college="qualified_persons", reason="Par décision")
    at.do("membership name-network", name="Occitanie Coopération")


def events(at: Teller, eau: str) -> None:
    planned: dict[str, Any] = {
        "kind": "thematic",
        "title": "L’eau en débat",
        "starts": "2093-05-04T10:00:00Z",
        "town": "Albi",
    }
    one = at.do("events plan-gathering", **planned, capacity=1, department="81")
    at.do("events revise-gathering", gathering=one, title="L’eau en grand débat", capacity=2, topics=["Eau"])
    at.do("events announce-gathering", gathering=one, summary="Venez.")
    at.do("events move-gathering", gathering=one, starts="2093-05-05T10:00:00Z", town="Castres")
    for n in (1, 2, 3):
        at.do(
            "events register-participant",
            gathering=one,
            audience="associations",
            name=f"Personne {n}",
            email=f"p{n}@exemple.invalid",
            structure=eau if n == 1 else None,
        )
    found = sorted(at.view(f"/events/api/registrations?gathering={one}&size=50"), key=lambda each: int(each["ticket"]))
    for command in ("cancel-registration", "reinstate-registration"):
        at.do(f"events {command}", gathering=one, registration=found[0]["key"] if found else at.id())
    at.do("events cancel-gathering", gathering=one, reason="Neige")
    at.do("events reinstate-gathering", gathering=one)
    # Who registers does so now, so what is held is held today.
    starts = f"{datetime.now(UTC):%Y-%m-%d}T10:00:00Z"
    held = at.do("events plan-gathering", **{**planned, "starts": starts, "title": "L’eau passée"})
    at.do("events register-participant", gathering=held, audience="companies", name="Personne 4")
    there = [str(each["key"]) for each in at.view(f"/events/api/registrations?gathering={held}")] or [at.id()]
    at.do("events check-in", gathering=held, registration=there[0])
    at.do("events undo-check-in", gathering=held, registration=there[0])
    at.do("events hold-gathering", gathering=held, guests=["Un invité"])
    at.do("events count-heads", gathering=held, associations=12, students=3)
    at.do("events note-workshop", gathering=held, workshop_title="Puits")
    documents = [
        each
        for each in at.view("/events/api/gatherings?q=passée&size=50".replace("é", "%C3%A9"))
        if each["key"] == held
    ]
    workshops = [str(each["workshop"]) for each in (documents[0]["workshops"] if documents else [])] or [at.id()]
    at.do("events withdraw-workshop", gathering=held, workshop=workshops[0])
    at.do("events undo-holding", gathering=held, reason="Par erreur")
    shown = at.do("events present-project", gathering=one, project_title="Des puits", structure=eau, country="SN")
    at.do("events withdraw-presentation", project=shown, reason="Double")
    tandem = at.do(
        "events form-tandem", school_year="2016-2017", association=eau, association_name="Eau vive d’essai", theme="Eau"
    )
    school = at.do("directory register-structure", name="Collège d’essai", kind="school", department="31")
    at.do(
        "events add-tandem-school", tandem=tandem, school=school, school_name="Collège d’essai", level="lower_secondary"
    )
    at.do("events count-pupils", tandem=tandem, pupils=28)
    at.do("events remove-tandem-school", tandem=tandem, school=school)
    at.do("events cancel-tandem", tandem=tandem, reason="Abandon")
    at.do("events reinstate-tandem", tandem=tandem)


def newsletter(at: Teller) -> None:
    at.do("newsletter open-bulletin", bulletin="info-flash", title="Info Flash", purpose="Des nouvelles")
    at.do("newsletter open-bulletin", bulletin="echos", title="Échos", purpose="Des nouvelles")
    issue = at.do("newsletter start-issue", bulletin="echos", number=9001)
    for n in (1, 2):
        at.do("newsletter add-item", issue=issue, section="news", title=f"Nouvelle {n}", text="Le réseau *se réunit*.")
    made = [each for each in at.view("/newsletter/api/issues?size=500") if each["key"] == issue]
    item = str(made[0]["items"][0]["item"]) if made and made[0]["items"] else at.id()
    at.do("newsletter revise-item", issue=issue, item=item, title="Nouvelle revue", text="Le réseau s’est réuni.")
    at.do("newsletter move-item", issue=issue, item=item, position=2)
    at.do("newsletter drop-item", issue=issue, item=item, reason="Périmé")
    at.do("newsletter restore-item", issue=issue, item=item)
    at.post(
        "/newsletter/api/commands/request-subscription",
        {"email": FRIEND, "bulletins": ["echos"], "lang": "en"},
        "public",
    )
    if link := at.mailed(FRIEND, r"/newsletter/confirm/\S+"):
        at.fill(link, "public")
    readers = [one for one in at.view("/newsletter/api/subscribers?size=500") if "echos" in one.get("bulletins", [])]
    at.do("newsletter approve-issue", issue=issue, recipients=len(readers))
    at.mailed(FRIEND, "Nouvelle 2")
    deliveries = at.view("/newsletter/api/deliveries?size=500")
    at.do("newsletter send-again", delivery=str(deliveries[0]["key"]) if deliveries else at.id())
    last = readers[-1]["key"] if readers else at.id()
    at.do("newsletter unsubscribe", subscriber=last, bulletins=["echos"], means="staff")


def observatory(at: Teller, eau: str) -> None:
    questions: list[dict[str, Any]] = [
        {"id": "q1", "kind": "long", "text": "De quoi avez-vous besoin ?", "required": True},
        {"id": "q2", "kind": "one", "text": "Quand ?", "options": ["Tôt", "Tard"]},
        {"id": "q3", "kind": "number", "text": "Combien ?", "unit": "puits", "least": 0, "most": 9},
    ]
    until = (date.today() + timedelta(days=30)).isoformat()
    survey = at.do("observatory draft-survey", title="État des lieux d’essai", questions=questions[:1])
    at.do(
        "observatory revise-survey",
        survey=survey,
        title="État des lieux",
        intro="Pour **mieux** faire.",
        questions=questions,
        asks_who=True,
    )
    at.do("observatory open-survey", survey=survey, until=until, open_link=True)
    at.do("observatory extend-survey", survey=survey, until=(date.today() + timedelta(days=40)).isoformat())
    at.do("observatory send-survey", survey=survey, kind="invitation", structures=[eau])
    if link := at.mailed(CONTACT, r"/observatory/answer/\S+"):
        at.fill(link, "public", q1="De seaux.", q2="1", q3="3")
    other = at.do("observatory draft-survey", title="Retiré", questions=questions[:1])
    at.do("observatory withdraw-survey", survey=other, reason="Double")
    closed = at.do("observatory draft-survey", title="Fini", questions=questions)
    at.do("observatory open-survey", survey=closed, until=until)
    at.do("observatory close-survey", survey=closed)
    at.do("observatory publish-survey-results", survey=closed)
    at.do("observatory withdraw-survey-results", survey=closed, reason="Trop tôt")
    at.fill(
        "/observatory/identification/save?department=31&themes=Eau&as_of=2017-12-31",
        title="Eau en Haute-Garonne",
        asker="organisation",
        who="Région",
        purpose="Un appel",
    )
    saved = [str(one["key"]) for one in at.view("/observatory/api/identifications")] or [at.id()]
    at.do("observatory rename-identification", identification=saved[0], title="L’eau en Haute-Garonne")
    at.do("observatory withdraw-identification", identification=saved[0], reason="Double")
    at.do("observatory restore-identification", identification=saved[0])
    at.fill("/observatory/reviews/publish?since=2016-01-01&until=2016-12-31", title="Bilan 2016 d’essai")
    reviews = [str(one["key"]) for one in at.view("/observatory/api/reviews")] or [at.id()]
    at.do("observatory withdraw-review", review=reviews[0], reason="Erreur")


def corrected(at: Teller, eau: str) -> None:
    """What a release that has them says beside: the three corrections of every record, and past periods."""
    if not at.has("membership redate-events"):
        return
    made = {
        "directory": at.do("directory give-support", "2018-05-02T09:00:00Z", structure=eau, kind="networking"),
        "membership": at.do("membership note-volunteer", "2018-05-02T09:00:00Z", task="Accueil"),
        "events": at.do("events form-tandem", "2017-10-02T09:00:00Z", school_year="2017-2018", association_name="Ndox"),
    }
    kinds = {"directory": "support", "membership": "volunteer", "events": "tandem"}
    for service, id in made.items():
        about = {"kind": kinds[service], "about": id, "events": [one["event"]["id"] for one in at.life(id)]}
        for name, more in (("redate", {"day": "2018-05-03"}), ("strike", {}), ("lift", {})):
            command = f"{name}-{'strikes' if name == 'lift' else 'events'}"
            at.do(f"{service} {command}", **about, reason="Essai", **more)
    past = {"since": "2013-01-10", "until": "2014-01-10"}
    found = at.view("/membership/api/members?size=500")
    member = next((str(one["key"]) for one in found if one.get("structure") == eau), at.id())
    group = at.do("membership form-working-group", "2012-03-01T09:00:00Z", name="Groupe passé")
    told: dict[str, dict[str, Any]] = {
        "membership": {"structure": eau, "name": "Eau vive d’essai", "college": "associative", "charter_version": 1},
        "board-seat": {"role": "administrator", "holder": "Zoé Ferrand"},
        "group-membership": {"group": group, "member": member},
        "civic-service": {"mission": "Animer"},
        "civic-service-place": {"authority": "DRAJES"},
        "staff-post": {"title": "Chargée d’essai", "fte": 0.5},
    }
    told["membership"]["reason"] = "lapse"
    for command, facts in told.items():
        at.do(f"membership note-past-{command}", **past, **facts)


def never_sent(at: Teller) -> list[str]:
    """The commands that the installation describes and that were accepted not once."""
    named = set()
    for service in SERVICES:
        described = at.described(service)
        names = {path.rpartition("/")[2] for path in described["paths"] if "/api/commands/" in path}
        named |= {f"{service} {name}" for name in names - retired(described)}
    return sorted(named - at.sent - {"newsletter request-subscription"})
