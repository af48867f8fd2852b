"""At the door of one address, from one place: how long a password has to wait, whether a link may be asked for. By what
is typed and where it comes from alone, so that nobody learns who is known here."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from services.directory.sign_in.doors.browsers import Known
from services.directory.sign_in.entry import Entry, entry_of
from shared.runtime.faces import Premises
from shared.web.security.rate_limits import Limited, Rates, limited


@dataclass(frozen=True, slots=True)
class Doorway:
    """`address`: a keyed hash of what was typed; `place`: the network that it comes from, or the holder's own browser
    (`known`), which waits for nobody else."""

    entry: Entry
    request: Request
    address: str
    place: str
    known: bool

    @staticmethod
    async def of(entry: Entry, request: Request, address: str, known: Known) -> Doorway:
        rates: Rates = request.app.state.rates
        account = await entry.known_at(address, known)
        own = account is not None
        place = f"{account}/{known[account].timestamp()}" if account is not None else rates.address(request)
        return Doorway(entry, request, entry.links.mark(address).hex(), place, own)

    def wait(self) -> float:
        """Seconds until a password may be tried; 0.0 where it may be now, and counts. Raises Limited for a network that
        tries too much at too many addresses."""
        if not self.known:
            limited(self.request, "sign-in")
        return self.entry.attempts.wait(self.address, self.place, known=self.known)

    def right(self) -> None:
        """The password was right."""
        self.entry.attempts.right(self.address, self.place, known=self.known)

    def may_ask(self) -> bool:
        """Whether a mail is sent. Raises Limited for who asks too often themselves. Where others have asked too often
        for the address, mails that they caused hold a link that is still good, so that nobody is told, and no further
        one is sent."""
        rates: Rates = self.request.app.state.rates
        if self.known:
            if wait := rates.take("mail-link-known", self.place):
                raise Limited(wait)
            return True
        limited(self.request, "mail-link")
        limited(self.request, "mail-link-account", f"{self.address}/{self.place}")
        return not rates.take("mail-link-address", self.address)


def known_of(service: Premises, request: Request) -> Known:
    """Who has come in by this browser before."""
    return entry_of(service).browsers.known(request, service.settings, service.now())
