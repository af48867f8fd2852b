"""Files of pictures that nothing shows any more are erased, some time after: of what was withdrawn or dropped, of
pictures that were replaced, of forms that nobody saved.

A file is called like its content's hash, and the same picture may stand in several places: it is kept while a record or
a publication that is not withdrawn names it. Each round says so by the time of the file; what was last seen to be named
(or sent) longer ago than the setting `keep_pictures` goes. The log goes on naming the hash, which tells nothing of the
picture."""

from __future__ import annotations

import structlog

from services.directory.publications.picture_uploads import one_at_a_time
from services.directory.publications.pictures import pictures_of
from services.directory.publications.views import SPACE
from services.directory.structures.views import STRUCTURES
from shared.base.translations import L
from shared.kernel.views.projection import everything
from shared.persons.data_subjects import Purpose
from shared.runtime.faces import Library, Views
from shared.runtime.jobs import Job

log = structlog.get_logger()
FIRST, ROUND = 600.0, 24 * 3600.0  # seconds from the start to the first round, and from one to the next
DAY = 24 * 3600.0

PURPOSE = Purpose(
    code="picture",
    whom=L("Personnes qu’une image montre"),
    what=L("Les pixels de l’image, sans lieu ni date, et le texte qui la décrit"),
    why=L("Illustrer la fiche d’une structure ou ce qu’elle publie"),
    ground=L("Intérêt légitime de la structure qui l’envoie (RGPD, art. 6.1.f)"),
    begins=L("le jour où plus rien ne la montre\u00a0: publication retirée, image remplacée"),
    seen_by=L("Tous, une fois publiée"),
    setting="keep_pictures",
)


async def named(service: Views) -> set[str]:
    """The hashes of the pictures that are shown somewhere, or in a draft. A closed or merged record may come back."""
    found = {one["picture"] async for one in everything(service.store, STRUCTURES) if one["picture"]}
    shown = {"state": ["draft", "published"]}
    return found | {one["picture"] async for one in everything(service.store, SPACE, shown) if one["picture"]}


async def sweep(service: Library) -> int:
    """One round; how many files were erased: none while the views are behind the log, since they would name too
    few, and none while the clock is in doubt."""
    if not await service.runner.wait_for(await service.log.last(), timeout=60.0):
        return 0
    now = await service.clock.believed()
    if now is None:
        return 0
    pictures = pictures_of(service)
    async with one_at_a_time(service):  # so that no picture is sent again between the look at it and its end
        living = await named(service)
        keep = service.settings.keep_pictures * DAY
        return await service.outside.in_thread(pictures.sweep, living, now.timestamp(), keep)


async def _round(service: Library) -> None:
    if count := await sweep(service):
        log.info("pictures.erased", count=count)


TERMS: Job[Library] = Job("picture-terms", _round, every=ROUND, first=FIRST)
