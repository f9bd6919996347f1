"""``python3 -m mailkit lab``: JupyterLab on the course, and kernels that find the kit."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailkit import lab

ROOT = Path(__file__).parent.parent


def test_it_opens_the_first_notebook_of_the_course() -> None:
    assert (ROOT / lab.FIRST).exists()
    assert f"--LabApp.default_url=/lab/tree/{lab.FIRST}" in lab.options(browser=True, port=None)


def test_a_port_that_is_named_is_the_only_one_that_will_do() -> None:
    assert {"--port=8123", "--ServerApp.port_retries=0"} <= set(lab.options(browser=True, port=8123))
    assert not [option for option in lab.options(browser=True, port=None) if "port" in option]


def test_what_others_have_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "theirs")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "also theirs")
    env = lab.settings()
    assert env["PYTHONPATH"].split(os.pathsep) == [str(ROOT), "theirs"]
    assert env["JUPYTER_CONFIG_PATH"].split(os.pathsep)[1:] == ["also theirs"]


def test_a_kernel_finds_the_kit_from_anywhere(tmp_path: Path) -> None:
    program = "import mailkit; print(mailkit.__file__)"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=lab.settings(), capture_output=True, text=True
    )
    assert Path(ran.stdout.strip()) == ROOT / "mailkit" / "__init__.py"


@contextmanager
def started(command: list[str], env: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """A program that hears Ctrl-C, even where the tests run in the background; it ends with the block."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_it_listens(port: int, process: "subprocess.Popen[str]") -> None:
    """JupyterLab says its address a moment before somebody is there."""
    while process.poll() is None:
        with socket.socket() as knock:
            knock.settimeout(30)
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("it ended before it listened")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signals")
def test_it_says_its_address_asks_for_no_news_and_ends_when_asked(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mailkit", "lab", "--no-browser", "--port", str(port)]
    env = {**os.environ, "HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    with started(command, env) as process:
        assert process.stdout
        said = ""
        while not (
            address := re.search(rf"http://127\.0\.0\.1:{port}/lab/tree/{lab.FIRST}\?token=(\w+)", said)
        ):
            line = process.stdout.readline()
            assert line, f"it ended too early: {said}"
            said += line
        setting = "lab/api/settings/@jupyterlab/apputils-extension:notification"
        url = f"http://127.0.0.1:{port}/{setting}?token={address[1]}"
        wait_until_it_listens(port, process)
        with urllib.request.urlopen(url, timeout=30) as answer:
            properties = json.load(answer)["schema"]["properties"]
        assert properties["fetchNews"]["default"] == "false"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
