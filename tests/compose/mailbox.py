"""A mail server that takes everything, in place of mailpit: `python -m tests.compose.mailbox ADDRESS PORT FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Keeping:
    """Writes each mail whole into a file of the folder, before it says that it took it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, count(len(list(folder.glob("*.eml"))) + 1)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        path = self.folder / f"{next(self.numbers):05d}.eml"
        path.with_suffix(".new").write_bytes(envelope.content)
        path.with_suffix(".new").rename(path)
        return "250 OK"


async def main(address: str, port: str, folder: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    keeping = Keeping(Path(folder))
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(keeping), address, int(port))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
