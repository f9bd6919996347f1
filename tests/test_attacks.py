"""Attacks, over real sockets, each of which has to fail.

What is glued behind STARTTLS is in ``test_village.py``; letters that are sent by strangers to strangers, and
everything else that needs no more than a line or two, is here.
"""

import asyncio
import os
import smtplib
import socket
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dns.flags
import dns.message
import dns.rrset
import pytest
from load_tools import Line, Up

from mailkit.dns.resolver import Resolver
from mailkit.ground.ask import ask
from mailkit.ground.loopback import LoopbackGround
from mailkit.people import PEOPLE
from mailkit.roles.hand import Talk
from mailkit.world import Village


@pytest.fixture(scope="module")
def v() -> Iterator[Village]:
    with Village() as village:
        yield village


def subjects(v: Village) -> list[str]:
    return [letter.subject for letter in v.bob.inbox()]


# ---- smuggling: one letter that another server takes for two

FALSE_ENDS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r\r\n.\r\r\n"]
HARMLESS = [b"\r\n\0.\r\n", b"\r\n. \r\n", b"\r\n.\0\r\n", b"\r\n..\r\n"]
SECOND = (
    b"MAIL FROM:<alice@birch.example>\r\nRCPT TO:<bob@cedar.example>\r\nDATA\r\n"
    b"Subject: smuggled\r\n\r\nHa!\r\n.\r\n"
)


@pytest.mark.parametrize("end", FALSE_ENDS, ids=repr)
@pytest.mark.parametrize("by", ["submission", "another server"])
def test_what_is_not_the_end_of_a_letter_does_not_end_it(v: Village, end: bytes, by: str) -> None:
    """RFC 5321 section 4.1.1.4: CR LF . CR LF and nothing else.  A lone CR or LF is not taken at all."""
    before = subjects(v)
    with _about_to_send(v, by) as talk:
        assert talk("DATA").heard.startswith(b"354")
        answer = talk.raw(b"Subject: outer\r\n\r\nTea?" + end + SECOND).heard
    assert answer.startswith(b"554 5.5.2") and answer.count(b"\r\n") == 1
    assert subjects(v) == before


@pytest.mark.parametrize("end", HARMLESS, ids=repr)
def test_what_only_looks_like_an_end_is_part_of_the_one_letter(v: Village, end: bytes) -> None:
    """It goes through both servers, and arrives as one."""
    before = len(v.bob.inbox())
    with _about_to_send(v, "submission") as talk:
        talk("DATA")
        assert talk.raw(b"Subject: outer\r\n\r\nTea?" + end + SECOND).heard.startswith(b"250")
    (letter,) = v.bob.inbox()[before:]
    assert letter.subject == "outer"
    assert b"Subject: smuggled" in letter.content


def _about_to_send(v: Village, by: str) -> Talk:
    if by == "another server":
        talk = v.say("mx.cedar.example", 25)
        talk("EHLO mx.elm.example")
    else:
        talk = v.say("mail.birch.example", 465)
        talk("EHLO laptop")
        talk("AUTH PLAIN " + b64encode(b"\0alice\0tea-at-four").decode())
    talk("MAIL FROM:<alice@birch.example>")
    assert talk("RCPT TO:<bob@cedar.example>").heard.startswith(b"250")
    return talk


# ---- a line ending where none belongs


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("bob@cedar.example", "Tea?{}Bcc: dave@cedar.example"),
        ("bob@cedar.example", "Tea?{0}{0}A body of another's"),
        ("Bob{}Bcc: dave@cedar.example <bob@cedar.example>", "Tea?"),
        ("bob@cedar.example{}RCPT TO:<dave@cedar.example>", "Tea?"),
        ("bob@cedar.example>{}RCPT TO:<dave@cedar.example", "Tea?"),
        ('"bob{}"@cedar.example', "Tea?"),
        ("bob@cedar.example{}", "Tea?"),
    ],
)
def test_no_field_can_break_out_of_its_line(v: Village, to: str, subject: str, line_end: str) -> None:
    with pytest.raises((ValueError, smtplib.SMTPException)):
        v.alice.send(to=to.format(line_end), subject=subject.format(line_end))
    assert not v.dave.inbox() and not v.bob.inbox()[-1].message["Bcc"]


def test_nor_can_a_name(v: Village) -> None:
    v.carol.name = "Carol\r\nBcc: dave@cedar.example"
    with pytest.raises(ValueError):
        v.carol.send(to=v.bob, subject="Tea?")


# ---- open relays


