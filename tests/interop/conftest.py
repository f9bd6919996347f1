r"""What every test with a real mail program needs: the village, the program, and a home for it.

The programs are those of Debian and Ubuntu, unchanged.  One that is not installed skips its tests; all
of them are installed with::

    apt install curl swaks msmtp mutt fetchmail getmail6 isync mpop offlineimap3 \
        postfix dovecot-imapd dovecot-lmtpd
"""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from village_up import ALICE, BOB, DAVE, PATIENCE, Running, up

PACKAGES = {
    "getmail": "getmail6",
    "mbsync": "isync",
    "offlineimap": "offlineimap3",
    "dovecot": "dovecot-imapd dovecot-lmtpd",
}
NOBODY = 65534


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("slow")


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with up() as village:
        yield village


@pytest.fixture
def village(running: Running) -> Running:
    """The village of this file, with empty mailboxes."""
    for address in ALICE, BOB, DAVE:
        running.empty(address)
    return running


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Where a program is; without it, the test is skipped."""

    def find(name: str) -> str:
        found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if not found:
            pytest.skip(f"{name} is not installed; apt install {PACKAGES.get(name, name)}")
        return found

    return find


class Home:
    """A home folder for a program that knows nothing of this machine's settings.

    It belongs to a user without rights where we are root: some programs refuse to run as root, and none
    of them needs to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.user = NOBODY if os.geteuid() == 0 else os.geteuid()
        path.chmod(0o755)
        self._give(path)

    def write(self, name: str, content: str | bytes) -> Path:
        """Lay a file into it, for nobody else to read: programs look at that when it holds a password."""
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o600)
        self._give(path)
        return path

    def folder(self, name: str) -> Path:
        """Make a folder in it."""
        path = self.path / name
        path.mkdir()
        self._give(path)
        return path

    def maildir(self, name: str) -> Path:
        """Make a Maildir in it."""
        path = self.folder(name)
        for part in "cur", "new", "tmp":
            self.folder(f"{name}/{part}")
        return path

    def run(self, *command: str, feed: bytes = b"", fails: bool = False) -> bytes:
        """Run a program here to its end, and return what it said; `fails`: it has to fail."""
        ended = subprocess.run(
            self.command(*command), input=feed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self.environment, cwd=self.path, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert (ended.returncode != 0) is fails, ended.stdout.decode(errors="replace")
        return ended.stdout

    @contextmanager
    def start(self, *command: str, **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
        """Start a program that stays; at the end of the block, at the latest after a minute, it is gone."""
        with subprocess.Popen(
            self.command(*command), env=self.environment, cwd=self.path, start_new_session=True, **pipes
        ) as process:
            too_late = threading.Timer(PATIENCE, process.kill)
            too_late.start()
            try:
                yield process
            finally:
                too_late.cancel()
                process.kill()

    def command(self, *command: str) -> tuple[str, ...]:
        """How a command is started here."""
        if self.user == os.geteuid():
            return command
        return "setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", *command

    @property
    def environment(self) -> dict[str, str]:
        """All that the programs learn of where they run."""
        return {
            "HOME": str(self.path),
            "USER": "somebody",
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        }

    def _give(self, path: Path) -> None:
        if self.user != os.geteuid():
            os.chown(path, self.user, self.user)


@pytest.fixture
def home() -> Iterator[Home]:
    """A fresh home; not below tmp_path, which only its owner may enter."""
    with tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True) as folder:
        yield Home(Path(folder))


@pytest.fixture
def ca(village: Running, home: Home) -> str:
    """The village's certificate, where the program may read it."""
    return str(home.write("ca.pem", village.ca.read_bytes()))
