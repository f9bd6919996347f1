"""data/rfcs.csv is true: every RFC that the kit names is in it, and it says of each what becomes of it here.

number, title   the RFC
status          kept, partly, or left out: as this kit sees it
sections        which of its sections are meant, as in ``3, 4.1 to 4.3``
where           the files that obey it, seen from mailkit/ or data/; each of them names it
note            what was simplified or left out, and why
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mailkit.roles.hand import Talk
from mailkit.world import Village

ROOT = Path(__file__).parent.parent
KIT, DATA, INDEX = ROOT / "mailkit", ROOT / "data", ROOT / "data" / "rfcs.csv"
FILES = sorted(path for path in [*KIT.rglob("*.py"), *DATA.rglob("*.txt"), *DATA.rglob("*.zone")])
STATUS = {"kept", "partly", "left out"}

# A space, or the end of a line and what a comment on the next one begins with.
GAP = r"(?:[ \t]+|[ \t]*\n[ \t]*(?:[#;][ \t]*)?)"
NUMBER = r"\d+(?:\.\d+)*"
SECTIONS = rf"{NUMBER}(?:(?:,{GAP}and{GAP}|,{GAP}|{GAP}(?:and|to){GAP}){NUMBER})*"
CITATION = re.compile(rf"\bRFC{GAP}(?P<rfc>\d{{3,5}})\b(?:{GAP}sections?{GAP}(?P<sections>{SECTIONS}))?")

# What only looks like a citation: the name of a media type and of an item of FETCH.
NO_CITATION = r"(?!822\b)"
ANOTHER_FORM = re.compile(rf"\bRFCs?[ \t\n-]*{NO_CITATION}\d|(?:\bsections?|§){GAP}?\d", re.IGNORECASE)
ANOTHER_LIST = re.compile(r"[ \t]*(?:[-–/§,]|\b(?:and|or)\b)?[ \t]*\d")  # RFC 2045-2047; RFC 5321 4.2

ANNOUNCED = {  # what a server says of itself, and the RFC that this word is from
    # EHLO
    "SIZE": 1870, "8BITMIME": 6152, "SMTPUTF8": 6531, "ENHANCEDSTATUSCODES": 2034, "STARTTLS": 3207,
    "AUTH": 4954, "HELP": 5321, "VRFY": 5321, "EXPN": 5321, "DSN": 3461, "CHUNKING": 3030,
    "BINARYMIME": 3030, "ETRN": 1985, "LIMITS": 9422, "REQUIRETLS": 8689,
    "PIPELINING": 2920,
    # CAPA
    "TOP": 1939, "UIDL": 1939, "USER": 1939, "RESP-CODES": 2449, "AUTH-RESP-CODE": 3206, "EXPIRE": 2449,
    "LOGIN-DELAY": 2449, "IMPLEMENTATION": 2449, "SASL": 5034, "STLS": 2595, "UTF8": 6856, "LANG": 6856,
    # CAPABILITY
    "IMAP4REV1": 3501, "IMAP4REV2": 9051, "LOGINDISABLED": 3501, "LITERAL+": 7888, "LITERAL-": 7888,
    "SASL-IR": 4959, "ID": 2971, "ENABLE": 5161, "IDLE": 2177, "NAMESPACE": 2342, "UNSELECT": 3691,
    "UIDPLUS": 4315, "MOVE": 6851, "CHILDREN": 3348, "SPECIAL-USE": 6154, "LIST-EXTENDED": 5258,
    "LIST-STATUS": 5819, "ESEARCH": 4731, "CONDSTORE": 7162, "QRESYNC": 7162, "QUOTA": 9208,
    "QUOTASET": 9208, "SORT": 5256, "THREAD": 5256, "ACL": 4314, "BINARY": 3516, "MULTIAPPEND": 3502,
    "METADATA": 5464, "NOTIFY": 5465, "STATUS": 8438, "OBJECTID": 8474, "COMPRESS": 4978,
}  # fmt: skip


class Row(NamedTuple):
    """What the index says of one RFC."""

    number: int
    title: str
    status: str
    sections: str
    where: tuple[str, ...]
    note: str


def _rows() -> Iterator[Row]:
    with INDEX.open(encoding="utf-8", newline="") as lines:
        for each in csv.DictReader(lines):
            where = tuple(each["where"].split())
            yield Row(
                int(each["number"]), each["title"], each["status"], each["sections"], where, each["note"]
            )


ROWS = list(_rows())
BY_NUMBER = {row.number: row for row in ROWS}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _named(path: Path) -> dict[int, int]:
    """The RFCs that a file names, each with the line of its first citation."""
    text = path.read_text(encoding="utf-8")
    found: dict[int, int] = {}
    for citation in CITATION.finditer(text):
        found.setdefault(int(citation["rfc"]), text[: citation.start()].count("\n") + 1)
    return found


def _file(name: str) -> Path | None:
    return next((each / name for each in (KIT, DATA, ROOT) if (each / name).is_file()), None)


def test_every_rfc_that_the_kit_names_has_a_row() -> None:
    lacking = [
        f"{_name(path)}:{line} names RFC {number}: add a line {number},<title>,<kept|partly|left out>,..."
        for path in FILES
        for number, line in _named(path).items()
        if number not in BY_NUMBER
    ]
    assert not lacking, "data/rfcs.csv lacks an RFC:\n" + "\n".join(lacking)


def test_the_rows_are_in_order_and_each_rfc_has_one() -> None:
    numbers = [row.number for row in ROWS]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_a_row_says_what_becomes_of_its_rfc(row: Row) -> None:
    assert row.title and row.status in STATUS, f"the status is one of {sorted(STATUS)}"
    assert bool(row.where) is (row.status != "left out"), "what is kept has files that obey it, and only that"
    assert row.note or row.status == "kept", "the note says what is left out, and why"
    assert re.fullmatch(rf"(?:{SECTIONS}|all)?", row.sections), "sections are written as in 3, 4.1 to 4.3"
    for other in CITATION.finditer(row.note):
        assert int(other["rfc"]) in BY_NUMBER, f"the note sends to RFC {other['rfc']}, which has no row"


@pytest.mark.parametrize("row", [row for row in ROWS if row.where], ids=lambda row: str(row.number))
def test_the_files_that_obey_an_rfc_exist_and_name_it(row: Row) -> None:
    for name in row.where:
        path = _file(name)
        assert path, f"RFC {row.number}: there is no file {name} in mailkit/ or data/"
        assert row.number in _named(path), (
            f'{_name(path)} does not say "RFC {row.number}": cite it at the line that obeys it, or take '
            f"{name} out of the column where of that row in data/rfcs.csv"
        )


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_citation_has_one_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    citations = [found.span() for found in CITATION.finditer(text)]
    others = [found.start() for found in ANOTHER_FORM.finditer(text)]
    others = [at for at in others if not any(begin <= at < end for begin, end in citations)]
    others += [begin for begin, end in citations if ANOTHER_LIST.match(text, end)]
    wrong = [f"{_name(path)}:{text[:at].count(chr(10)) + 1}: {text[at : at + 50]!r}" for at in sorted(others)]
    assert not wrong, (
        'write "RFC 5321", "RFC 5321 section 4.5.2" or "RFC 5321 sections 4.1 and 4.2", '
        "with the number of the RFC each time:\n" + "\n".join(wrong)
    )


def test_what_a_server_announces_is_not_left_out() -> None:
    for word in sorted(_announced()):
        assert word in ANNOUNCED, f"{word} is announced: add to ANNOUNCED which RFC it is from"
        row = BY_NUMBER[ANNOUNCED[word]]
        assert row.status != "left out", f"{word} is announced: RFC {row.number} is not left out any more"


def _announced() -> set[str]:
    """The words by which the servers of the village say what they can do, with TLS and without."""
    found: list[str] = []
    with Village() as v:
        for port in (25, 587, 465):
            with v.say("mx.cedar.example", port) as talk:
                found += [line[4:] for line in _lines(talk, "EHLO me")[1:]]
        for port in (110, 995):
            with v.say("mx.cedar.example", port) as talk:
                found += _lines(talk, "CAPA")[1:-1]
        for port in (143, 993):
            with v.say("mx.cedar.example", port) as talk:
                found += _lines(talk, "a1 CAPABILITY")[0].split()[2:]
                talk(f"a2 LOGIN bob {v.bob.password}")
                found += _lines(talk, "a3 CAPABILITY")[0].split()[2:]
    return {re.split("[ =]", word.upper())[0] for word in found}


def _lines(talk: Talk, command: str) -> list[str]:
    lines = talk(command).heard.decode().splitlines()
    assert lines, f"no answer to {command}"
    return lines
