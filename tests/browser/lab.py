"""JupyterLab in a real browser, started as a learner starts it: ``python3 -m mailkit lab``."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts"  # screenshots; not in git
PATIENCE = 60_000  # milliseconds

# Off-screen cells stay in the page, so that a test finds them.
WHOLE_PAGE = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


class Lab:
    """A running JupyterLab."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.base, self.token = re.match(r"(http://[^/]+)/lab.*[?&]token=(\w+)", address).groups()  # type: ignore[union-attr]

    def ask(self, path: str) -> Any:
        """What its server says about itself."""
        request = urllib.request.Request(
            f"{self.base}/api/{path}", headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    @property
    def listens(self) -> bool:
        """Whether somebody takes connections at its address."""
        host, port = self.base.removeprefix("http://").split(":")
        with socket.socket() as knock:
            return knock.connect_ex((host, int(port))) == 0

    def kernel_is_ready(self, notebook: str) -> bool:
        """Whether the page is connected to an idle kernel; before that "Run All" is silently dropped."""
        kernels = [each["kernel"] for each in self.ask("sessions") if each["path"].endswith(notebook)]
        return bool(kernels) and kernels[0]["execution_state"] == "idle" and kernels[0]["connections"] > 0


@contextmanager
def lab(home: Path, theme: str = "JupyterLab Light") -> Iterator[Lab]:
    """``mailkit lab`` with a home of its own, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    overrides = home / "config" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(
        json.dumps({**WHOLE_PAGE, "@jupyterlab/apputils-extension:themes": {"theme": theme}})
    )
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_PATH": str(home / "config")}
    command = [sys.executable, "-m", "mailkit", "lab", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        found = Lab(_address(process))
        while not found.listens and process.poll() is None:
            pass  # it says its address a moment before somebody is there
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        found = re.search(r"http://\S+token=\w+", line)
        if found:
            return found[0]
    raise RuntimeError(f"mailkit lab ended and said:\n{said}")


@contextmanager
def browser(lab: Lab) -> Iterator[Page]:
    """A page with the first notebook, its kernel ready."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("Chromium is not installed here")
    with sync_playwright() as play:
        window = play.chromium.launch(executable_path=chromium, args=QUIET)
        page = window.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.goto(lab.address)
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        try:
            yield page
        finally:
            window.close()


def run_all(lab: Lab, page: Page, notebook: str) -> None:
    """Menu Run, Run All Cells; return when the last cell has run."""
    while not lab.kernel_is_ready(notebook):
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)  # the menu is enabled a moment after the kernel
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    page.wait_for_function(
        """() => {
            const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')];
            const ran = cell => /\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent);
            return cells.length && cells.every(ran)
                && document.querySelector('.jp-Notebook-ExecutionIndicator').dataset.status === 'idle';
        }"""
    )


def whole_page(page: Page, name: str) -> Path:
    """A screenshot of the notebook from its first to its last cell, kept as ``artefacts/NAME.png``."""
    cells = "[...document.querySelectorAll('.jp-Notebook .jp-Cell')]"
    height = page.evaluate(f"() => {cells}.reduce((sum, cell) => sum + cell.scrollHeight, 0)")
    page.set_viewport_size({"width": 1300, "height": min(int(height) + 500, 16_000)})
    page.evaluate("() => document.querySelectorAll('.jp-WindowedPanel-outer').forEach(e => e.scrollTop = 0)")
    page.wait_for_timeout(500)
    ARTEFACTS.mkdir(exist_ok=True)
    path = ARTEFACTS / f"{name}.png"
    page.screenshot(path=path)
    return path
