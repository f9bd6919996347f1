"""JupyterLab on the first notebook of the course.

It is the JupyterLab of this very Python, so that the notebooks' kernels find what is installed, and
this process *becomes* it: Ctrl-C and a polite kill end both.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

from mailkit.install import ROOT, become, with_project

FIRST = "notebooks/00_a_letter_in_sixty_seconds.ipynb"


def open_course(browser: bool = True, port: int | None = None) -> NoReturn:
    """Go on as JupyterLab.

    Args:
        browser: open one.
        port: this port and no other; without it, the first free one from 8888.
    """
    print("JupyterLab starts; Ctrl-C ends it. Its address:", flush=True)
    become([sys.executable, "-m", "jupyterlab", *options(browser, port)], settings())


def options(browser: bool, port: int | None) -> list[str]:
    """What JupyterLab is told on its command line."""
    said = [
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        "--log-level=WARN",  # the address is said at a higher level
        "-y",  # Ctrl-C asks no question
    ]
    if not browser:
        said.append("--no-browser")
    if port is not None:
        said += [f"--port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        said.append("--allow-root")
    return said


def settings() -> dict[str, str]:
    """What JupyterLab finds in its environment.

    ``labconfig/`` beside this file says that JupyterLab should not ask for its news: a pop-up on the
    first page, and a question to a server far away.
    """
    path = [str(Path(__file__).parent), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return {**with_project(os.environ), "JUPYTER_CONFIG_PATH": os.pathsep.join(path)}
