"""Pins the images of docker-compose.yml and the Dockerfile by digest, as the registries answer: `make digests`.

Asks each registry (Distribution API, `HEAD /v2/<name>/manifests/<tag>`, with the token that it says it wants) which
manifest a tag stands for now, and writes it behind the tag: `mongo:8.0@sha256:…`. Where one registry does not answer,
or answers with something else than a digest, nothing is written at all.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import orjson

ROOT = Path(__file__).parents[2]
FILES = (ROOT / "docker-compose.yml", ROOT / "deploy" / "Dockerfile")
TIMEOUT = 30
HUB = "https://registry-1.docker.io"
IMAGE = re.compile(
    r"^(?P<before>\s+image: |ARG PYTHON=)(?P<name>[a-z0-9./-]+):(?P<tag>[\w.-]*\d[\w.-]*)"
    r"(?P<digest>@sha256:[0-9a-f]{64})?(?P<note> # no digest yet: `make digests`)?$",
    re.MULTILINE,
)
NOTE = "# no digest yet: `make digests`\n"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}").fullmatch
KINDS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
"""An index first: its digest is the same for every kind of processor."""


class NoDigest(Exception):
    """Why an image could not be pinned, in a sentence."""


def digest_of(name: str, tag: str, hub: str = HUB) -> str:
    """What a tag stands for now, as its registry says. `name` as in Docker: without a host it is Docker Hub's. Raises
    NoDigest."""
    first, _, rest = name.partition("/")
    registry, path = (f"https://{first}", rest) if "." in first and rest else (hub, name if rest else f"library/{name}")
    url = f"{registry}/v2/{path}/manifests/{tag}"
    try:
        try:
            found = _head(url, None)
        except HTTPError as error:
            if error.code != 401:
                raise
            found = _head(url, _token(error.headers.get("WWW-Authenticate", "")))
    except (URLError, OSError, ValueError, KeyError) as why:
        raise NoDigest(f"{registry} does not say what {name}:{tag} is ({why})") from why
    if found is None or not DIGEST(found):
        raise NoDigest(f"{registry} answered no digest for {name}:{tag}")
    return found


def _head(url: str, token: str | None) -> str | None:
    headers = {"Accept": KINDS, **({"Authorization": f"Bearer {token}"} if token else {})}
    with urlopen(Request(url, method="HEAD", headers=headers), timeout=TIMEOUT) as answer:
        found: str | None = answer.headers.get("Docker-Content-Digest")
        return found


def _token(asked: str) -> str:
    """The token that a registry asks for in WWW-Authenticate."""
    told = dict(re.findall(r'(\w+)="([^"]*)"', asked))
    query = urlencode({key: told[key] for key in ("service", "scope") if key in told})
    with urlopen(f"{told['realm']}?{query}", timeout=TIMEOUT) as answer:
        found = orjson.loads(answer.read())
        return str(found.get("token") or found["access_token"])


def pinned(text: str, ask: Callable[[str, str], str]) -> str:
    """The text with the digest of each image that is not ours behind its tag. Raises NoDigest."""

    def with_digest(found: re.Match[str]) -> str:
        return f"{found['before']}{found['name']}:{found['tag']}@{ask(found['name'], found['tag'])}"

    return IMAGE.sub(with_digest, text).replace(NOTE, "")


def main() -> int:
    """Writes them all, or none; the exit code."""
    try:
        texts = {path: pinned(path.read_text(), digest_of) for path in FILES}
    except NoDigest as why:
        print(f"digests: {why}. Nothing was written.", file=sys.stderr)
        return 1
    for path, text in texts.items():
        path.write_text(text)
        for found in IMAGE.finditer(text):
            print(f"{path.name}: {found['name']}:{found['tag']}{found['digest']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
