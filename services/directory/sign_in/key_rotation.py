"""The key that signs sessions: published in the log before the first session, replaced without anybody noticing.

The private key is a file in the folder of keys; the replicas of the directory share that folder, and each looks at
every signature whether another has replaced it.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from services.directory.accounts.domain.signing_key import PublishSigningKey, WithdrawSigningKey
from services.directory.accounts.views import SIGNING_KEYS
from shared.base.secret_files import RANDOM, SecretUnfit, read_secret
from shared.identity.sessions import Signer
from shared.kernel.decider import Refused, derived_id
from shared.persons.keys.key_marks import KeyMarks
from shared.runtime.faces import Desk

log = structlog.get_logger()
FILE = "directory.session-key"
MARGIN = timedelta(minutes=5)  # beyond the longest session


class SigningKeys:
    """The current key of an installation."""

    def __init__(self, service: Desk) -> None:
        self._service = service
        self._minutes = service.settings.session_minutes
        # A cookie that was never renewed is good as long as its session, so its key must be known as long.
        self._overlap = timedelta(hours=service.settings.session_hours) + MARGIN
        self._file = service.data / "keys" / FILE
        self._read_at = (0, 0)
        self._signer: Signer | None = None
        self._published: set[UUID] = set()

    @property
    def signer(self) -> Signer:
        found = self._stamp()
        if self._signer is None or found != self._read_at:
            made = not self._file.exists()
            try:
                self._signer = self._of(self._file)
                if made:
                    KeyMarks(self._file.parent, "directory").follows(FILE, read_secret(self._file))
            except SecretUnfit as why:
                if self._signer is None:
                    raise
                log.error("sessions.key_unfit", why=str(why))  # what was read before still signs
            self._read_at = self._stamp()
        return self._signer

    async def ready(self) -> Signer:
        """The current key, which the log has: every service knows it before it sees what it signed.

        Not at the start of the service, so that the log of an installation where nobody signed in says nothing.
        """
        if self.signer.key_id not in self._published:
            try:
                await self._publish(self.signer)
            except Refused:  # this key was withdrawn: a file from an old backup
                await self.rotate("service:directory")
        return self.signer

    async def rotate(self, actor: str, *, at_once: bool = False) -> UUID:
        """A new key signs from now on. The old one stays good until what it signed has ended, or ends `at_once`, and
        everybody signs in again. Returns the id of the new key."""
        draft = self._file.with_suffix(".next")
        draft.unlink(missing_ok=True)
        await self._publish(self._of(draft), actor)
        marks, secret = KeyMarks(self._file.parent, "directory"), read_secret(draft, RANDOM)
        marks.follows(FILE, secret)
        os.replace(draft, self._file)
        marks.follows(FILE, secret)  # a replica that began meanwhile has noted the one before
        if at_once:
            await self.retire(self._service.now() + self._overlap, actor)
        return self.signer.key_id

    async def retire(self, now: datetime, actor: str = "service:directory") -> None:
        """Withdraws the keys that were replaced long enough ago."""
        current = await self._service.store.get(SIGNING_KEYS, str(self.signer.key_id))
        if current is None or now < datetime.fromisoformat(current["since"]) + self._overlap:
            return
        for key in (await self._service.store.find(SIGNING_KEYS, {"withdrawn": False}, limit=100)).documents:
            if key["key"] != str(self.signer.key_id):
                old = UUID(key["key"])
                command = WithdrawSigningKey(signing_key=old)
                id = derived_id(old, "withdraw")
                outcome = await self._service.execute(command, id=id, actor=actor, derived=True)
                await self._service.runner.wait_for(outcome.seq)

    async def _publish(self, signer: Signer, actor: str = "service:directory") -> None:
        command = PublishSigningKey(signing_key=signer.key_id, public=signer.public)
        id = derived_id(signer.key_id, "publish")
        outcome = await self._service.execute(command, id=id, actor=actor, derived=True)
        await self._service.runner.wait_for(outcome.seq)
        self._published.add(signer.key_id)

    def _of(self, file: Path) -> Signer:
        return Signer(file, self._service.network, minutes=self._minutes)

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)
