"""``python3 -m mailkit up``: the village for other programs, driven by other programs."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import pytest

ROOT = Path(__file__).parent.parent
PATIENCE = 20  # seconds for anything in here

LETTER = b"From: Alice <alice@birch.example>\r\nSubject: By curl\r\n\r\n.dots\r\n..\r\nend\r\n"


@contextmanager
def up(*options: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """A running ``up --json`` and what it said."""
    command = [sys.executable, "-m", "mailkit", "up", "--json", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stderr
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield json.loads(line), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=PATIENCE)
        assert rest == ""  # one line, and nothing else
        assert "Traceback" not in errors


@pytest.fixture(scope="module")
def village() -> Iterator[dict[str, Any]]:
    with up() as (said, _):
        yield said


def program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed here")
    return found


def curl(said: dict[str, Any], *arguments: str, feed: bytes = b"") -> bytes:
    command = [program("curl"), "--silent", "--show-error", "--cacert", said["ca"], *arguments]
    return subprocess.run(command, input=feed, capture_output=True, check=True, timeout=PATIENCE).stdout


def url(said: dict[str, Any], service: str, domain: str, scheme: str) -> str:
    host, port = said["domains"][domain][service]
    return f"{scheme}://{host}:{port}"


def bob(said: dict[str, Any]) -> str:
    account = next(each for each in said["accounts"] if each["address"] == "bob@cedar.example")
    return f"{account['address']}:{account['password']}"


def send_by_curl(said: dict[str, Any], letter: bytes = LETTER) -> None:
    password = next(each["password"] for each in said["accounts"] if each["address"] == "alice@birch.example")
    curl(said, url(said, "submission", "birch.example", "smtp"), "--ssl-reqd",
         "--user", f"alice@birch.example:{password}", "--mail-from", "alice@birch.example",
         "--mail-rcpt", "bob@cedar.example", "--upload-file", "-", feed=letter)  # fmt: skip


def arrived(said: dict[str, Any], subject: str) -> bool:
    """Ask until the letter is there; every question is a whole connection and takes its time."""
    found = False
    for _ in range(200):
        listing = curl(said, url(said, "imaps", "cedar.example", "imaps") + "/INBOX", "--user", bob(said),
                       "--request", f'SEARCH SUBJECT "{subject}"')  # fmt: skip
        found = any(word.isdigit() for word in listing.split())
        if found:
            break
    return found


def test_what_it_says_is_what_design_promises(village: dict[str, Any]) -> None:
    assert set(village) == {"tier", "dns", "ca", "webmail", "domains", "accounts", "dir"}
    assert village["tier"] == "loopback"
    services = {"smtp", "submission", "submissions", "pop3", "pop3s", "imap", "imaps"}
    assert {domain: set(found) for domain, found in village["domains"].items()} == {
        "birch.example": services,
        "cedar.example": services,
    }
    assert all(set(account) == {"address", "password", "quota"} for account in village["accounts"])
    assert "BEGIN CERTIFICATE" in Path(village["ca"]).read_text()
    assert all(host.startswith("127.") for found in village["domains"].values() for host, _ in found.values())


def test_curl_sends_and_reads_by_pop3_and_imap(village: dict[str, Any]) -> None:
    send_by_curl(village)
    assert arrived(village, "By curl")
    user = ("--user", bob(village))
    ways = {
        "pop3 with STLS": (url(village, "pop3", "cedar.example", "pop3") + "/1", "--ssl-reqd"),
        "pop3s": (url(village, "pop3s", "cedar.example", "pop3s") + "/1",),
        "imap with STARTTLS": (
            url(village, "imap", "cedar.example", "imap") + "/INBOX;MAILINDEX=1",
            "--ssl-reqd",
        ),
        "imaps": (url(village, "imaps", "cedar.example", "imaps") + "/INBOX;MAILINDEX=1",),
    }
    read = {way: curl(village, *arguments, *user) for way, arguments in ways.items()}
    assert all(LETTER in letter for letter in read.values())
    assert len(set(read.values())) == 1  # the same octets, whoever asks and however


def test_swaks_sends(village: dict[str, Any]) -> None:
    host, port = village["domains"]["birch.example"]["submission"]
    password = next(
        each["password"] for each in village["accounts"] if each["address"] == "alice@birch.example"
    )
    swaks = subprocess.run(
        [program("swaks"), "--server", host, "--port", str(port), "--tls", "--auth", "PLAIN",
         "--auth-user", "alice@birch.example", "--auth-password", password, "--from", "alice@birch.example",
         "--to", "bob@cedar.example", "--header", "Subject: By swaks"],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert swaks.returncode == 0, swaks.stdout + swaks.stderr
    assert arrived(village, "By swaks")


@pytest.mark.parametrize("over", [dns.query.udp, dns.query.tcp])
def test_the_name_server_answers_programs_outside(village: dict[str, Any], over: Any) -> None:
    host, port = village["dns"]
    answer = over(dns.message.make_query("cedar.example", "MX"), host, port=port, timeout=PATIENCE)
    assert "10 mx.cedar.example." in answer.answer[0].to_text()


def test_mail_stays_in_its_folder_and_accounts_can_be_added(tmp_path: Path) -> None:
    options = ("--dir", str(tmp_path), "--account", "erin@cedar.example:soup of the day")
    with up(*options) as (said, _):
        assert {"address": "erin@cedar.example", "password": "soup of the day", "quota": None} in said[
            "accounts"
        ]
        send_by_curl(said)
        assert arrived(said, "By curl")
    with up("--dir", str(tmp_path)) as (said, _):
        assert said["dir"] == str(tmp_path)
        assert arrived(said, "By curl")


def test_fixed_ports(tmp_path: Path) -> None:
    with up("--port-base", "21500") as (said, _):
        assert said["dns"][1] == 21500
        assert said["domains"]["birch.example"]["smtp"][1] == 21501
        assert said["domains"]["cedar.example"]["imaps"][1] == 21517


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(number: signal.Signals) -> None:
    if os.name != "posix":
        pytest.skip("signals are sent like this on POSIX only")
    with up() as (said, process):
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
    assert not Path(said["dir"]).exists()


def test_after_sigkill_the_next_village_clears_away_what_was_left() -> None:
    if os.name != "posix":
        pytest.skip("SIGKILL is known on POSIX only")
    with up() as (said, process):
        process.kill()
        process.wait(PATIENCE)
    left = Path(said["dir"])
    assert left.exists()
    with up():
        assert not left.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--account", "erin"], "--account wants user@domain:password, but got 'erin'"),
        (["--account", "erin@elm.example:x"], "the village has the domains birch.example and cedar.example"),
        (["--dir", "/dev/null/x"], "/dev/null"),
        (["--port-base", "80"], "--port-base is a number from 1024 to 65500, but this is 80"),
        (["--port-base", "70000"], "--port-base is a number from 1024 to 65500, but this is 70000"),
    ],
)
def test_a_mistake_gets_one_clear_sentence(options: list[str], sentence: str) -> None:
    command = [sys.executable, "-m", "mailkit", "up", *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_the_table_for_people_names_everything_a_mail_program_asks() -> None:
    command = [sys.executable, "-m", "mailkit", "up"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        table = ""
        while "Ctrl-C" not in table:
            line = process.stdout.readline()
            assert line
            table += line
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    for word in (
        "incoming mail",
        "outgoing mail",
        "STARTTLS",
        "SSL/TLS",
        "bob@cedar.example",
        "cake-at-five",
    ):
        assert word in table


def test_a_wrong_password_opens_nothing(village: dict[str, Any]) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        curl(village, url(village, "imaps", "cedar.example", "imaps") + "/INBOX", "--user", "bob:wrong")
    assert refused.value.returncode == 67  # curl's word for: login denied
