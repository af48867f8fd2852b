import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from shared.web.security.request_limits import SECURITY_HEADERS, Discard, limit_body, own_host, secured

pytestmark = pytest.mark.slow


async def length(request: Request) -> Response:
    try:
        body = await request.body()
    except Exception:
        # what FastAPI does with a form it can't read: its 400 must not win over the 413
        return PlainTextResponse("unreadable", 400)
    return PlainTextResponse(str(len(body)))


ROUTES = Starlette(routes=[Route("/", length, methods=["GET", "POST"])])


def chunks(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * 100


def test_a_body_within_the_limit_passes() -> None:
    client = TestClient(limit_body(ROUTES, 1000))
    assert client.post("/", content=b"x" * 1000).text == "1000"
    assert client.post("/", content=chunks(10)).text == "1000"


def test_paths_that_take_files_take_larger_bodies_and_no_other_path_does() -> None:
    routes = Starlette(routes=[Route("/{path:path}", length, methods=["POST"])])
    client = TestClient(limit_body(routes, 1000, larger={"/files/new": 3000, "/pictures/": 2000}))
    for path, most in (("/files/new", 3000), ("/pictures/of/one", 2000), ("/files/newer", 1000), ("/pictures", 1000)):
        assert client.post(path, content=b"x" * most).status_code == 200, path
        assert client.post(path, content=b"x" * (most + 1)).status_code == 413, path
        assert client.post(path, content=(b"x" * 100 for _ in range(most // 100 + 1))).status_code == 413, path


def test_a_body_announced_too_long_is_refused_in_both_languages() -> None:
    answer = TestClient(limit_body(ROUTES, 1000)).post("/", content=b"x" * 1001)
    assert answer.status_code == 413
    assert "Envoyez moins de 1\u202fko à la fois." in answer.text and "less than 1\u202fkB" in answer.text


@pytest.mark.parametrize("head", [[(b"content-length", b"5000")], []], ids=["announced", "in chunks"])
def test_what_is_too_much_is_read_to_its_end_before_the_answer(head: list[tuple[bytes, bytes]]) -> None:
    """Else the connection is reset with the answer in it."""
    said = exchange(head, [b"x" * 1000] * 5)
    assert said == ["read"] * 5 + ["413"]


def test_only_so_much_is_read_so_long_and_of_so_many_at_once() -> None:
    head = [(b"content-length", b"999999")]
    assert exchange(head, [b"x" * 1000] * 50, discard=Discard(bytes=3000)) == ["read"] * 3 + ["413"]
    assert exchange(head, [b"x" * 1000], ends=False, discard=Discard(seconds=0.05)) == ["read", "413"]
    assert exchange(head, [b"x"] * 5, discard=Discard(at_once=0)) == ["413"]


def test_who_asks_first_whether_to_send_is_answered_at_once() -> None:
    assert exchange([(b"content-length", b"999999"), (b"expect", b"100-continue")], [b"x"] * 5) == ["413"]


def exchange(
    head: list[tuple[bytes, bytes]], body: list[bytes], ends: bool = True, discard: Discard | None = None
) -> list[str]:
    """What is read of a request, and when it is answered. `ends`: the last part is the last; else nothing more
    comes."""
    found: list[str] = []

    async def run() -> None:
        parts = list(body)

        async def receive() -> Message:
            if not parts:
                await asyncio.Event().wait()
            found.append("read")
            return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts) or not ends}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                found.append(str(message["status"]))

        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": head}
        await limit_body(ROUTES, 1000, discard=discard)(scope, receive, send)

    asyncio.run(run())
    return found


def test_a_body_in_chunks_without_length_is_cut_off_and_the_app_cannot_answer_over_it() -> None:
    answer = TestClient(limit_body(ROUTES, 1000)).post("/", content=chunks(11))
    assert answer.status_code == 413


def test_a_program_is_answered_in_json() -> None:
    client = TestClient(limit_body(ROUTES, 1000))
    answer = client.post("/", content=b"x" * 1001, headers={"accept": "application/json"})
    assert answer.status_code == 413 and answer.json()["error"] == "too-large"


def answered(head: list[tuple[bytes, bytes]], first: bytes, patience: float = 60) -> list[int]:
    """What is answered to a body that begins and never ends."""
    sent: list[Message] = []

    async def run() -> None:
        parts: list[Message] = [{"type": "http.request", "body": first, "more_body": True}]

        async def receive() -> Message:
            if not parts:
                await asyncio.Event().wait()
            return parts.pop()

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": head}
        await limit_body(ROUTES, 1000, patience)(scope, receive, send)

    asyncio.run(run())
    return [one["status"] for one in sent if one["type"] == "http.response.start"]


def test_a_body_that_does_not_come_to_its_end_is_cut_off() -> None:
    assert answered([(b"content-length", b"100")], b"a", patience=0.05) == [408]


def test_a_body_whose_length_is_said_in_two_ways_is_not_read() -> None:
    assert answered([(b"content-length", b"100"), (b"transfer-encoding", b"chunked")], b"a") == [400]


@pytest.mark.parametrize("announced", ["-1", "many", ""])
def test_a_false_length_is_not_believed(announced: str) -> None:
    sent: list[Message] = []

    async def run() -> None:
        async def bodies() -> AsyncIterator[Message]:
            while True:
                yield {"type": "http.request", "body": b"x" * 600, "more_body": True}

        source = bodies()

        async def receive() -> Message:
            return await anext(source)

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "query_string": b"",
            "headers": [(b"content-length", announced.encode())],
        }
        await limit_body(ROUTES, 1000)(scope, receive, send)

    asyncio.run(run())
    assert [one["status"] for one in sent if one["type"] == "http.response.start"] == [413]


@pytest.mark.parametrize("path", ["/", "/nowhere", "/large"])
def test_every_answer_says_what_browsers_must_not_do(path: str) -> None:
    client = TestClient(secured(limit_body(ROUTES, 10)))
    answer = client.post(path, content=b"x" * 11) if path == "/large" else client.get(path)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
    assert "strict-transport-security" not in answer.headers


def test_behind_tls_browsers_are_told_to_come_that_way_only() -> None:
    answer = TestClient(secured(ROUTES, https=True)).get("/")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize("host", ["ailleurs.exemple.invalid", "127.0.0.1.exemple.invalid", "[", ""])
def test_a_name_that_is_not_ours_is_not_answered(host: str) -> None:
    client = TestClient(own_host(ROUTES, {"127.0.0.1"}))
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "ne répond pas sous ce nom" in answer.text


def test_a_program_is_told_so_as_a_program_is() -> None:
    """Whatever it says that it reads: its document describes no page."""
    answer = TestClient(own_host(ROUTES, {"127.0.0.1"})).get("/api/state", headers={"Host": "w`", "Accept": "*/*"})
    assert answer.status_code == 421 and answer.json()["error"] == "other-host"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000"])
def test_our_own_name_is_answered_at_any_port(host: str) -> None:
    assert TestClient(own_host(ROUTES, {"127.0.0.1"})).get("/", headers={"Host": host}).status_code == 200


def test_a_body_of_more_parts_than_anybody_sends_is_refused_and_long_prose_is_not() -> None:
    client = TestClient(limit_body(ROUTES))
    form, plain = {"content-type": "application/x-www-form-urlencoded"}, {"content-type": "application/json"}
    dear = [
        (b"{" + b",".join(b'"n%d":0' % n for n in range(50_000)) + b"}", plain),
        (b'["' + b'","'.join([b"a"] * 100_000) + b'"]', {}),
        (b"[" + b"0," * 200_000 + b"0]", plain),
        (b"name=" + b"%" * 900_000, form),
    ]
    for body, headers in dear:
        answer = client.post("/", content=body, headers=headers)
        assert (answer.status_code == 400 and "<p" in answer.text) or answer.json()["error"] == "too-many-parts"
        chunked = client.post("/", content=(body[n : n + 5000] for n in range(0, len(body), 5000)), headers=headers)
        assert chunked.status_code == 400
    prose = 'Une phrase, qui dit « quelque chose », et "rien" de plus ; elle est dite une fois de plus, sans suite. '
    for body, headers in (
        (("é%25" * 100_000).encode(), plain),
        (prose.encode() * 5000, plain),
        (b"text=" + b"%C3%A9" * 150_000, form),
        (b"a," * 100_000, {"content-type": "multipart/form-data; boundary=a"}),
    ):
        assert client.post("/", content=body, headers=headers).status_code == 200
