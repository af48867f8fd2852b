"""The network's own lists as a service has them: read anew where the view has moved on."""

from __future__ import annotations

from functools import partial

from shared.base.translations import FIRST, SOURCE, TITLES, Lang
from shared.kernel.views.projection import Store
from shared.kernel.views.projector import Runner
from shared.notions.network import NETWORK_ID, first_language
from shared.notions.network.view import OURSELVES, said_in
from shared.notions.vocabularies.view import KNOWN, Lists, lists


class NetworkLists:
    """What a service knows of the lists. Until it is first asked, they are as any network begins."""

    def __init__(self, runner: Runner, store: Store) -> None:
        self._runner, self._store = runner, store
        self._lists, self._first, self._at = Lists({}), SOURCE, 0  # where nothing is said yet

    def begin(self) -> None:
        """From here on, texts and figures go by these lists, in whatever begins after this."""
        TITLES.set(self.title)
        KNOWN.set(self.known)
        FIRST.set(self.first)

    async def now(self) -> Lists:
        """The lists as far as the view shows the log; from then on texts name terms as they do. Raises Unavailable."""
        position = self._runner.position
        if position != self._at:
            said = said_in(await self._store.get(OURSELVES, str(NETWORK_ID)))
            self._lists = await lists(self._store, partial(first_language, said))
            self._first, self._at = first_language(said), position
        self.begin()
        return self._lists

    def known(self) -> Lists:
        """The lists as they were read last (`known_lists`)."""
        return self._lists

    def first(self) -> Lang:
        """The network's first language (`FIRST`)."""
        return self._first

    def title(self, vocabulary: str, code: str, lang: Lang) -> str | None:
        """What the network calls a term, by the lists as they were read last (`TITLES`)."""
        return self._lists.said(vocabulary, code, lang)