@pytest.mark.parametrize(
    "recipient",
    [
        "<alice@birch.example>",
        "<alice%birch.example@cedar.example>",
        "<alice%birch.example@[127.0.3.25]>",
        "<alice%birch.example>",
        '<"alice@birch.example">',
        '<"alice@birch.example"@cedar.example>',
        '<"alice%birch.example"@cedar.example>',
        "<@cedar.example:alice@birch.example>",
        "<@cedar.example,@elm.example:alice@birch.example>",
        "<birch.example!alice>",
        "<birch.example!alice@cedar.example>",
        "<alice@birch.example@cedar.example>",
        "<alice@[127.0.2.25]>",
        "<alice@[IPv6:::1]>",
        "<alice@127.0.2.25>",
        "<alice@birch.example.>",
        "<alice@cedar.example.birch.example>",
        "<alice@xcedar.example>",
        "<alice@birch.example\0@cedar.example>",
        "<bob@cedar.example>,<alice@birch.example>",
        "alice@birch.example",
    ],
)
def test_nobody_is_a_relay_for_strangers(v: Village, recipient: str) -> None:
    with v.say("mx.cedar.example", 25) as talk:
        talk("EHLO mx.elm.example")
        talk("MAIL FROM:<spam@elm.example>")
        answer = talk(f"RCPT TO:{recipient}").heard
        assert answer.startswith((b"550 5.7.1", b"550 5.1.1", b"501 5.1.3", b"553 5.1.3"))
        assert talk("DATA").heard.startswith(b"503")


# ---- names of mailboxes and accounts that lead outside

NAMES = [
    "..", "../eve", "../../cedar.example/mail/dave", "/etc", "/srv/x", "a/../b", "..\\eve", "x/", "~/x",
    ".", "a..b", "&AC8-etc", "&AC4ALgAv-eve", "INBOX/../../dave", "INBOX.../dave", "a\0b", "\0", "a\x7fb",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=repr)
@pytest.mark.parametrize(
    "command", ["CREATE", "RENAME Drafts", "SELECT", "EXAMINE", "DELETE", "SUBSCRIBE", "STATUS", "APPEND"]
)
def test_no_name_of_a_mailbox_leads_outside(v: Village, command: str, name: str) -> None:
    behind = {"STATUS": b" (MESSAGES)", "APPEND": b" {4+}\r\nTea?"}.get(command, b"")
    before = _folders(v.dir)
    with v.say("mail.cedar.example", 993) as talk:
        talk(f"a LOGIN bob {PEOPLE['bob'].password}")
        said = name.encode()
        heard = talk.raw(b"b %b {%d+}\r\n%b%b\r\n" % (command.encode(), len(said), said, behind)).heard
        assert heard.rpartition(b"b ")[2].startswith((b"NO ", b"BAD "))
        assert talk("c NOOP").heard.endswith(b"c OK NOOP completed\r\n")
    assert _folders(v.dir) == before


def _folders(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_dir()} | set(root.parent.glob("eve*"))


@pytest.mark.parametrize(
    "name", ["../eve", "..", ".", "", "/etc", "a/b", "a\\b", "~", "a b", "a:b", "-", "...", "*"]
)
def test_no_name_of_an_account_leads_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="an account is"):
        Village(tmp_path / "village", accounts={f"{name}@cedar.example": "soup"})
    assert [path.name for path in tmp_path.iterdir()] == ["village"]


# ---- guessing passwords


