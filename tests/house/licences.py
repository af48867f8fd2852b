"""Whose work the product stands on: NOTICE, written from the lock; and that no licence of it contradicts ours.

`python -m tests.house.licences` writes NOTICE anew; `make sbom` writes the bill of materials (CycloneDX) by a library.
What a package says of its licence is read from its metadata: `License-Expression` where it has one, then `License`,
then its classifiers."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from license_expression import LicenseExpression, Licensing, get_spdx_licensing

ROOT = Path(__file__).parents[2]
NOTICE, LOCK = ROOT / "NOTICE", ROOT / "requirements.lock"
OURS = "AGPL-3.0-or-later"

FITTING = {
    "0BSD",
    "AGPL-3.0-or-later",
    "AGPL-3.0-only",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "GPL-3.0-or-later",
    "GPL-2.0-or-later",
    "ISC",
    "LGPL-2.0-or-later",
    "LGPL-2.1-or-later",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "Python-2.0",
    "Unlicense",
    "Zlib",
}
"""What may be joined with, or used by, a work under the AGPL 3 or later (the FSF's list of compatible licences). Not:
GPL-2.0-only, MPL-1.1 by itself, SSPL, anything for non-commercial use."""

WRITTEN = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2 License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD": "BSD-3-Clause",
    "ISC License": "ISC",
    "LGPL": "LGPL-2.1-or-later",
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "ISC License (ISCL)": "ISC",
}
"""What packages write that is no SPDX name, and what they mean by it."""

DATA = (
    ("shared/geo/departments.csv, communes.csv", "Etalab; Insee; DILA", "etalab-2.0"),
    ("shared/geo/departments_map.json (outlines)", "svg-maps, Victor Cazanave", "CC-BY-4.0"),
    (
        "deploy/sample/data, deploy/networks/reviews/occitanie-2017",
        'figures and members as printed in "5 ans - le bilan", Occitanie Coopération, 2017',
        "quoted facts",
    ),
)
IMAGES = (
    ("mongo", "SSPL-1.0"),
    ("caddy", "Apache-2.0"),
    ("axllent/mailpit", "MIT"),
    ("prom/prometheus", "Apache-2.0"),
    ("grafana/grafana", "AGPL-3.0-only"),
    ("python", "PSF-2.0"),
)
"""Programs that docker-compose.yml names: whoever runs it fetches them; they run beside the product."""
ELSEWHERE = {"brotlicffi": "MIT", "colorama": "BSD-3-Clause"}
"""What the lock names for other systems or other makes of Python, read on the package index."""

SPDX: Licensing = get_spdx_licensing()


class Part(NamedTuple):
    name: str
    version: str
    licence: str
    """As an SPDX expression."""


def locked(lock: Path) -> list[str]:
    """The packages that a lock names, in its order."""
    return re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(), re.M)


def licence_of(package: Distribution) -> str:
    """What a package says of its licence, as an SPDX expression.

    Raises ValueError where it says nothing, or what no list here knows: somebody has to read it then."""
    said = package.metadata.get("License-Expression")
    if said is None:
        text = (package.metadata.get("License") or "").strip().partition("\n")[0]
        text = re.sub(r"\s+", " ", text)
        classes = [
            line.rpartition(" :: ")[2]
            for line in package.metadata.get_all("Classifier") or []
            if line.startswith("License :: ") and not line.endswith(("OSI Approved", "DFSG approved"))
        ]
        # Several classifiers are a choice, as PyPI has it; a sentence in `License` is none that anything could read.
        names = [text] if text in WRITTEN or _known(text) else classes
        said = " OR ".join(WRITTEN.get(name, name) for name in names)
    if not _known(said):
        raise ValueError(f"{package.metadata['Name']} says of its licence: {said!r}")
    return str(SPDX.parse(said))


def _known(said: str) -> bool:
    return bool(said) and not SPDX.validate(said).errors


def fits(licence: str) -> bool:
    """Whether a work under this licence may be part of, or used by, ours: all of an AND, one of an OR."""
    return _fits(SPDX.parse(licence))


def _fits(part: LicenseExpression) -> bool:
    if isinstance(part, SPDX.AND):
        return all(map(_fits, part.args))
    if isinstance(part, SPDX.OR):
        return any(map(_fits, part.args))
    return part.render() in FITTING


def parts(names: Iterable[str]) -> tuple[list[Part], list[str]]:
    """The packages of these names that are installed here, and the names of those that are not (another system's)."""
    found, absent = [], []
    for name in names:
        try:
            package = distribution(name)
        except PackageNotFoundError:
            absent.append(name)
            continue
        found.append(Part(package.metadata["Name"], package.version, licence_of(package)))
    return found, absent


def notice() -> str:
    """The text of NOTICE."""
    found, absent = parts(locked(LOCK))
    found += [Part(name, "", ELSEWHERE[name]) for name in absent]
    return "\n".join(
        [
            "Maillage",
            "Copyright 2026 the authors of Maillage",
            "",
            f"Licensed under {OURS}; its text is in LICENSE, why this one in docs/adr/0059-which-licence.md.",
            "",
            "Data that is part of it:",
            "",
            *(f"  {what}: {whose}; {licence}" for what, whose, licence in DATA),
            "",
            "Libraries that it runs with (`make setup` fetches them; none of their source is here):",
            "",
            *(f"  {one.name}: {one.licence}" for one in sorted(found, key=lambda one: one.name.lower())),
            "",
            "Programs that run beside it in docker-compose.yml; none of them is part of it:",
            "",
            *(f"  {name}: {licence}" for name, licence in IMAGES),
            "",
        ]
    )


def named(text: str) -> Mapping[str, str]:
    """What a NOTICE names: package or program -> licence."""
    return dict(re.findall(r"^  (\S+): (\S.*)$", text, re.M))


if __name__ == "__main__":
    NOTICE.write_text(notice())
    sys.stdout.write(f"{NOTICE.name}: {len(named(NOTICE.read_text()))} parts\n")
