"""Makes the committed data folder: `python -m tests.older.make`, only ever at the commit whose folder it shall be.

It plays `history`, packs the folder, and writes down beside it what that release showed (`portrait`). From then on
every release has to open the folder and show the same, so nobody makes it anew to get a test green; what a release
means to change stands in `changed.json`, with its reason. A second base, years later, is a second folder.
"""

from __future__ import annotations

import shutil
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiosmtpd.controller import Controller

from shared.contract import load_all
from tests.fixtures.ports import free_port
from tests.older import history
from tests.older.house import House, clock_at
from tests.older.newsletter import PUT_OFF, TURNED_AWAY
from tests.older.portrait import LATER, Portrait, write

HERE = Path(__file__).parent
PACKED = HERE / "folder.tar.xz"
MOST = 2_000_000  # bytes
LEFT_OUT = ("running.json", "lock", "nats/nats.log", "nats/nats.conf")  # of the process of the moment
LINES = (
    "Nom;Type;Département;Thèmes\n"
    "Association exemple importée;association;31;Eau\n"
    "Ville exemple importée;public_body;81;\n"
)


class Refusing:
    """A mail server that puts one address off once, turns another away for good, and takes nothing for contacts."""

    def __init__(self) -> None:
        self._put_off = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address == TURNED_AWAY:
            return "550 5.1.1 nobody here"
        if address != PUT_OFF:
            return "451 4.7.1 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if not self._put_off:
            self._put_off = True
            return "451 4.7.1 later"
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[dict[str, str]]:
    """The server, and the settings of an installation that uses it."""
    port = free_port()
    controller = Controller(Refusing(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield smtp(port)
    finally:
        controller.stop()


def smtp(port: int) -> dict[str, str]:
    return {"MAILLAGE_SMTP_HOST": "127.0.0.1", "MAILLAGE_SMTP_PORT": str(port), "MAILLAGE_SMTP_TLS": "none"}


def played(folder: Path) -> House:
    """The history, played in a folder; the house on its data folder, which is closed."""
    house = House(folder / "first")
    with house.opened(**smtp(free_port())):
        history.before_the_restore(house)
    house.run("backup", "--to", str(folder / "backup"))
    house.run("backup", "keys", "--to", str(folder / "keys"))
    house.data = folder / "data"
    house.run("restore", "--from", str(folder / "backup"), "--keys", str(folder / "keys"))
    with house.opened():
        history.after_the_restore(house)
    with mail_server() as env, house.opened(**env):
        history.while_mails_are_refused(house)
    (folder / "lines.csv").write_text(LINES)
    house.run("import", "structures", str(folder / "lines.csv"), "--write")
    with house.opened():
        history.at_the_end(house)
    with house.opened():  # what was left to do is done, all is signed
        pass
    return house


def shown(house: House, folder: Path) -> Portrait:
    """What the folder shows, and what a copy of it does whose clock is years ahead."""
    portrait, day = Portrait(), date.today().isoformat()
    portrait.read(house.data)
    with house.opened():
        portrait.ask(house, day)
        portrait.ask_lives(house, portrait.said)
    copy = House(Path(shutil.copytree(house.data, folder / "copy")))
    env = clock_at(LATER, folder)
    assert env is not None, "there is no C compiler to move a process's clock with"
    with copy.opened(**env):
        portrait.ask_later(copy)
    return portrait


def packed(data: Path, to: Path) -> None:
    """The folder as one file; its entries say nothing of who made it, and when."""

    def bare(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        name = entry.name.partition("/")[2]
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return None if name in LEFT_OUT or not (entry.isfile() or entry.isdir()) else entry

    with tarfile.open(to, "w:xz", preset=9) as archive:
        archive.add(data, "data", filter=bare)


def unpacked(to: Path) -> Path:
    """The data folder, in a folder of one's own."""
    with tarfile.open(PACKED) as archive:
        archive.extractall(to, filter="data")
    return to / "data"


def main() -> None:
    if PACKED.exists() and "--anew" not in sys.argv:
        sys.exit(f"{PACKED} is there. It shows what an older release left behind: it is never made anew.")
    with TemporaryDirectory(prefix="maillage-older-") as name:
        house = played(Path(name))
        portrait = shown(house, Path(name))
        missing = load_all().keys() - portrait.types.keys()
        assert not missing, f"never said: {', '.join(sorted(missing))}"
        packed(house.data, PACKED)
        assert PACKED.stat().st_size <= MOST, f"{PACKED.stat().st_size} bytes"
        write(portrait, HERE)
    print(f"{sum(portrait.types.values())} events of {len(portrait.types)} types, {PACKED.stat().st_size} bytes")


if __name__ == "__main__":
    main()
