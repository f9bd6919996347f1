"""``python3 -m mailkit`` on a machine that has nothing but Python, and whatever may go wrong there.

Each test has a small project of its own, with this kit's real door and installer.  Only pip is played:
it lays down three tiny packages at once, or does what the test wants to see survived.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mailkit import __main__ as door
from mailkit.install import fetch
from mailkit.install.environment import Environment, no_ensurepip
from mailkit.install.lacking import lacking

ROOT = Path(__file__).parent.parent
FRAME = ["__init__.py", "__main__.py", "pythons.py", "cli.py", "lab.py", "install", "labconfig"]
BARE = Path(getattr(sys, "_base_executable"))  # the Python outside of any virtual environment

PYPROJECT = """\
[project]
dependencies = ["imagined>=1,<2"]
optional-dependencies = { test = ["dreamt>=1,<2"] }
"""

# Runs in every Python of the test, before anything else: PYTHONPATH leads to it.
PLAYED_PIP = """\
import os, sys, time
from pathlib import Path
if os.environ.get("PLAY") == "no ensurepip":
    sys.modules["ensurepip"] = None
import mailkit.install.fetch as fetch

def run(python, module, environment, lock):
    packages = environment / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
    if os.name == "nt":
        packages = environment / "Lib" / "site-packages"
    with open("pip.log", "a") as log:
        print(*module[:2], module[-1][-6:], file=log)
    play = os.environ.get("PLAY")
    if module[0] == "ensurepip" or play == "nothing":
        return
    names = ["imagined"] + ["dreamt"] * module[-1].endswith("[test]")
    for name in names:
        (packages / (name + "-1.0.dist-info")).mkdir(exist_ok=True)
        (packages / (name + "-1.0.dist-info") / "METADATA").write_text("Name: " + name + "\\nVersion: 1.0\\n")
    (packages / "pytest.py").write_text("def main(words): print('tests:', *words[1:]); return 0")
    print("pip is at work", file=sys.stderr, flush=True)
    while play == "slow" and not Path("go").exists():
        time.sleep(0.01)

fetch.run = run
"""


class Machine:
    """A folder with a small project, and a bare Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.environment = Environment(self.folder)
        (self.folder / "mailkit").mkdir(parents=True)
        for name in FRAME:
            copy = shutil.copytree if (ROOT / "mailkit" / name).is_dir() else shutil.copy
            copy(ROOT / "mailkit" / name, self.folder / "mailkit" / name)
        (self.folder / "pyproject.toml").write_text(PYPROJECT)
        (self.folder / "constraints.txt").write_text("imagined==1.0\n")
        (folder / "played").mkdir()
        (folder / "played" / "sitecustomize.py").write_text(PLAYED_PIP)
        path = os.pathsep.join([str(self.folder), str(folder / "played")])
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self.env = {**kept, "HOME": str(folder), "PYTHONPATH": path}

    def start(self, *words: str, play: str = "", python: Path = BARE) -> "subprocess.Popen[str]":
        command = [str(python), "-m", "mailkit", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        env = {**self.env, "PLAY": play}
        return subprocess.Popen(command, cwd=self.folder, env=env, text=True, **pipes)  # type: ignore[call-overload]

    def run(self, *words: str, play: str = "", python: Path = BARE) -> "subprocess.CompletedProcess[str]":
        with self.start(*words, play=play, python=python) as process:
            out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def start_and_stop_inside_pip(self, how: int) -> "subprocess.CompletedProcess[str]":
        """Send a signal once pip is at work."""
        with self.start("test", play="slow") as process:
            assert process.stderr
            said = ""
            while "pip is at work" not in said:
                line = process.stderr.readline()
                assert line, f"it ended too early: {said}"
                said += line
            process.send_signal(how)
            out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, said + err)

    @property
    def pip_calls(self) -> int:
        log = self.folder / "pip.log"
        return log.read_text().count("pip install") if log.exists() else 0


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_try_installs_and_the_second_does_not(machine: Machine) -> None:
    first = machine.run("test", "-k", "pop3")
    assert (first.returncode, first.stdout) == (0, "tests: -k pop3\n"), first.stderr
    assert "This Python lacks imagined, dreamt." in first.stderr
    second = machine.run("test", "-k", "pop3")
    assert (second.stdout, second.stderr) == (first.stdout, "")
    assert machine.pip_calls == 1


def test_what_only_the_tests_need_is_installed_for_the_tests(machine: Machine) -> None:
    machine.run("lab")
    assert lines(machine.environment) == ["course"]
    machine.run("test")
    assert lines(machine.environment) == ["course", "test"]
    assert machine.pip_calls == 2


def test_new_versions_are_put_into_the_environment_that_is_there(machine: Machine) -> None:
    machine.run("test")
    kept = machine.environment.folder / "kept"
    kept.touch()
    (machine.folder / "constraints.txt").write_text("imagined==1.1\n")
    machine.run("test")
    assert machine.pip_calls == 2 and kept.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signals")
