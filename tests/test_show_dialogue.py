"""A dialogue on paper: nothing is lost, nothing acts, the letter is folded."""

from html import unescape
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_evidence import LETTER, TEXT, Speaker, hello, journey_evidence, transaction

from mailkit.dialogue import Dialogue, Place
from mailkit.show import html
from mailkit.show.dialogue import dialogue
from mailkit.show.excerpt import about, refusal
from mailkit.show.figure import escape, figure, table
from mailkit.show.parts import Carried, Said, lines_of
from mailkit.show.readers import parts
from mailkit.talk.script import parse

HERE, THERE = (
    Place("laptop-alice.birch.example", ("127.0.2.101", 40000)),
    Place("mx.birch.example", ("127.0.2.25", 25)),
)


class Tags(HTMLParser):
    """Collects the names of all elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.shown: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


def talk(protocol: str, *chunks: tuple[str, bytes]) -> Dialogue:
    """A dialogue of these chunks."""
    made = Dialogue(1, protocol, HERE, THERE, 0.0)
    for number, (side, data) in enumerate(chunks):
        made.record(number / 1000, "C" if side == "C" else "S", data, False)
    return made


def test_every_line_is_on_the_page_and_in_the_text() -> None:
    for each in journey_evidence().dialogues:
        page = unescape(html(each))
        for line in each.lines:
            assert line.text in page
            assert line.text in str(each)


def test_the_letter_is_folded_with_its_size() -> None:
    page = html(journey_evidence().dialogues[0])
    summary = page.split("<summary>")[1].split("</summary>")[0]
    octets = len(TEXT.replace("\n", "\r\n").encode())
    assert summary == f"the letter, {octets} octets, {TEXT.count(chr(10))} lines"
    assert "<details><summary>" in page  # closed


def test_speakers_are_told_apart_without_colour() -> None:
    page = html(talk("smtp", ("S", b"220 hi\r\n"), ("C", b"QUIT\r\n")))
    assert "S: ←" in page and "C: →" in page


def test_tls_is_a_word_and_not_only_a_border() -> None:
    assert "TLS</span>" in html(journey_evidence().dialogues[0])
    assert "TLS</span>" not in html(journey_evidence().dialogues[2])


def test_explanations_can_be_left_out() -> None:
    each = journey_evidence().dialogues[0]
    assert "RFC 5321" in dialogue(each)
    assert "what it means" not in dialogue(each, explained=False)


def test_a_letter_cannot_act() -> None:
    evil = TEXT.replace("Dear Bob", "<script>alert(1)</script><img src=x onerror=alert(1)>")
    each = journey_evidence(evil).dialogues[0]
    names = Tags(html(each)).names
    assert "script" not in names and "img" not in names
    assert "<script>alert(1)</script>" in unescape(html(each))


def test_control_characters_are_written_out() -> None:
    assert escape("\x1b[31m\u202eliame") == "\\x1b[31m\\u202eliame"


def test_a_thing_without_a_picture_shows_its_words() -> None:
    assert "a &lt;b&gt;" in html("a <b>") and "<pre" in html("a <b>")


def test_tables_have_headers_for_rows_and_columns() -> None:
    made = table(("host", "port"), [("mx", 25)], "services")
    assert '<th scope="col">host</th>' in made and '<th scope="row">mx</th>' in made
    assert "<caption>services</caption>" in made


def test_no_background_is_forced_on_the_reader() -> None:
    page = figure("")
    assert "background: #" not in page and "background-color" not in page and "white;" not in page


def test_pipelined_answers_find_their_commands() -> None:
    each = talk(
        "smtp",
        ("S", b"220 hi\r\n"),
        ("C", b"MAIL FROM:<a@b.example>\r\nRCPT TO:c@d.example\r\nDATA\r\n"),
        ("S", b"250 fine\r\n501 what?\r\n503 no\r\n"),
    )
    answered = [
        part.before for part in parts("smtp", each.lines) if isinstance(part, Said) and part.line.side == "S"
    ]
    assert answered == [None, "MAIL FROM:<a@b.example>", "RCPT TO:c@d.example", "DATA"]
    assert "the address lacks its angle brackets" in html(each)


def test_an_imap_literal_is_measured_by_octets() -> None:
    each = talk(
        "imap",
        ("C", b"a FETCH 1 BODY[TEXT]\r\n"),
        ("S", b"* 1 FETCH (BODY[TEXT] {12}\r\nat\r\n* four a)\r\na OK done\r\n"),
    )
    shown = [str(part) if isinstance(part, Carried) else part.line.text for part in parts("imap", each.lines)]
    assert shown[2:] == ["a piece of text, 12 octets, 2 lines", ")", "a OK done"]


def test_bdat_is_measured_by_octets() -> None:
    each = talk("smtp", ("C", b"BDAT 17 LAST\r\nA: b\r\n\r\nQUIT?\r\n\r\nQUIT\r\n"))
    kinds = [type(part).__name__ for part in parts("smtp", each.lines)]
    assert kinds == ["Said", "Carried", "Said"]


def test_a_pop3_letter_is_carried_and_a_list_is_said() -> None:
    each = talk(
        "pop3",
        ("C", b"LIST\r\n"),
        ("S", b"+OK\r\n1 20\r\n.\r\n"),
        ("C", b"RETR 1\r\n"),
        ("S", b"+OK\r\nA: b\r\n\r\n+OK is no answer here\r\n.\r\n"),
    )
    kinds = [type(part).__name__ for part in parts("pop3", each.lines)]
    assert kinds == ["Said"] * 6 + ["Carried", "Said"]


def test_of_several_letters_only_one_is_cut_out() -> None:
    made = Dialogue(1, "smtp", HERE, THERE, 0.0)

    class Evidence:
        def heard(self, dialogue: Dialogue, time: float, side: str, data: bytes, secure: bool) -> None:
            dialogue.record(time, "C" if side == "C" else "S", data, secure)

    say = Speaker(Evidence(), made)  # type: ignore[arg-type]
    say("S", "220 hi")
    hello(say, "me", "mx")
    for letter in ("<one@x>", "<two@x>", "<three@x>"):
        transaction(say, TEXT.replace(LETTER, letter), letter[1:4], lambda: None)
    say("C", "QUIT")
    say("S", "221 bye")
    whole = parts("smtp", made.lines)
    first, second, third = (about(letter, "smtp", whole) for letter in ("<one@x>", "<two@x>", "<three@x>"))
    assert first[0].line.text == "220 hi" and second[0].line.text.startswith("MAIL")
    assert second[-1].line.text == "250 2.0.0 accepted as two"
    assert third[-1].line.text == "221 bye"
    assert first + second + third == whole
    assert about("<four@x>", "smtp", whole) == whole
    assert refusal(second) == ""


def test_a_very_long_letter_does_not_fill_the_notebook() -> None:
    text = TEXT + "".join(f"line {number}\n" for number in range(20_000))
    page = html(journey_evidence(text).dialogues[0])
    assert len(page) < 60_000 and "lines are not shown here" in page and "line 19999" in page


def test_a_script_is_shown_with_its_notes() -> None:
    script = parse("# Bob is <polite>.\nS: +OK ...\n@ letters tea.eml\nC: USER bob\nS: +OK ...", "polite")
    page = unescape(html(script))
    for line in script:
        assert line.text in page
    assert "RFC 1939" in page


STRANGE = """DATA|354 go|.|BDAT 5|BDAT 99999999999999999|250 ok|a FETCH {3}|* {9}|+OK|RETR 1|LIST|TOP
AUTH PLAIN AAAA|334 |+ |a AUTHENTICATE X|MAIL |a LOGIN {2+}|* OK|""".replace("\n", "|").split("|")
WORDS = st.one_of(st.binary(max_size=40), st.sampled_from([f"{line}\r\n".encode() for line in STRANGE]))
CHUNK = st.tuples(st.sampled_from("CS"), WORDS)


@settings(max_examples=150, deadline=None)
@given(
    protocol=st.sampled_from(["smtp", "submission", "pop3", "imap", "dns"]),
    chunks=st.lists(CHUNK, max_size=25),
)
def test_no_bytes_are_too_strange_and_none_is_lost(protocol: str, chunks: list[tuple[str, bytes]]) -> None:
    each = talk(protocol, *chunks)
    assert set(Tags(html(each)).names).isdisjoint({"script", "img", "iframe", "a"})
    made = parts(protocol, each.lines)
    spoken = [line for part in made for line in lines_of(part)]
    for side in "CS":
        before = b"".join(line.data for line in each.lines if line.side == side)
        assert b"".join(line.data for line in spoken if line.side == side) == before
