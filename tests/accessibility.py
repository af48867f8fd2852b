"""axe-core on a page as it stands: WCAG 2.2 A and AA, on which RGAA 4.1 rests, and what axe calls best practice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.npm import node_modules

__all__ = ["barriers", "node_modules"]

Barriers = Callable[[Page], list[str]]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK = """async tags => {
  const found = await axe.run({runOnly: tags, resultTypes: ["violations"]});
  return found.violations.flatMap(one => one.nodes.slice(0, 3).map(
    node => `${one.id} (${one.impact}): ${one.help}; ${node.target}: ${node.html.slice(0, 160)}`));
}"""


@pytest.fixture(scope="session")
def barriers(node_modules: Path) -> Barriers:
    """Asks axe about the page that a tab shows: one line a violation, with its rule and where; none is what we want.

    Our Content-Security-Policy lets no script in; `evaluate` goes by the debugger, which it does not bind.
    """
    axe = (node_modules / "axe-core" / "axe.min.js").read_text()

    def ask(page: Page) -> list[str]:
        page.wait_for_load_state()  # a click may have led to a page that is still coming
        page.evaluate(axe)
        found: list[str] = page.evaluate(ASK, RULES)
        return found

    return ask
