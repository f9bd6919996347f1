"""The parts of a letter, to the octet."""

from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailkit.letter import structure

LETTER = (
    b"Subject: parts\r\n"
    b'Content-Type: multipart/mixed; boundary="a b"\r\n'
    b"\r\n"
    b"preamble\r\n"
    b"--a b\r\n"
    b"\r\n"
    b"no header at all\r\n"
    b"--a b \r\n"
    b"Content-Type: multipart/alternative; boundary=inner\r\n"
    b"\r\n"
    b"--inner\r\n"
    b"Content-Type: text/html\r\n"
    b"\r\n"
    b"<p>one\r\n"
    b"two\r\n"
    b"\r\n"
    b"--inner--\r\n"
    b"--a b\r\n"
    b"Content-Type: message/rfc822\r\n"
    b"\r\n"
    b"Subject: within\r\n"
    b"Content-Type: multipart/digest; boundary=d\r\n"
    b"\r\n"
    b"--d\r\n"
    b"\r\n"
    b"Subject: deepest\r\n"
    b"\r\n"
    b"here\r\n"
    b"--d--\r\n"
    b"--a b--\r\n"
    b"epilogue\r\n"
)


def body(*numbers: int, content: bytes = LETTER) -> bytes | None:
    part = structure.parse(content).find(numbers)
    return content[part.body : part.end] if part else None


def test_every_part_is_found_by_its_number() -> None:
    assert body(1) == b"no header at all"
    assert body(2, 1) == b"<p>one\r\ntwo\r\n"
    assert body(3, 1) == b"Subject: deepest\r\n\r\nhere"  # a digest holds letters without saying so
    assert body(3, 1, 1) == b"here"
    for missing in [(0,), (4,), (1, 1), (2, 2), (2, 1, 1), (3, 2), (3, 1, 2)]:
        assert body(*missing) is None


def test_a_letter_without_parts_is_its_own_first_part() -> None:
    assert body(1, content=b"Subject: x\r\n\r\ntext\r\n") == b"text\r\n"
    assert body(1, 1, content=b"Subject: x\r\n\r\ntext\r\n") is None


def test_lines_are_counted_by_their_endings() -> None:
    letter = structure.parse(LETTER)
    assert [part.lines for part in letter.walk() if part.kind == b"text"] == [0, 2, 0]


def test_python_agrees_about_the_parts() -> None:
    """email.parser as a judge, where the letter is well-formed."""
    ours = [b"/".join((part.kind, part.subkind)).decode() for part in structure.parse(LETTER).walk()]
    theirs = [part.get_content_type() for part in message_from_bytes(LETTER, policy=policy.SMTP).walk()]
    assert ours == theirs


def test_an_outer_boundary_ends_an_inner_part() -> None:
    """RFC 2046 section 5.1.2: even where the inner end has been forgotten."""
    letter = LETTER.replace(b"--inner--\r\n", b"")
    assert body(2, 1, content=letter) == b"<p>one\r\ntwo\r\n"
    assert body(1, content=letter) == b"no header at all"


@pytest.mark.parametrize(
    "content_type", [b"multipart/mixed", b"multipart/mixed; boundary=", b"text", b"/", b";;;"]
)
def test_what_makes_no_sense_is_plain_text(content_type: bytes) -> None:
    letter = structure.parse(b"Content-Type: %b\r\n\r\ntext" % content_type)
    assert (letter.kind, letter.subkind, letter.parts) == (b"text", b"plain", [])


def test_nesting_and_numbers_have_limits() -> None:
    deep = b"Content-Type: message/rfc822\r\n\r\n" * 1000
    assert len(list(structure.parse(deep).walk())) == structure.DEEPEST + 1
    wide = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000
    assert len(list(structure.parse(wide).walk())) == structure.MOST


def test_fields_come_back_as_they_stand() -> None:
    header = b"To: bob\r\nSUBJECT: a\r\n b\r\nSubject: c\r\n\r\n"
    assert structure.selected(header, frozenset({b"subject"})) == b"SUBJECT: a\r\n b\r\nSubject: c\r\n\r\n"
    assert structure.selected(header, frozenset({b"subject"}), others=True) == b"To: bob\r\n\r\n"


PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"--b",
        b"--",
        b"--c\r\n",
        b"Content-Type: ",
        b"multipart/mixed; boundary=b\r\n\r\n",
    ]
    + [
        b"multipart/digest; boundary=c\r\n\r\n",
        b"message/rfc822\r\n\r\n",
        b'text/plain; charset="',
        b":",
        b" ",
        b"\0",
    ]
)


@settings(max_examples=500)
@given(st.lists(PIECES | st.binary(max_size=5)).map(b"".join))
def test_no_octets_make_it_raise_and_all_parts_lie_within(content: bytes) -> None:
    letter = structure.parse(content)
    assert (letter.start, letter.end) == (0, len(content))
    for part in letter.walk():
        assert part.start <= part.body <= part.end
        at = part.body
        for inner in part.parts:
            assert at <= inner.start <= inner.end <= part.end
            at = inner.end
