"""The servers that the benchmarks of POP3 and IMAP compare, each a process of its own: ours, Dovecot, pymap.

Ours is ``python3 -m mailkit up``, as people use it, with its evidence.  Dovecot comes from the system's
packages (``dovecot-imapd``, ``dovecot-pop3d``) and runs on a private configuration, without root.  pymap is
looked for on the path, or where ``MAILKIT_PYMAP`` says.  All serve the same letters, on loopback, in clear.
"""

import contextlib
import grp
import json
import os
import pwd
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
USER, PASSWORD = "bench", "tea-at-four"
WORDS = "tea cake four rain letter envelope stamp queue relay mailbox garden ladder kettle scone".split()
BEGIN = datetime(2024, 1, 1, tzinfo=timezone.utc)


@dataclass
class Peer:
    """A server that runs."""

    place: tuple[str, int]
    scram: bool = False  # ours takes no password in clear


def letters(count: int, octets: int = 10_000) -> Iterator[bytes]:
    """Letters as people write them, the same ones every time; a third has an attachment."""
    chance = random.Random(1)

    def text(size: int) -> str:
        return "\n".join(" ".join(chance.choices(WORDS, k=11)) for _ in range(max(1, size // 66))) + "\n"

    for number in range(count):
        letter = EmailMessage()
        letter["From"] = f"Friend {number % 37} <friend{number % 37}@birch.example>"
        letter["To"] = "Bob <bob@cedar.example>, carol@birch.example"
        letter["Subject"] = f"{' '.join(chance.choices(WORDS, k=6))} {number}"
        letter["Date"] = format_datetime(BEGIN + timedelta(minutes=number))
        letter["Message-ID"] = f"<{number}.{chance.randrange(1 << 30)}@birch.example>"
        if number % 3:
            letter.set_content(text(octets))
        else:
            letter.set_content(text(octets // 4))
            letter.add_alternative(f"<p>{text(octets // 4)}</p>", subtype="html")
            octet_stream = {"maintype": "application", "subtype": "octet-stream"}
            letter.add_attachment(chance.randbytes(octets // 3), filename=f"{number}.bin", **octet_stream)
        yield letter.as_bytes()


def fill(maildir: Path, count: int) -> None:
    """A Maildir with letters; half of them have been read."""
    for folder in ("new", "tmp", "cur"):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate(letters(count)):
        name = f"{1_700_000_000 + number}.M{number}.mx:2,{'S' if number % 2 else ''}"
        (maildir / "cur" / name).write_bytes(letter)


@contextlib.contextmanager
def ours(folder: Path, protocol: str) -> Iterator[Peer]:
    """The village; its folder has the letters in ``cedar.example/mail/bench``."""
    command = [sys.executable, "-m", "mailkit", "up", "--json", "--dir", str(folder)]
    command += ["--account", f"{USER}@cedar.example:{PASSWORD}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout
            domain = json.loads(process.stdout.readline())["domains"]["cedar.example"]
            yield Peer(tuple(domain[protocol]), scram=True)
        finally:
            process.terminate()


@contextlib.contextmanager
def dovecot(folder: Path, protocol: str) -> Iterator[Peer | None]:
    """Dovecot on the Maildir ``folder/mail``, for one protocol; None if the system has none."""
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        yield None
        return
    port = free_port()
    # Dovecot gives letters to nobody who is root, so for root somebody else runs it.
    who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    names = {"user": who.pw_name, "group": grp.getgrgid(who.pw_gid).gr_name}
    config = folder / "dovecot.conf"
    config.write_text(DOVECOT.format(folder=folder, protocol=protocol, port=port, password=PASSWORD, **names))
    becoming = {**names, "extra_groups": []} if os.geteuid() == 0 else {}
    if becoming:
        subprocess.run(["chown", "-R", f"{who.pw_uid}:{who.pw_gid}", str(folder)], check=True)
    with subprocess.Popen([program, "-F", "-c", str(config)], **becoming) as process:
        try:
            yield Peer(("127.0.0.1", port)) if listens(process, port) else None
        finally:
            process.terminate()


@contextlib.contextmanager
def pymap() -> Iterator[Peer | None]:
    """pymap, in memory; None if it cannot be found."""
    program = os.environ.get("MAILKIT_PYMAP") or shutil.which("pymap")
    if program is None:
        yield None
        return
    port = free_port()
    command = [program, "--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "managesieve"]
    command += ["--no-service", "admin", "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield Peer(("127.0.0.1", port)) if listens(process, port) else None
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait for a server that has just been started; False if it gives up."""
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        time.sleep(0.05)
    return False


DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/run
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = {protocol}
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
log_path = {folder}/dovecot.log
mail_location = maildir:{folder}/mail
mail_fsync = optimized
first_valid_uid = 0
auth_mechanisms = plain
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service anvil {{
  chroot =
}}
service {protocol}-login {{
  chroot =
  inet_listener {protocol} {{
    port = {port}
  }}
  inet_listener {protocol}s {{
    port = 0
  }}
}}
"""