@pytest.mark.parametrize("how", [signal.SIGKILL if os.name != "nt" else 9, signal.SIGTERM])
def test_after_a_try_that_was_killed_the_next_begins_anew(machine: Machine, how: int) -> None:
    assert machine.start_and_stop_inside_pip(how).returncode == -how
    assert lines(machine.environment) == []
    again = machine.run("test")
    assert again.returncode == 0 and "beginning anew" in again.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signals")
def test_ctrl_c_ends_it_in_one_sentence(machine: Machine) -> None:
    stopped = machine.start_and_stop_inside_pip(signal.SIGINT)
    assert stopped.returncode == 130 and "Traceback" not in stopped.stderr
    assert stopped.stderr.endswith("Stopped. Nothing is spoiled: the next try does what is left to do.\n")
    assert machine.run("test").returncode == 0


def test_of_two_at_once_one_waits(machine: Machine) -> None:
    with machine.start("test", play="slow") as first:
        assert first.stderr
        while "pip is at work" not in first.stderr.readline():
            pass
        with machine.start("test") as second:
            assert second.stderr
            while "Another terminal is installing" not in second.stderr.readline():
                pass
            (machine.folder / "go").touch()
            assert second.wait(60) == first.wait(60) == 0
    assert machine.pip_calls == 1


def test_an_activated_environment_that_is_unfinished_is_made_anew(machine: Machine) -> None:
    machine.run("lab")
    (machine.environment.folder / "mailkit.txt").write_text("")
    assert machine.run("test", python=machine.environment.python).returncode == 0
    assert lines(machine.environment) == ["course", "test"]


def test_an_environment_whose_python_is_gone_is_made_anew(machine: Machine) -> None:
    machine.run("test")
    machine.environment.python.unlink()
    assert machine.run("test").returncode == 0


def test_somebody_elses_environment_is_not_touched(machine: Machine) -> None:
    subprocess.run([BARE, "-m", "venv", "--without-pip", machine.environment.folder], check=True)
    told = machine.run("test")
    assert told.returncode == 1 and machine.pip_calls == 0
    assert "lacks imagined, dreamt; put it in:" in told.stderr and "-m pip install" in told.stderr


def test_a_folder_that_is_no_environment_is_not_touched(machine: Machine) -> None:
    machine.environment.folder.mkdir()
    (machine.environment.folder / "diary.txt").touch()
    told = machine.run("lab")
    assert told.returncode == 1 and "is no Python environment" in told.stderr
    assert (machine.environment.folder / "diary.txt").exists()


def test_it_never_goes_round_in_a_circle(machine: Machine) -> None:
    told = machine.run("lab", play="nothing")
    assert told.returncode == 1 and "in spite of all; remove it and try again:" in told.stderr
    assert machine.pip_calls == 1


def test_without_ensurepip_it_names_the_package_and_makes_nothing(machine: Machine) -> None:
    told = machine.run("lab", play="no ensurepip")
    assert told.returncode == 1 and "came without ensurepip" in told.stderr
    assert not machine.environment.folder.exists()


def test_the_package_that_brings_ensurepip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name)
    assert no_ensurepip().command.startswith("sudo apt install python3")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert no_ensurepip().command.endswith(" -m mailkit lab")


def test_in_a_read_only_folder_it_offers_a_copy(machine: Machine) -> None:
    (machine.folder / ".venv.lock").mkdir()  # nothing can be opened there: root, too, has to respect that
    told = machine.run("lab")
    assert told.returncode == 1 and "may not be written to" in told.stderr
    assert str(machine.folder) in told.stderr and "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("pip_says", "sentence"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'",
            "index cannot",
        ),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate of its own"),
        ("ERROR: No matching distribution found for scapy", "does not fit this Python"),
        ("ERROR: the moon is in the wrong place", "pip did not succeed (ERROR: the moon"),
    ],
)
def test_what_pip_says_becomes_one_sentence_and_one_command(pip_says: str, sentence: str) -> None:
    trouble = fetch.diagnosis(pip_says, ["pip", "install"])
    assert sentence in trouble.sentence and trouble.sentence.endswith(":")
    assert trouble.command and "\n" not in trouble.sentence + trouble.command


def test_an_old_python_is_told_kindly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setattr(door, "another_python", lambda: "python3.12")
    assert door.main(["lab"]) == 1
    told = capsys.readouterr().err.split("\n\n")
    assert (
        told[0].startswith("\nmailkit needs Python 3.11 or newer")
        and told[1].strip() == "python3.12 -m mailkit lab"
    )


def test_where_all_is_installed_nothing_is_lacking() -> None:
    assert lacking("test", ROOT / "pyproject.toml") == []


def lines(environment: Environment) -> list[str]:
    """For what the note in .venv says that it is finished."""
    return [line.split()[0] for line in (environment.folder / "mailkit.txt").read_text().splitlines()]
