"""swaks, the Swiss army knife of SMTP: a tester's program that does one transaction and shows every line.

Special: it can do what mail programs rarely do: pipelining, every mechanism of AUTH, one refused
recipient among others, an end at any stage.
"""

from collections.abc import Callable

import pytest
from letters import ODD, bare, letter, unix
from village_up import ALICE, BOB, DAVE, Running

Swaks = Callable[..., str]


@pytest.fixture
def swaks(village: Running, program, home) -> Swaks:
    path = program("swaks")

    def run(service: str, domain: str, *arguments: str, fails: bool = False, content: bytes = b"") -> str:
        host, port = village.place(service, domain)
        data = ("--data", str(home.write("letter", unix(content).removesuffix(b"\n")))) if content else ()
        return home.run(path, "--server", host, "--port", str(port), "--helo", "laptop.birch.example",
                        *data, *arguments, fails=fails).decode(errors="replace")  # fmt: skip

    return run


def login(village: Running, mechanism: str = "PLAIN") -> tuple[str, ...]:
    return "--auth", mechanism, "--auth-user", ALICE, "--auth-password", village.passwords[ALICE]


@pytest.mark.parametrize("security", [("submission", "--tls"), ("submissions", "--tls-on-connect")])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_it_hands_letters_in(
    village: Running, swaks: Swaks, security: tuple[str, str], mechanism: str
) -> None:
    service, tls = security
    letters = [content for name, content in ODD.items() if name != "no-body"]  # swaks gives it an empty line
    for content in letters:
        swaks(service, "birch.example", tls, *login(village, mechanism), "--from", ALICE, "--to", BOB,
              content=content)  # fmt: skip
    village.wait_for(BOB, len(letters))
    assert bare(village.letters(BOB)) == sorted(letters)


@pytest.mark.parametrize("tls", [(), ("--tls",)])
def test_it_pipelines_and_only_good_recipients_get_the_letter(
    village: Running, swaks: Swaks, tls: tuple[str, ...]
) -> None:
    content = letter("pipelined")
    said = swaks("smtp", "cedar.example", "--pipeline", *tls, "--from", ALICE, "--to",
                 f"{BOB},nobody@cedar.example,{DAVE}", content=content)  # fmt: skip
    assert "PIPELINING" in said and "550 5.1.1" in said
    for address in BOB, DAVE:
        village.wait_for(address, 1)
        assert bare(village.letters(address)) == [content]


def test_it_does_not_relay(village: Running, swaks: Swaks) -> None:
    said = swaks("smtp", "cedar.example", "--from", ALICE, "--to", "olga@oak.example", fails=True)
    assert "550 5.7.1" in said


def test_nobody_hands_in_without_a_login(village: Running, swaks: Swaks) -> None:
    said = swaks("submission", "birch.example", "--tls", "--from", ALICE, "--to", BOB, fails=True)
    assert "530 5.7.0" in said
    said = swaks("submission", "birch.example", "--tls", "--auth", "PLAIN", "--auth-user", ALICE,
                 "--auth-password", "wrong", "--from", ALICE, "--to", BOB, fails=True)  # fmt: skip
    assert "535 5.7.8" in said


@pytest.mark.parametrize("stage", ["CONNECT", "HELO", "TLS", "AUTH", "MAIL", "RCPT"])
def test_a_goodbye_at_any_stage_leaves_no_letter(village: Running, swaks: Swaks, stage: str) -> None:
    said = swaks("submission", "birch.example", "--tls", *login(village), "--from", ALICE, "--to", BOB,
                 "--quit-after", stage)  # fmt: skip
    assert "221 2.0.0" in said
    assert village.letters(BOB) == []
