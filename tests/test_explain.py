"""The explanation beside the wire: what a learner who made a mistake can rely on."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.show.explain import explain, imap, pop3, smtp

ALL_REPLIES = (
    "220 221 235 250 251 252 334 354 421 450 451 452 454 500 501 502 503 504 521 530 535 538 "
    "550 551 552 553 554 555 556"
).split()

MISTAKES = [  # what the client said, the code, a word of the reason
    ("MAIL FROM:alice@birch.example", "501", "MAIL FROM:<alice@birch.example>"),
    ("rcpt to:bob@cedar.example", "501", "angle brackets"),
    ("MAIL FROM:alice@birch.example SIZE=100", "501", "angle brackets"),
    ("MAIL FROM :<alice@birch.example>", "501", "space stands before the colon"),
    ("MAIL FROM: <alice@birch.example>", "501", "space stands after the colon"),
    ("MAIL FROM <alice@birch.example>", "501", "colon is missing"),
    ("MAIL <alice@birch.example>", "501", "word FROM"),
    ("RCPT <bob@cedar.example>", "501", "word TO"),
    ("RCPT TO:<bob@cedar.example", "501", "closing angle bracket"),
    ("RCPT TO:<bob>", "501", "no @"),
    ("RCPT TO:<>", "501", "only a sender may be empty"),
    ("EHLO", "501", "own name"),
    ("DATA please", "501", "stands alone"),
    ("RCPT TO:<bob@cedar.example>", "503", "before MAIL"),
    ("DATA", "503", "before a recipient"),
    ("MAIL FROM:<alice@birch.example>", "503", "after EHLO"),
    ("Subject: Tea?", "500", "header"),
    ("GET / HTTP/1.1", "500", "HTTP"),
    ("", "500", "empty"),
    (".", "500", "354"),
    (" NOOP", "500", "space"),
    ("MIAL FROM:<alice@birch.example>", "500", "MAIL would be one"),
    ("a1 LOGIN bob tea", "500", "IMAP"),
]


@pytest.mark.parametrize("said, code, reason", MISTAKES)
def test_a_mistake_is_named_with_its_section(said: str, code: str, reason: str) -> None:
    told = explain("smtp", f"{code} 5.5.0 no", before=said)
    assert told.startswith(f"{code}, because") and reason in told and "RFC" in told


@pytest.mark.parametrize(
    "said", ["MAIL FROM:<>", "mail from:<a@b.example> size=1", "RCPT TO:<Postmaster>", "DATA"]
)
def test_good_lines_are_not_blamed(said: str) -> None:
    assert "because" not in explain("smtp", "501 5.5.4 no", before=said)


def test_small_letters_are_fine_and_told_so() -> None:
    assert "as good as capitals" in explain("smtp", "mail from:<alice@birch.example>", "C")


@pytest.mark.parametrize("code", ALL_REPLIES)
def test_every_reply_of_the_village_is_explained(code: str) -> None:
    assert code in smtp.REPLIES
    told = explain("smtp", f"{code} some words")
    assert told.startswith(code) and "RFC" in told


def test_a_strange_reply_is_read_by_its_first_digit() -> None:
    assert "trying again later" in explain("smtp", "499 what?")
    assert "useless" in explain("smtp", "599 what?")


def test_an_enhanced_status_code_is_put_together() -> None:
    told = explain("smtp", "550 5.1.1 who is that?", before="RCPT TO:<nobody@cedar.example>")
    assert "recipient" in told and "no such mailbox" in told and "RFC 3463" in told


@pytest.mark.parametrize(
    "keyword", "PIPELINING SIZE 8BITMIME SMTPUTF8 STARTTLS AUTH ENHANCEDSTATUSCODES DSN HELP CHUNKING".split()
)
def test_extensions_are_explained(keyword: str) -> None:
    assert explain("smtp", f"250-{keyword} 1", before="EHLO me").startswith(f"{keyword}: ")


def test_the_same_code_means_different_things() -> None:
    said = ["EHLO me", "MAIL FROM:<>", "RCPT TO:<a@b>", "."]
    assert len({explain("smtp", "250 2.0.0 fine", before=line) for line in said}) == len(said)
    assert "TLS" in explain("smtp", "220 2.0.0 go", before="STARTTLS")
    assert "STARTTLS" in explain("smtp", "530 5.7.0 Must issue a STARTTLS command first", before="AUTH PLAIN")


def test_base64_of_a_login_is_read_aloud_without_the_password() -> None:
    word = base64.b64encode(b"\0alice\0tea-at-four").decode()
    for protocol, line in (
        ("smtp", f"AUTH PLAIN {word}"),
        ("pop3", f"AUTH PLAIN {word}"),
        ("imap", f"a AUTHENTICATE PLAIN {word}"),
    ):
        told = explain(protocol, line, "C")
        assert "not encryption" in told and "alice" in told and "tea-at-four" not in told
    assert "tea-at-four" not in explain("smtp", word, "C", before="334 ")


def test_auth_login_shows_the_name_and_hides_the_password() -> None:
    name, password = (base64.b64encode(word).decode() for word in (b"alice", b"tea-at-four"))
    asked = base64.b64encode(b"Password:").decode()
    assert "alice" in explain("smtp", name, "C", before="334 VXNlcm5hbWU6")
    told = explain("smtp", password, "C", before=f"334 {asked}")
    assert "password" in told and "tea-at-four" not in told
    assert "Password:" in explain("smtp", f"334 {asked}")


@pytest.mark.parametrize("protocol, module", [("smtp", smtp), ("pop3", pop3)])
def test_every_command_names_its_section(protocol: str, module: object) -> None:
    for verb in getattr(module, "COMMANDS"):
        told = explain(protocol, f"{verb} x", "C")
        assert told.startswith(f"{verb}: ") and "RFC" in told


def test_every_imap_command_names_its_section() -> None:
    for verb in imap.COMMANDS:
        told = explain("imap", verb if verb == "DONE" else f"a1 {verb} x", "C")
        assert told.startswith(f"{verb}: ") and "RFC" in told


def test_pop3_answers() -> None:
    assert "1.1.2" not in explain("pop3", "+OK")
    assert "two letters" not in explain("pop3", "+OK 2 320", before="STAT")
    assert "number of letters" in explain("pop3", "+OK 2 320", before="STAT")
    assert "another session" in explain("pop3", "-ERR [IN-USE] no", before="PASS x")
    assert "number of the letter is missing" in explain("pop3", "-ERR what?", before="RETR")
    assert "size in octets" in explain("pop3", "1 320", before="LIST")
    assert "lasting name" in explain("pop3", "1 abc", before="UIDL")
    assert "ends the list" in explain("pop3", ".", before="LIST")


def test_imap_answers() -> None:
    for line in ("* BAD what?", "LOGIN BAD what?"):
        assert "lacks its tag" in explain("imap", line, before="LOGIN bob tea")
    assert "so many letters" in explain("imap", "* 3 EXISTS")
    assert "UIDs mean the same" in explain("imap", "* OK [UIDVALIDITY 7] fine")
    assert "CREATE" in explain("imap", "a1 NO [TRYCREATE] none", before="a1 COPY 1 Tea")
    assert "SELECT" in explain("imap", "a1 BAD not now", before="a1 FETCH 1 FLAGS")
    assert "when there is news" in explain("imap", "+ idling", before="a1 IDLE")
    assert "announced" in explain("imap", "+ go on", before="a1 APPEND INBOX {10}")
    assert "without setting" in explain("imap", "a1 FETCH 1 BODY.PEEK[]", "C")


def test_services_share_their_languages() -> None:
    for protocol in ("smtp", "submission", "submissions"):
        assert explain(protocol, "354 go on").startswith("354")
    assert explain("imaps", "* 1 EXISTS") == explain("imap", "* 1 EXISTS")
    assert explain("gopher", "hello") == ""


@given(
    protocol=st.sampled_from(["smtp", "pop3", "imap", "dns", ""]),
    line=st.one_of(st.text(max_size=60), st.from_regex(r"[2345][0-9]{2}[ -].*", fullmatch=True)),
    side=st.sampled_from(["C", "S"]),
    before=st.text(max_size=60),
)
def test_no_line_is_too_strange(protocol: str, line: str, side: str, before: str) -> None:
    assert isinstance(explain(protocol, line, "C" if side == "C" else "S", before), str)


@given(word=st.binary(max_size=40))
def test_no_login_is_too_strange(word: bytes) -> None:
    encoded = base64.b64encode(word).decode()
    for before in ("334 ", "334 UGFzc3dvcmQ6", "334 ====", "+ "):
        for protocol in ("smtp", "pop3", "imap"):
            assert isinstance(explain(protocol, encoded, "C", before), str)
