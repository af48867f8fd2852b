"""Attacks on a running installation through its real interfaces, by the classes of OWASP's top ten (2025).

The whole list, with what other tests cover, is tests/abuse/attacks.yaml.
"""

from __future__ import annotations

import ast
import re
import socket
import time
from html import unescape
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlencode, urlsplit

import pytest
import yaml

from tests.abuse.house import House

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
EVIL = "ailleurs.exemple.invalid"
REGISTER = "/directory/api/commands/register-structure"
COOKIE = re.compile(r"maillage-session=[^;]+; HttpOnly; Path=/; SameSite=lax", re.IGNORECASE)
OUR_SCRIPT = re.compile(r'<script src="/static/suggest\.js\?v=[0-9a-f]+" defer></script>')  # of forms that suggest
PAGES = ("/", "/directory/", "/membership/", "/events/", "/newsletter/", "/observatory/", "/directory/accounts")


def test_each_attack_of_the_list_names_a_test_that_is_there() -> None:
    attacks = yaml.safe_load((Path(__file__).parent / "attacks.yaml").read_text())
    assert {one["class"] for one in attacks} >= {f"A{n:02}" for n in range(1, 11)}
    for one in attacks:
        assert set(one) == {"class", "attack", "outcome", "test"}
        path, _, name = one["test"].partition("::")
        tree = ast.parse((ROOT / path).read_text())
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in names, one["test"]


# injection


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        '") OR 1=1 --',
        "%' OR '1'='1",
        "$where",
        '{"$ne": null}',
        "{{7*7}}",
        "${7*7}",
        "\u202e",
        "%",
        "_",
        "\\",
        "*",
        "NEAR(",
        "\x00",
        "\ufffd",
    ],
)
def test_what_looks_like_a_query_is_a_text_and_finds_nothing(house: House, text: str) -> None:
    told = quote(text, safe="")
    for path in (
        f"/directory/api/structures?kind={told}",
        f"/directory/api/structures/{told}",
        f"/directory/api/structures?q={told}x",
        f"/observatory/api/events?entity={told}",
        f"/membership/api/members?q={told}x",
        f"/newsletter/api/subscribers?state={told}",
        f"/events/api/gatherings?q={told}x",
    ):
        answer = house.get(path)
        if answer.status == 200:
            assert not answer.json().get("documents") and not answer.json().get("events"), path
        else:
            assert answer.status in (404, 422), path
    for path in (f"/directory/?q={told}", f"/observatory/journal?entity={told}", f"/membership/members?college={told}"):
        answer = house.get(path)
        assert answer.status in (200, 422) and "49" not in re.findall(r'value="([^"]*)"', answer.text), path


@pytest.mark.parametrize(
    "field", ["-", "--", "--key", "key;drop", "key desc", "f_kind", "doc", "1", "kind,name", "$natural"]
)
def test_only_declared_fields_are_sorted_by(house: House, field: str) -> None:
    answer = house.get(f"/directory/api/structures?sort={quote(field)}")
    assert (answer.status, answer.json()["error"]) == (422, "unknown-sort")


@pytest.mark.parametrize("name", ["kind[$ne]", "kind[]", "$where", "doc", "__proto__", "key", "kind.x"])
def test_a_filter_that_is_not_declared_filters_nothing(house: House, name: str) -> None:
    plain = house.get("/directory/api/structures").json()["total"]
    assert house.get(f"/directory/api/structures?{quote(name)}=x").json()["total"] == plain > 0


