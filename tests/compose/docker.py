"""`docker` for a shell, over the harness: what docs/operating.md tells an operator to type is run as it stands there.

    with Docker(site, folder) as docker:
        docker.release = "2"                 # from now on images are of another release: what runs has an older one
        docker.sh("docker compose up -d --wait")

Of Docker Compose it does what the manual uses, as Compose 2.40 does it (its pkg/compose/convergence.go): services in
the order of their dependencies, those of one level together; a container whose image is another than it was started
from is replaced, unless `--no-recreate`; what has run to its end is run again at every `up` that names it or needs it.
"""

from __future__ import annotations

import json
import os
import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from tests.compose.harness import Compose, Container

SCRIPT = """#!{python}
import json, socket, sys
with socket.create_connection(("127.0.0.1", {port})) as way:
    way.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
    code, out, err = json.load(way.makefile())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""
FLAGS = {"-d", "--wait", "--no-deps", "--no-recreate", "--force-recreate", "--rm", "-T", "-q", "-s", "-f", "-sf", "-a"}
WITH_VALUE = {"--scale", "-v", "-e", "--tail"}


class Unknown(Exception):
    """What the manual says and this stand-in does not know."""


def parsed(words: Sequence[str], command: bool = False) -> tuple[list[tuple[str, str]], list[str]]:
    """Options with their values, and what is left. `command`: options end at the first other word."""
    options: list[tuple[str, str]] = []
    left: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if left and command:
            left.append(word)
        elif word in WITH_VALUE:
            options.append((word, rest.pop(0)))
        elif word in FLAGS:
            options.append((word, ""))
        elif word.startswith("-"):
            raise Unknown(word)
        else:
            left.append(word)
    return options, left


class Docker:
    """Answers `docker …` of the shells that `sh` starts, in `folder`, which holds what an operator has there."""

    def __init__(self, site: Compose, folder: Path) -> None:
        self.site, self.folder, self.release = site, folder, "1"
        self._of: dict[str, str] = {}  # container → the release that it was started from; "1" where it is not here
        self._programs = folder / "programs"

    def __enter__(self) -> Docker:
        self._programs.mkdir(parents=True)
        for name in ("docker-compose.yml", ".env.example"):
            (self.folder / name).symlink_to(self.site.root / name)
        docker = self

        class Asked(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(json.dumps(docker.answer(json.loads(self.rfile.readline()))).encode())

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Asked)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        script = self._programs / "docker"
        script.write_text(SCRIPT.format(python=sys.executable, port=self._server.server_address[1]))
        script.chmod(0o755)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def sh(self, text: str, timeout: float = 600, **values: str) -> str:
        """What a shell prints that runs a text; a word in capitals that is among `values` is replaced. Raises
        AssertionError where a command fails, as `set -e` sees it."""
        for name, value in values.items():
            text = re.sub(rf"\b{name}\b", value, text)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, "PATH": f"{self._programs}:{os.environ['PATH']}"},
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def answer(self, words: Sequence[str]) -> tuple[int, str, str]:
        """Exit code, what is printed, what is complained of."""
        try:
            match words:
                case ["compose", command, *rest]:
                    return self._compose(command, rest)
                case ["stop", *names]:
                    self._stopped(names)
                    return 0, "\n".join(names), ""
                case ["rm", *names] if not any(self.site.containers[name].runs for name in names):
                    return 0, "\n".join(names), ""
                case ["volume", "rm", volume] if volume.startswith("maillage_"):
                    return self._emptied(volume.removeprefix("maillage_"))
            raise Unknown(" ".join(words))
        except (Unknown, KeyError, AssertionError, ValueError) as why:
            return 125, "", f"{type(why).__name__}: {why}"

    def _compose(self, command: str, rest: list[str]) -> tuple[int, str, str]:
        site = self.site
        options, words = parsed(rest, command=command in ("run", "exec"))
        given: Mapping[str, str] = dict(options)
        match command, words:
            case "build", _:
                return 0, "", ""
            case "up", names:
                scale = dict(value.split("=", 1) for option, value in options if option == "--scale")
                self._up(names, given, {name: int(number) for name, number in scale.items()})
                return 0, "", ""
            case "run", [name, *inside]:
                return self._ran(name, inside, [value for option, value in options if option == "-v"])
            case "exec", [name, *inside]:
                done = site.exec(self._running(name).name, *inside)
                return done.returncode, done.stdout, done.stderr
            case "kill", ["HUP", *names] if "-s" in given:
                for name in names:
                    site.reload(name)
                return 0, "", ""
            case "restart", names:
                for name in names:
                    site.restart(self._running(name).name)
                return 0, "", ""
            case (("stop" | "rm"), names):
                self._stopped(names)
                return 0, "", ""
            case "down", []:
                site.down()
                return 0, "", ""
            case "ps", names:
                found = [
                    one for one in site.containers.values() if one.runs and one.spec.name in (names or [one.spec.name])
                ]
                return 0, "".join(f"{one.name}\n" for one in found), ""
            case "logs", [name]:
                return 0, site.logs(self._running(name).name), ""
            case "cp", [source, _]:
                return self._copied(*source.split(":"))
        raise Unknown(f"{command} {' '.join(words)}")

    def _of_service(self, name: str) -> list[Container]:
        found = [one for one in self.site.containers.values() if one.spec.name == name]
        return found or self._no(name)

    def _running(self, name: str) -> Container:
        """The first container of a service that runs."""
        return next((one for one in self._of_service(name) if one.runs), None) or self._no(f"{name} that runs")

    def _no(self, name: str) -> NoReturn:
        raise Unknown(f"no service {name}")

    def _up(self, names: Sequence[str], given: Mapping[str, str], scale: Mapping[str, int]) -> None:
        services = {one.spec.name for one in self.site.containers.values()}
        chosen = list(names) or sorted(services)
        if "--no-deps" not in given:
            for name in chosen:
                chosen += [one for one in self._of_service(name)[0].spec.depends_on if one not in chosen]
        if unknown := set(chosen) - services:
            raise Unknown(f"no service {unknown}")
        for level in reversed(list(self.site._downwards())):
            together = sorted({self.site.containers[name].spec.name for name in level} & set(chosen))
            begun = [one for name in together for one in self._wanted(name, scale.get(name, 1), given)]
            self._of |= {one.name: self.release for one in begun if not one.runs}
            self.site.begin(begun)
            self.site.until(
                lambda begun=begun: all(one.state in ("healthy", "done") for one in begun), 180, f"up {together}"
            )

    def _wanted(self, service: str, number: int, given: Mapping[str, str]) -> list[Container]:
        """The containers of a service that are to run, those that must be replaced stopped."""
        pool = self._of_service(service)
        there = [one for one in pool if one.runs]
        old = [
            one.name
            for one in there
            if "--force-recreate" in given
            or ("--no-recreate" not in given and one.spec.ours and self._of.get(one.name, "1") != self.release)
        ]
        self._stopped([*old, *(one.name for one in there[number:])])
        free = [one for one in pool if one not in there]
        return [*there[:number], *free[: max(0, number - len(there))]]

    def _stopped(self, names: Sequence[str]) -> None:
        ends = [threading.Thread(target=self.site.stop, args=(name,)) for name in names]
        for end in ends:
            end.start()
        for end in ends:
            end.join()

    def _ran(self, name: str, inside: list[str], mounts: Sequence[str]) -> tuple[int, str, str]:
        """A container of its own for one command: /tmp is its own too, and `-v` shows it a folder of the host."""
        temporary = self.folder / "tmp" / str(len(list(self.folder.glob("tmp/*"))))
        temporary.mkdir(parents=True)
        seen = {"/tmp": str(temporary)} | {there: here for here, there in (one.split(":")[:2] for one in mounts)}
        pattern = re.compile("|".join(rf"(?<![\w./-]){re.escape(there)}(?=$|[/\"'\s])" for there in seen))
        words = inside or self.site._specs[name].command
        done = self.site.exec(name, *(pattern.sub(lambda found: seen[found[0]], word) for word in words), timeout=300)
        return done.returncode, done.stdout, done.stderr

    def _copied(self, container: str, path: str) -> tuple[int, str, str]:
        (mount,) = (one for one in self.site.containers[container].spec.mounts if path.startswith(f"{one.target}/"))
        source = self.site.volume(mount.source) / path.removeprefix(f"{mount.target}/")
        (self.folder / source.name).write_bytes(source.read_bytes())
        return 0, "", ""

    def _emptied(self, volume: str) -> tuple[int, str, str]:
        users = [one for one in self.site.containers.values() if volume in {mount.source for mount in one.spec.mounts}]
        assert users and not any(one.runs for one in users), f"{volume} is in use"
        where = self.site.volume(volume)
        where.rename(self.folder / f"{volume}.gone")
        return 0, "", ""
