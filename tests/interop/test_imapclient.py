"""imapclient: the library with which most Python programs speak IMAP.

Special: it uses what the server announces (MOVE, UIDPLUS, SPECIAL-USE, IDLE, ENABLE), takes every answer
apart by itself, and stumbles over the smallest mistake in one.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from letters import ODD, bare, letter, many
from village_up import BOB, Running

imapclient = pytest.importorskip("imapclient", reason="imapclient is not installed; pip install imapclient")


@pytest.fixture
def client(village: Running) -> Iterator["imapclient.IMAPClient"]:
    host, port = village.place("imaps", "cedar.example")
    with imapclient.IMAPClient(host, port, ssl_context=village.tls(), timeout=60) as client:
        client.login(BOB, village.passwords[BOB])
        yield client


def test_starttls(village: Running) -> None:
    host, port = village.place("imap", "cedar.example")
    with imapclient.IMAPClient(host, port, ssl=False, timeout=60) as client:
        assert client.has_capability("LOGINDISABLED")
        client.starttls(village.tls())
        assert not client.has_capability("LOGINDISABLED")
        client.plain_login(BOB, village.passwords[BOB])
        assert (b"name", b"mailkit") in client.id_({"name": "imapclient"})


def test_letters_and_their_parts(village: Running, client) -> None:
    client.select_folder("INBOX")
    sent = {client.append("INBOX", content, [imapclient.SEEN]): name for name, content in ODD.items()}
    assert len(sent) == len(ODD)  # the server has named each one by APPENDUID
    everything = ["BODY.PEEK[]", "RFC822.SIZE", "FLAGS", "ENVELOPE", "BODYSTRUCTURE", "INTERNALDATE"]
    found = client.fetch(client.search(), everything)
    assert [each[b"BODY[]"] for each in found.values()] == list(ODD.values())
    for name, each in zip(ODD, found.values(), strict=True):
        assert each[b"RFC822.SIZE"] == len(ODD[name])
        assert imapclient.SEEN in each[b"FLAGS"]
        assert each[b"ENVELOPE"].message_id == f"<{name}@birch.example>".encode()
        assert str(each[b"ENVELOPE"].from_[0]) == "Alice <alice@birch.example>"
    nested = list(found.values())[list(ODD).index("nested")][b"BODYSTRUCTURE"]
    assert nested.is_multipart
    kinds = [b"/".join(part[:2]).lower() for part in nested[0]]
    assert kinds == [b"text/plain", b"message/rfc822"]


def test_parts_of_parts(village: Running, client) -> None:
    client.select_folder("INBOX")
    client.append("INBOX", ODD["nested"])
    sections = ["BODY[2.HEADER.FIELDS (SUBJECT)]", "BODY[2.TEXT]", "BODY[1]<4.5>"]
    (found,) = client.fetch(client.search(), sections).values()
    assert found[b"BODY[2.HEADER.FIELDS (SUBJECT)]"] == b"Subject: inner\r\n\r\n"
    assert found[b"BODY[2.TEXT]"] == b"From within.\r\n"
    assert found[b"BODY[1]<4>"] == b"below"


def test_search(village: Running, client) -> None:
    village.deliver(BOB, *ODD.values())
    client.select_folder("INBOX")
    assert len(client.search("ALL")) == len(ODD)
    assert len(client.search(["SUBJECT", "dots"])) == 1
    assert len(client.search(["TEXT", "Grüße"], "UTF-8")) == 1
    assert len(client.search(["OR", "SUBJECT", "dots", ["BODY", "From within"]])) == 2
    assert len(client.search(["LARGER", 200_000])) == 1
    assert client.search(["SENTBEFORE", date(2025, 3, 4)]) == []
    assert len(client.search(["SENTON", date(2025, 3, 4), "NOT", "SEEN"])) == len(ODD)
    assert len(client.search(["FROM", "alice@birch.example"])) == len(ODD)


def test_flags(village: Running, client) -> None:
    village.deliver(BOB, letter("one"), letter("two"))
    client.select_folder("INBOX")
    one, two = client.search("ALL")
    told = client.add_flags(one, [imapclient.FLAGGED, "tea", "$Forwarded"])
    assert {imapclient.FLAGGED, b"tea", b"$Forwarded"} <= set(told[one])
    assert client.search(["KEYWORD", "tea"]) == [one]
    assert client.search(["UNKEYWORD", "tea"]) == [two]
    client.remove_flags(one, [imapclient.FLAGGED])
    client.set_flags(two, [imapclient.DELETED])
    assert set(client.get_flags(one)[one]) - {imapclient.RECENT} == {b"tea", b"$Forwarded"}
    client.uid_expunge([two])
    assert client.search("ALL") == [one]


def test_moves_and_copies(village: Running, client) -> None:
    village.deliver(BOB, *ODD.values())
    client.select_folder("INBOX")
    first, second, *rest = client.search("ALL")
    client.copy([first, second], "Archive")
    client.move(rest, "Trash")
    assert client.search("ALL") == [first, second]
    contents = list(ODD.values())
    assert bare(village.letters(BOB, "Archive")) == sorted(contents[:2])
    assert bare(village.letters(BOB, "Trash")) == sorted(contents[2:])


def test_mailboxes(village: Running, client) -> None:
    for name in "Sent", "Trash", "Drafts", "Junk", "Archive":
        assert client.find_special_folder(f"\\{name}".encode()) == name
    (personal,) = client.namespace().personal
    separator = personal[1]
    names = ["Café & Kuchen", '"quoted" name', f"Trips{separator}Sea 2025"]
    for name in names:
        client.create_folder(name)
        client.append(name, letter(name.encode().hex()))
    assert set(names) <= {name for _, _, name in client.list_folders()}
    for name in names:
        assert client.folder_status(name, ["MESSAGES", "UNSEEN", "UIDNEXT"])[b"MESSAGES"] == 1
    client.rename_folder(names[0], "Tea & Scones")
    client.subscribe_folder("Tea & Scones")
    assert [name for _, _, name in client.list_sub_folders("", "Tea*")] == ["Tea & Scones"]
    for name in ["Tea & Scones", *names[1:]]:
        client.delete_folder(name)
    assert not set(names) & {name for _, _, name in client.list_folders()}


def test_idle_tells_of_mail_and_of_what_others_do(village: Running, client) -> None:
    client.select_folder("INBOX")
    client.idle()
    village.hand_in(BOB, letter("while it waits"))
    assert (1, b"EXISTS") in client.idle_check(60)
    with village.imap(BOB) as other:
        other.select()
        other.store("1", "+FLAGS", "\\Flagged")
        (told,) = (each[2] for each in client.idle_check(60) if each[1] == b"FETCH")
        assert imapclient.FLAGGED in told[told.index(b"FLAGS") + 1]
        other.store("1", "+FLAGS", "\\Deleted")
        client.idle_check(60)
        other.expunge()
        assert (1, b"EXPUNGE") in client.idle_check(60)
    client.idle_done()


def test_a_thousand_letters_at_once(village: Running, client) -> None:
    letters = many(1000)
    village.deliver(BOB, *letters)
    client.select_folder("INBOX", readonly=True)
    found = client.fetch(client.search(), ["BODY.PEEK[]"])
    assert bare([each[b"BODY[]"] for each in found.values()]) == sorted(letters)