def test_control_characters_do_not_get_into_a_name_and_so_into_no_header(house: House) -> None:
    for wrong in ("Eau\x00", "Eau\x1b[31m"):
        body = {"name": wrong, "kind": "association"}
        assert house.post("/directory/api/commands/register-structure", body).status == 422
    key = house.do("directory", "register-structure", name="Eau\r\nBcc: x@exemple.invalid", kind="association")
    assert house.get(f"/directory/api/structures/{key}").json()["name"] == "Eau Bcc: x@exemple.invalid"
    for address in ("a@exemple.invalid\r\nBcc: b@exemple.invalid", "a@exemple.invalid\x00", "a b@exemple.invalid"):
        for service, command in (("newsletter", "request-subscription"), ("directory", "add-contact")):
            body = (
                {"email": address, "bulletins": ["echos"]}
                if service == "newsletter"
                else {"email": address, "name": "Essai", "structure": house.ids["structure"]}
            )
            assert house.post(f"/{service}/api/commands/{command}", body).status == 422, address
        assert house.post("/directory/api/accounts", {"email": address, "label": "Essai", "roles": []}).status == 422


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}{%raw%}", "javascript:alert(1)"]
)
def test_what_people_write_is_shown_as_text(house: House, text: str) -> None:
    key = house.do("directory", "register-structure", name=f"Essai {text}", kind="association")
    for path in (
        f"/directory/structures/{key}",
        f"/directory/?{urlencode({'q': text})}",
        f"/directory/do/ReviseStructure?structure={key}",
    ):
        page = house.get(path)
        assert page.status == 200 and text in unescape(page.text), path
        written = OUR_SCRIPT.sub("", page.text)
        assert "<script" not in written and "<img src=x" not in page.text and 'href="javascript:' not in page.text
    website = house.post(
        "/directory/api/commands/revise-structure", {"structure": key, "website": "javascript:alert(1)//a.b"}
    )
    assert website.status == 422


def test_no_header_can_be_added_by_an_address(house: House) -> None:
    for path in (
        "/directory/?lang=en%0d%0aX-Evil:1",
        "/directory%0d%0aX-Evil:1",
        "/directory/sign-in?to=/%0d%0aX-Evil:1",
    ):
        for who in ("operator", "nobody"):
            answer = house.get(path, who)
            assert "x-evil" not in answer.headers and answer.status < 500


# where a request leads


@pytest.mark.parametrize(
    "where",
    [
        f"//{EVIL}",
        f"/\\{EVIL}",
        f"\\\\{EVIL}",
        f"https://{EVIL}",
        f"/\t/{EVIL}",
        f"/\n/{EVIL}",
        f"///{EVIL}",
        "javascript:alert(1)",
        f"http:{EVIL}",
        f"/ /{EVIL}",
        f"data:text/html,{EVIL}",
        f"@{EVIL}",
    ],
)
def test_no_way_back_leads_to_another_site(house: House, where: str) -> None:
    told = quote(where, safe="")
    form = house.get(f"/directory/do/RegisterStructure?back={told}")
    links = [unescape(href) for href in re.findall(r'href="([^"]*)"', form.text)]
    assert where not in links and not any(
        link.startswith(("//", "/\\", "javascript:", "http:", "https:")) for link in links
    )
    sent = {
        "command_id": "01890000-0000-7000-8000-0000000000aa",
        "back": where,
        "structure": house.ids["structure"],
        "name": "Eau vive",
    }
    answer = house.form("/directory/do/ReviseStructure", urlencode(sent), "administrator")
    assert EVIL not in urlsplit(answer.headers.get("location", "")).netloc
    door = house.get(f"/directory/sign-in?to={told}", "nobody")
    assert where not in [unescape(value) for value in re.findall(r'(?:value|href)="([^"]*)"', door.text)]


def test_a_host_or_forwarded_host_of_another_is_in_no_link_and_no_redirect(house: House) -> None:
    own = urlsplit(house.url).netloc
    for name in ("Host", "X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL"):
        value = f"host={EVIL}" if name == "Forwarded" else EVIL
        for path in ("/directory", "/directory/sign-in", "/"):
            answer = house.get(path, "nobody", **{name: value})
            assert EVIL not in answer.text and EVIL not in answer.headers.get("location", "")
            assert answer.status == 421 if name == "Host" else answer.status < 400
    link = house.post(
        "/directory/api/accounts/link", {"email": "contact@exemple.invalid"}, **{"X-Forwarded-Host": EVIL}
    )
    assert urlsplit(link.json()["link"]).netloc == own


# configuration


def test_every_kind_of_answer_says_what_browsers_must_not_do_and_tells_nothing_of_the_server(house: House) -> None:
    for path, who in (
        ("/", "nobody"), ("/directory/", "nobody"), ("/directory/", "reader"), ("/directory/nowhere", "reader"),
        ("/nowhere", "nobody"),
        ("/static/maillage.css", "nobody"), ("/static/nowhere", "nobody"), ("/static/", "nobody"),
        ("/directory/api/state", "nobody"),
        ("/directory/api/state", "reader"), ("/directory/openapi.json", "nobody"), ("/healthz", "nobody"),
        ("/directory", "nobody"),
        ("/directory/accounts", "reader"), ("/directory/api/structures?size=x", "reader"),
        ("/observatory/ledger/checkpoint", "nobody"),
    ):  # fmt: skip
        answer = house.get(path, who, Origin=f"https://{EVIL}")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script" not in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"], path
        assert not answer.headers.keys() & {"server", "x-powered-by", "access-control-allow-origin"}, path
        assert "Traceback" not in answer.text and "Index of" not in answer.text


