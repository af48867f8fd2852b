"""What tests/pictures.py shows of a file that is being imported and of two records that may be one: both are made
first."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser

from tests.fixtures.installation import post_json
from tests.services.directory.duplicates.test_matching import AS_THE_REVIEW_ALSO_WRITES_THEM

CASIR = next(name for name in AS_THE_REVIEW_ALSO_WRITES_THEM if name.startswith("Collectif"))
FILE = """Nom;Type;Code postal;Ville;Pays d'intervention;SIREN
Siad Midi-Pyrénées;Association;31000;Toulouse;;
Kynarou;Association;31000;Toulouse;Inde;
Lycée agricole d’Ondes;Lycée agricole;31330;Ondes;Sénégal;
Amis du Fouta;Association;31200;Toulouse;Sénégal, Mali;123456789
Eau pour tous;Association;09000;Foix;Madagascar;
""".replace("\n", "\r\n").encode("cp1252")


def made(browser: Browser, url: str, cookies: list[Any]) -> dict[str, str]:
    """Name of the picture → path of the page."""
    casir = {
        "name": CASIR, "kind": "association", "department": "66", "website": "https://casir.exemple.invalid",
        "rna": "W662001234", "themes": ["Éducation à la citoyenneté"],
    }  # fmt: skip
    post_json(f"{url}/directory/api/commands/register-structure", casir)
    page = browser.new_page(locale="fr-FR")
    page.context.add_cookies(cookies)
    page.goto(f"{url}/directory/imports/new")
    page.get_by_label("Fichier", exact=True).set_input_files(
        {"name": "partenaires.csv", "mimeType": "text/csv", "buffer": FILE}
    )
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_role("button", name="Vérifier les lignes").click()
    page.get_by_role("heading", name="Avant d’importer").wait_for(timeout=60_000)
    lines = page.url.removeprefix(url)
    page.goto(f"{url}/directory/duplicates?q=casir")
    page.get_by_role("link", name="Comparer").first.click()
    compare = page.url.removeprefix(url)
    page.close()
    return {"import": lines, "compare": compare}
