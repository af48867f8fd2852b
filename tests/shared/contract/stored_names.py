"""Every name that data, messages, addresses and other programs depend on, as the code says it now.

`python -m tests.shared.contract.stored_names` adds the new ones to stored_names.txt, and refuses to take one away: a
folder, a module, a function may get another name at any time, what is stored under a name may not (ADR 3).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from deploy.cli.backups import figures  # noqa: F401 (whose metrics Prometheus knows)
from deploy.host import all_services as definitions
from services.directory.accounts.domain import account_state, administrators
from services.directory.duplicates import domain as namesakes
from services.directory.imports import domain as structure_import
from services.directory.letters import sending as survey_letters
from services.directory.sign_in import key_rotation
from services.directory.sign_in import signed_links as links
from services.membership.base.fields import natural
from services.newsletter.subscriptions import links as newsletter_links
from services.observatory.indicators import INDICATORS
from services.observatory.surveys.answering import links as survey_links
from services.observatory.surveys.domain.answer import answer_id
from shared.base.settings import Settings
from shared.base.translations import languages
from shared.contract import load_all
from shared.identity.operator_token import operator_token
from shared.kernel.command_digest import CommandDigests
from shared.kernel.decider import derived_id
from shared.kernel.reactions import durable
from shared.ledger.archiver import KEY_FILE
from shared.notions.bulletin import bulletin_id
from shared.persons.keys.key_folder import KeyFiles
from shared.persons.keys.keyring import Keyring
from shared.runtime import service
from shared.runtime.prometheus import REGISTRY
from shared.runtime.service import COMMON_VIEWS
from shared.web.security import authorization as access

FILE = Path(__file__).with_suffix(".txt")
ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))
END = datetime(2030, 1, 1, tzinfo=UTC)


def names() -> list[str]:
    """The lines `kind name`, in order. An id or a token stands with what it is made of: it must come out the same."""
    return sorted({*_declared(), *_measured(), *_derived(), *_tokens()})


def _declared() -> Iterator[str]:
    for kind in load_all().values():
        yield f"event {kind.service}.{kind.entity}.{kind.type_name()}"
    for one in definitions.DEFINITIONS:
        for decider in one.deciders:
            for command in decider.decisions:
                yield f"command {one.name}/{decider.entity}/{command.__name__}"
        for name, gone in one.retired.items():
            yield f"command {one.name}/{gone.entity}/{name}"
        for view in (*one.views, *COMMON_VIEWS):
            yield f"view {one.name}/{view.name}"
        for reaction in one.reactions:
            yield f"reaction {one.name}/{reaction.name} {durable(one.name, reaction)} {reaction.event.type_name()}"
        for purpose in one.persons.purposes if one.persons else ():
            yield f"purpose {one.name}/{purpose.code}"
        for process in one.processes:  # its events say both names, and one that was cut off is looked for by them
            yield f"process {one.name}/{process.name}"
            for work in process.works:
                head, dot, rest = work.partition(".")
                yield f"step {one.name}/{process.name}/{'*' if dot and head in languages() else head}{dot}{rest}"
    yield from (f"setting MAILLAGE_{name.upper()}" for name in Settings.model_fields)
    yield from (f"indicator {name}" for name in INDICATORS)
    yield from (f"question {name}" for name in (service.PARKED, access.RENEW, survey_letters.LETTERS))


def _measured() -> Iterator[str]:
    for metric in REGISTRY.collect():
        if metric.name.startswith("maillage_"):
            yield f"metric {metric.name} {metric.type}"


def _derived() -> Iterator[str]:
    """Ids that follow from others: whoever derives them anew must find what is stored."""
    made = {
        "of a command": derived_id(ONE, "structure"),
        "administrators": administrators.ADMINISTRATORS,
        "account of a person": account_state.account_id(ONE),
        "pair of structures": namesakes.pair_id(ONE, TWO),
        "start of an import": structure_import.start_id("exemple", "0" * 64, ["name", "town"]),
        "line of an import": structure_import.line_id(ONE, 7),
        "natural in membership": natural("college", "associative"),
        "bulletin": bulletin_id("echos"),
        "answer of a survey": answer_id(ONE, TWO),
    }
    yield from (f"id {what}: {id}" for what, id in made.items())


def _tokens() -> Iterator[str]:
    """Links that stand in mails which were sent: made with a key of zeros and ones."""
    with TemporaryDirectory() as folder:
        for name in ("directory", "newsletter", "observatory"):
            (Path(folder) / f"{name}.link-key").write_bytes(bytes(range(32)))
        directory = links.Links(Path(folder), "exemple")
        newsletter = newsletter_links.Links(Path(folder), "exemple")
        surveys = survey_links.Links(Path(folder), "exemple")
        made = {
            "sign-in": directory.token(ONE, TWO, END),
            "claim": directory.claim_token(ONE, END),
            "confirmation": newsletter.confirming(ONE, TWO, END),
            "unsubscription": newsletter.leaving(ONE, "echos"),
            "survey of a structure": surveys.personal(ONE, TWO, THREE),
            "open survey": surveys.open(ONE),
            "answer to a survey": surveys.changing(ONE, TWO),
        }
        yield from (f"link {what}: {token}" for what, token in made.items())
        Keyring(Path(folder), "exemple", "directory").close()
        CommandDigests(Path(folder), "directory")
        operator_token(Path(folder))
        for name in (key_rotation.FILE, KEY_FILE, KeyFiles(Path(folder), "directory").readings.name):
            (Path(folder) / name).touch()
        made_files = (path.name for path in Path(folder).iterdir())
        yield from (f"file keys/{name}" for name in made_files if not name.endswith("-journal"))


def main() -> int:
    """Adds what is new to the committed list. Exit code 1 where a name that is stored is gone."""
    now, before = names(), FILE.read_text().splitlines() if FILE.exists() else []
    if gone := sorted(set(before) - set(now)):
        print("these names are stored somewhere, and the code has them no more:", *gone, sep="\n  ", file=sys.stderr)
        return 1
    FILE.write_text("\n".join(now) + "\n")
    print(f"{len(now)} names, {len(set(now) - set(before))} of them new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