def test_what_is_shown_to_somebody_is_kept_for_nobody_else(house: House) -> None:
    for path in PAGES[1:]:
        answer = house.get(path, "administrator")
        assert (
            answer.headers["cache-control"] in ("no-store", "private, no-cache") and answer.headers["vary"] == "Cookie"
        )
    assert house.get("/directory/api/structures", "reader").headers["cache-control"] == "no-store"
    with_persons = house.get(f"/directory/structures/{house.ids['structure']}", "editor")
    assert with_persons.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND", "FOO"])
def test_other_methods_are_refused(house: House, method: str) -> None:
    for path in ("/directory/api/structures", "/directory/", "/directory/sign-in", "/static/maillage.css", "/"):
        answer = house.ask(method, path, {**house.who["administrator"], "X-Secret": "echo"})
        assert answer.status in (405, 401, 403) and "echo" not in answer.text, path
        assert "access-control-allow-methods" not in answer.headers


@pytest.mark.parametrize("path",
                         ["../settings.py", "..%2f..%2fsettings.py", "%2e%2e/%2e%2e/settings.py", "..\\..\\settings.py",
                          "/etc/passwd", "%00", "....//settings.py", "maillage.css%00.py", ".",
                          "%c0%ae%c0%ae/settings.py"])  # fmt: skip
def test_no_file_outside_of_the_static_ones_is_served(house: House, path: str) -> None:
    for before in ("/static/", "/directory/", "/newsletter/issues/", "/observatory/journal/"):
        answer = house.get(f"{before}{path}", "operator" if path != "." else "nobody")
        assert answer.status in (404, 303, 422) or (path in (".", "%00") and answer.status < 400), before + path
        assert "Settings" not in answer.text and "root:" not in answer.text


def test_secrets_are_in_files_that_only_their_owner_reads(house: House) -> None:
    data = house.up.data
    secrets = [one for one in (data / "keys").rglob("*") if one.is_file()]
    secrets += [one for one in data.rglob("*") if one.is_file() and one.suffix in (".nk", ".eml")]
    assert len(secrets) > 5
    assert [str(one) for one in secrets if one.stat().st_mode & 0o077] == []


def test_what_is_installed_is_pinned_by_hash_and_nothing_is_unpickled() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        lock = (ROOT / name).read_text()
        pinned = re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE | re.IGNORECASE)
        assert len(pinned) > 40
        assert all(
            "--hash=sha256:" in block for block in re.split(r"^(?=[a-zA-Z0-9._-]+==)", lock, flags=re.MULTILINE)[1:]
        )
    assert "--require-hashes" in (ROOT / "Makefile").read_text()
    wrong = re.compile(r"\b(pickle|marshal|shelve|dill)\b|yaml\.load\(|\beval\(|\bexec\(|shell=True|os\.system\(")
    for file in [file for folder in ("shared", "services", "deploy") for file in (ROOT / folder).rglob("*.py")]:
        assert not [
            line for line in file.read_text().splitlines() if wrong.search(line) and not line.lstrip().startswith("#")
        ], file


def test_no_service_asks_an_address_that_somebody_wrote() -> None:
    """Nothing that answers requests can speak HTTP: only the operator's command line does, to our own addresses."""
    speaks = re.compile(
        r"^\s*(?:import|from) (?:requests|httpx2?|aiohttp|urllib3|urllib\.request|http\.client)\b", re.MULTILINE
    )
    files = [file for folder in ("shared", "services", "deploy") for file in (ROOT / folder).rglob("*.py")]
    found = {str(one.relative_to(ROOT)) for one in files if speaks.search(one.read_text())}
    assert found == {"deploy/cli/http_client.py", "deploy/nats_node.py"}


# signing in


