"""The pictures of the README, taken from the running product: `make pictures`.

Starts an installation of its own with the sample history, takes each page in French at 1280 pixels and on a phone's
390, and writes docs/pictures/. `--all FOLDER` takes every page at full length, for looking at.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from rich.progress import track

from tests.fixtures.browser import ARGUMENTS, CHROMIUM
from tests.fixtures.installation import Up, get_json
from tests.pictures_directory import made
from tests.pictures_survey import made as survey_made

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
PHONES = ("home", "review", "structure", "period")
OUTSIDE = ("public",)
"""Seen by somebody who is not signed in"""


def pages(url: str) -> dict[str, str]:
    """Name of the picture → path of the page."""
    structure = get_json(f"{url}/directory/export.json?q=kynarou")[0]["id"]
    member = get_json(f"{url}/membership/api/members?q=kynarou")["documents"][0]["key"]
    gatherings = get_json(f"{url}/events/api/gatherings?q=Agora%202017&size=1")["documents"]
    issues = get_json(f"{url}/newsletter/api/issues?size=100")["documents"]
    echos = next(one["key"] for one in issues if one["bulletin"] == "echos")
    return {
        "home": "/",
        "review": "/observatory/review",
        "directory": "/directory/",
        "directory-near": "/directory/?department=31",
        "structure": f"/directory/structures/{structure}",
        "public": "/directory/public",
        "projects": "/directory/projects?themes=Eau+et+assainissement",
        "space": f"/directory/space/{structure}",
        "membership": "/membership/",
        "member": f"/membership/members/{member}",
        "events": "/events/",
        "gathering": f"/events/gatherings/{gatherings[0]['key']}",
        "newsletter": "/newsletter/",
        "issue": f"/newsletter/issues/{echos}",
        "observatory": "/observatory/",
        "dashboard": "/observatory/dashboard?as_of=2017-10-31",
        "identification": "/observatory/identification?themes=Eau+et+assainissement&countries=SN",
        "figures": "/observatory/review/figures",
        "journal": "/observatory/journal",
        "period": "/observatory/reviews/period?since=2017-01-01&until=2017-12-31&as_of=2017-10-31",
        "life": f"/observatory/life/{structure}",
    }


def take(browser: Browser, url: str, path: str, to: Path, width: int, cookies: list[Any], *, whole: bool) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 1000 if width > 500 else 844}, color_scheme="light", locale="fr-FR"
    )
    page.context.add_cookies(cookies)
    page.goto(url + path)
    page.screenshot(path=to, full_page=whole)
    page.close()


def main() -> None:
    whole = Path(sys.argv[2]) if sys.argv[1:2] == ["--all"] else None
    folder = whole or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        up = Up(Path(scratch) / "data").start()
        try:
            url = up.wait()
            cookies = up.browser_cookies("all:editor")
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for name, path in track(pages(url).items(), "Taking pictures"):
                whose = [] if name in OUTSIDE else cookies
                take(browser, url, path, folder / f"{name}.png", 1280, whose, whole=whole is not None)
                if whole or name in PHONES:
                    take(browser, url, path, folder / f"{name}-phone.png", 390, whose, whole=whole is not None)
            last = {
                **made(browser, url, cookies),
                **survey_made(browser, url, cookies),
            }  # since they change what is there
            for name, path in last.items():
                take(browser, url, path, folder / f"{name}.png", 1280, cookies, whole=whole is not None)
            browser.close()
        finally:
            up.stop()


if __name__ == "__main__":
    main()