def test_whoever_guesses_passwords_is_sent_away_each_time(
    v: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the right password, glued behind the wrong ones, does not count any more."""
    monkeypatch.setattr("mailkit.talk.guesses.FIRST", 0.01)  # seconds; who waits for them is no matter here
    wrong, right = b64encode(b"\0bob\0tea"), b64encode(b"\0bob\0cake-at-five")
    for port, guess, hit, welcome in [
        (995, b"AUTH PLAIN " + wrong, b"AUTH PLAIN " + right, b"+OK bob"),
        (993, b"a LOGIN bob tea", b"b LOGIN bob cake-at-five", b"b OK"),
        (465, b"AUTH PLAIN " + wrong, b"AUTH PLAIN " + right, b"235"),
    ]:
        with v.say("mail.cedar.example", port) as talk:
            talk._socket.settimeout(30)
            if port == 465:
                talk("EHLO me")
            line = Line(talk._socket)
            line.say((guess + b"\r\n") * 20 + hit + b"\r\n")
            heard = line.hear(b"\0never")  # so long until the server hangs up
        assert welcome not in heard, port
        assert heard.count(b"\r\n") < 20, port


# ---- forged answers of the name server


def test_an_answer_to_another_question_or_under_another_number_is_not_believed() -> None:
    query_of = dns.message.make_query

    def wrong_number(query: dns.message.Message) -> bytes:
        return _answer(query, "evil.example.", number=query.id ^ 1)

    def other_question(query: dns.message.Message) -> bytes:
        other = query_of("elm.example", "MX")
        other.id = query.id
        return _answer(other, "evil.example.")

    def no_answer_bit(query: dns.message.Message) -> bytes:
        forged = dns.message.from_wire(_answer(query, "evil.example."))
        forged.flags &= ~dns.flags.QR
        return forged.to_wire()

    for forge in (wrong_number, other_question, no_answer_bit):
        assert _asked_of(forge).records == ()
    assert _asked_of(lambda query: _answer(query, "mx.cedar.example.")).records == ("10 mx.cedar.example.",)


def _answer(query: dns.message.Message, host: str, number: int | None = None) -> bytes:
    reply = dns.message.make_response(query)
    reply.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "MX", f"10 {host}"))
    reply.id = query.id if number is None else number
    return reply.to_wire()


def _asked_of(forge):  # type: ignore[no-untyped-def]
    """What a resolver makes of a name server that answers so."""
    ground = LoopbackGround()
    with ground.listen("ns.example", 53), ground.datagram("ns.example", 53) as server:

        def serve() -> None:
            question, caller = server.recvfrom(512)
            server.sendto(forge(dns.message.from_wire(question)), caller)

        forger = threading.Thread(target=serve)
        forger.start()
        resolver = Resolver(lambda question, tcp: ask(ground, "mx.birch.example", "ns.example", 53, question))
        answer = asyncio.run(resolver.ask("cedar.example", "MX"))
        forger.join()
    return answer


# ---- files that are none


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are made like this on POSIX only")
def test_a_link_or_a_pipe_in_a_maildir_is_no_letter(v: Village, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Subject: the secret\n\nThe key lies under the mat.\n")
    v.alice.send(to=v.bob, subject="before")
    box = v.cedar.mda.maildir("bob@cedar.example")
    v.settle()
    (box / "new" / "1.link.mx").symlink_to(secret)
    (box / "cur" / "2.link.mx,S=9,W=9:2,S").symlink_to(secret)
    os.mkfifo(box / "new" / "3.pipe.mx")
    (box / ".Stolen").symlink_to(v.cedar.mda.maildir("dave@cedar.example"))
    with v.bob.imap() as provider:
        assert provider.select("Stolen")[0] == "NO" and provider.delete("Stolen")[0] == "NO"
    letters = v.bob.inbox()
    assert letters[-1].subject == "before"
    assert not [letter for letter in letters if b"mat" in letter.content]
    for path in box.glob("*/*.link.mx*"):
        path.unlink()
    (box / "new" / "3.pipe.mx").unlink()
    (box / ".Stolen").unlink()
    assert secret.exists()


# ---- what others on this machine can see


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is known on Linux only")
def test_the_village_listens_on_loopback_only_and_tells_no_password(tmp_path: Path) -> None:
    up = Up(tmp_path, "--account", "erin@cedar.example:soup-of-the-day")
    for name in PEOPLE:
        up.imap(name).close()
        up.pop3(name).close()
        up.submission(name).close()
    with up.call("imaps") as line:
        line.hear()
        assert b"x NO" in line.ask(b"x LOGIN bob not-my-password")
    listening = _listening(up.process.pid)
    complaints = up.stop()
    assert len(listening) == 16  # seven services of each provider, and the name server's two sockets
    assert {address.split(".")[0] for address in listening} == {"127"}
    secrets = [who.password for who in PEOPLE.values()] + ["soup-of-the-day", "not-my-password"]
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for secret in secrets:
        assert secret not in complaints
        assert not [content for content in kept if secret.encode() in content]
        assert not [content for content in kept if b64encode(secret.encode()) in content]
    assert not [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077 and "key" in path.name]
    assert tmp_path.stat().st_mode & 0o077 == 0 or os.listdir(tmp_path)


def _listening(process: int) -> list[str]:
    """The addresses on which a process waits for connections, or for datagrams."""
    ours = set()
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed while we look
            ours.add(os.readlink(link).removeprefix("socket:[").removesuffix("]"))
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if inode in ours and state in ("0A", "07"):  # listening; a datagram socket without a peer
                assert not table.endswith("6")
                found.append(socket.inet_ntoa(bytes.fromhex(local.partition(":")[0])[::-1]))
    return found
