"""Notebook 00 in a real browser: JupyterLab opens on it, every cell runs, and the ladder is there."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed here")
sys.path.insert(0, str(Path(__file__).parent))
from lab import browser, lab, run_all, whole_page  # noqa: E402  # it lies beside this file

pytestmark = pytest.mark.slow

NOTEBOOK = "00_a_letter_in_sixty_seconds.ipynb"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_first_notebook_opens_and_runs(tmp_path: Path, theme: str) -> None:
    with lab(tmp_path, theme) as running, browser(running) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        assert page.url.split("?")[0].endswith(NOTEBOOK)
        run_all(running, page, NOTEBOOK)
        whole_page(page, f"00_{theme.split()[-1].lower()}")
        assert not page.query_selector_all(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']")
        pictures = page.query_selector_all(".mailkit svg:not([aria-hidden])")
        assert len(pictures) > 5
        assert len(page.query_selector_all(".mailkit [role=img][aria-label] > svg")) == len(pictures)
        assert page.get_by_text("laptop-alice").first.is_visible()
        assert not errors