def test_a_session_that_was_set_by_somebody_else_is_not_taken_over(house: House) -> None:
    set_by_attacker = house.who["reader"]["Cookie"]
    account = house.link("contact@exemple.invalid")
    answer = house.ask("POST", urlsplit(account).path, {"Cookie": set_by_attacker, "Origin": house.url})
    assert answer.status == 303 and COOKIE.fullmatch(answer.headers["set-cookie"])
    assert set_by_attacker not in answer.headers["set-cookie"]
    again = house.ask("POST", urlsplit(account).path, {"Origin": house.url})
    assert again.status == 410 and "set-cookie" not in again.headers, "a link is good once"


def test_a_cookie_or_token_that_was_changed_or_made_up_opens_nothing(house: House) -> None:
    name, _, value = house.who["administrator"]["Cookie"].partition("=")
    head, body, mark = value.split(".")
    none = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    hs = "eyJhbGciOiJIUzI1NiJ9"  # {"alg":"HS256"}
    for wrong in (
        f"{none}.{body}.",
        f"{hs}.{body}.{mark}",
        f"{head}.{body}.{mark[:-4]}AAAA",
        f"{head}.{body[:-2]}.{mark}",
        "x" * 9000,
        "a.b.c",
        "",
    ):
        answer = house.ask("GET", "/directory/accounts", {"Cookie": f"{name}={wrong}"})
        assert answer.status == 303 and "/sign-in" in answer.headers["location"]
    token = house.who["narrow token"]["Authorization"]
    for wrong in (
        token[:-1],
        token + "x",
        token.swapcase(),
        "Bearer mlg_",
        "Bearer \u00e9".encode().decode("latin-1"),
        "Bearer " + "x" * 9000,
    ):
        assert house.ask("GET", "/directory/api/structures", {"Authorization": wrong}).status == 401, wrong
    assert house.ask("GET", f"/directory/api/structures?access_token={token[7:]}").status == 401


def test_an_address_that_looks_like_another_gets_no_link_of_that_other(house: House) -> None:
    """U+017F is folded into "s" and "K" (U+212A) into "k", but they are other mailboxes: the link goes to the known
    one."""
    house.do(
        "directory",
        "add-contact",
        structure=house.ids["structure"],
        name="Sosie",
        email="kasimir.sosie@exemple.invalid",
    )
    typed = "\u212aa\u017fimir.\u017fo\u017fie@exemple.invalid"
    answer = house.form("/directory/sign-in/ask", urlencode({"email": typed}), Origin=house.url)
    assert answer.status == 303
    mails = "".join(
        one.read_text(errors="replace") for one in until(lambda: to(house, "kasimir.sosie@exemple.invalid"))
    )
    assert "\u017f" not in mails and "=C5=BF" not in mails and "=c5=bf" not in mails.casefold()
    for homoglyph in ("cont\u0430ct@exemple.invalid", "contact@ex\u0435mple.invalid", "contact@exemple.invalid."):
        assert house.post("/directory/api/accounts/link", {"email": homoglyph}).status == 404


def to(house: House, address: str) -> list[Path]:
    return [one for one in house.up.data.rglob("*.eml") if f"To: {address}" in one.read_text(errors="replace")]


def until(look: object) -> list[Path]:
    for _ in range(1200):
        if found := look():  # type: ignore[operator]
            return list(found)
        time.sleep(0.05)
    raise AssertionError("no mail was written")


def test_known_and_unknown_addresses_are_answered_in_the_same_words_and_about_the_same_time(house: House) -> None:
    path, body = (
        "/newsletter/api/commands/request-subscription",
        {"email": "connue@exemple.invalid", "bulletins": ["echos"]},
    )
    answers = [
        house.post(path, body, "nobody"),
        house.post(path, body, "nobody"),
        house.post(path, {**body, "email": "neuve@exemple.invalid"}, "nobody"),
    ]
    assert {(one.status, one.text) for one in answers} == {(200, '{"asked":true}')}
    times: dict[str, list[float]] = {"contact@exemple.invalid": [], "personne@exemple.invalid": []}
    texts = set()
    for _ in range(5):
        for address, taken in times.items():
            start = time.perf_counter()
            answer = house.form("/directory/sign-in/ask", urlencode({"email": address}), Origin=house.url)
            taken.append(time.perf_counter() - start)
            texts.add((answer.status, answer.headers.get("location"), answer.text))
            if answer.status == 429:
                taken.pop()
    assert {status for status, _, _ in texts} <= {303, 429}
    one, other = map(median, times.values())
    assert abs(one - other) < 30.0, "not a measure of time: only that neither waits for a mail to be sent"


# what is too much


@pytest.mark.parametrize(
    "body",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        '{"name":' + "9" * 5000 + "}",
        '{"name":NaN}',
        '{"name":Infinity}',
        '{"name":"\\ud800"}',
        "\x00",
        '{"name":"A","name":"B","kind":"association"}',
        '{"__proto__":{}}',
        "nul",
        b"\xff\xfe{\x00",
        b"\x1f\x8b\x08\x00",
        '{"version":1e999}',
    ],
    ids=range(13),
)
def test_a_body_that_is_meant_to_break_a_reader_is_a_4xx_with_a_sentence(house: House, body: str | bytes) -> None:
    for path in (REGISTER, "/directory/api/persons/find", "/newsletter/api/commands/request-subscription"):
        start = time.monotonic()
        answer = house.post(path, body)
        assert 400 <= answer.status < 500 and answer.json()["message"]
        assert time.monotonic() - start < 60, "it takes no minutes either"


@pytest.mark.parametrize(
    "path", ["/directory/api/state/parked/x/99999999999999999999/drop", "/directory/api/state/parked/x/-1/retry"]
)
def test_a_number_that_no_store_holds_is_refused(house: House, path: str) -> None:
    assert house.post(path, {}).status == 422


def test_a_form_of_very_many_fields_or_files_is_refused(house: House) -> None:
    for path in ("/directory/sign-in", "/directory/do/RegisterStructure", "/newsletter/subscribe"):
        assert house.form(path, "a&" * 450_000, "operator").status == 400, path
        one = '--b\r\nContent-Disposition: form-data; name="email"; filename="x"\r\n\r\nA\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        assert house.form(path, one * 30 + "--b--\r\n", "operator", **kind).status == 400, path
        assert house.form(path, "--b\r\nbroken", "operator", **kind).status in (400, 422), path


def said(house: House, *parts: bytes, wait: float = 3) -> bytes:
    """All that comes back to raw bytes until the connection is closed, or nothing comes for `wait` seconds."""
    parted = urlsplit(house.url)
    with socket.create_connection((str(parted.hostname), int(parted.port or 0))) as connection:
        connection.settimeout(wait)
        back = b""
        try:
            for part in parts:
                connection.sendall(part)
            while chunk := connection.recv(65536):
                back += chunk
        except TimeoutError:
            return back
        except OSError:
            pass
        return back + b"<closed>"


OWN = b"Host: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length : 4\r\n",
        b"Content-Length: +4\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Host: other\r\n",
    ],
)
def test_a_request_whose_length_or_host_is_said_in_two_ways_is_the_last_on_its_connection(
    house: House, head: bytes
) -> None:
    smuggled = b"GET /healthz HTTP/1.1\r\n" + OWN + b"\r\n"
    back = said(house, b"POST /directory/sign-out HTTP/1.1\r\n" + OWN + head + b"\r\n0\r\n\r\n" + smuggled)
    assert back.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")) and back.endswith(b"<closed>")
    assert b'"alive"' not in back and back.count(b"HTTP/1.1 ") == 1


def test_headers_of_megabytes_are_refused(house: House) -> None:
    back = said(
        house, b"GET / HTTP/1.1\r\n" + OWN, *[b"X-%d: " % n + b"a" * 60_000 + b"\r\n" for n in range(40)], b"\r\n"
    )
    assert back.startswith((b"HTTP/1.1 4", b"<closed>")) and b" 200 " not in back[:15]


def test_a_slow_head_is_cut_off_while_others_are_served(house: House) -> None:
    parted = urlsplit(house.url)
    slow = [socket.create_connection((str(parted.hostname), int(parted.port or 0))) for _ in range(100)]
    try:
        for one in slow:
            one.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert house.get("/healthz").status == 200
        for one in slow:
            one.settimeout(60)
            assert one.recv(100) == b"", "closed without an answer"
    finally:
        for one in slow:
            one.close()


def test_what_was_tried_left_the_services_well_and_their_log_without_a_failure(house: House) -> None:
    for service in ("directory", "membership", "events", "newsletter", "observatory"):
        state = house.get(f"/{service}/api/state").json()
        assert (state["damage"], state["void"], state["parked"]) == (None, {}, [])
    words = house.up.output()
    assert "web.failed" not in words and "Traceback" not in words
    for personal in ("Zénobie", "contact@exemple", "kasimir"):
        assert personal not in words
