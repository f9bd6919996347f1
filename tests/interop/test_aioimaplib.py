"""aioimaplib: the library with which asyncio programs speak IMAP, for instance Home Assistant.

Special: its IDLE tells what the server pushes, while the program does something else; and it waits for
the server's own end of IDLE if nobody ends it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from letters import ODD, letter, without_stamps
from village_up import BOB, Running

aioimaplib = pytest.importorskip("aioimaplib", reason="aioimaplib is not installed; pip install aioimaplib")

Talk = Callable[[Any], Awaitable[None]]


def with_client(village: Running, talk: Talk) -> None:
    async def run() -> None:
        host, port = village.place("imaps", "cedar.example")
        client = aioimaplib.IMAP4_SSL(host, port, timeout=60, ssl_context=village.tls())
        await client.wait_hello_from_server()
        assert (await client.login(BOB, village.passwords[BOB])).result == "OK"
        await talk(client)
        assert (await client.logout()).result == "OK"
        client.protocol.transport.abort()  # the library itself leaves it to the garbage collector

    asyncio.run(asyncio.wait_for(run(), 60))


def test_append_and_fetch(village: Running) -> None:
    async def talk(client: Any) -> None:
        for content in ODD.values():
            assert (await client.append(content, "INBOX", "(\\Seen)")).result == "OK"
        await client.select("INBOX")
        for number, content in enumerate(ODD.values(), 1):
            answer = await client.fetch(str(number), "(FLAGS BODY.PEEK[])")
            assert bytes(answer.lines[1]) == content
            assert b"\\Seen" in answer.lines[0] + answer.lines[2]

    with_client(village, talk)


def test_search_store_and_move(village: Running) -> None:
    village.deliver(BOB, letter("tea"), letter("cake"))

    async def talk(client: Any) -> None:
        await client.select("INBOX")
        assert (await client.search("SUBJECT cake")).lines[0].split() == [b"2"]
        uid = (await client.uid_search("SUBJECT cake")).lines[0].decode()
        assert (await client.uid("store", uid, "+FLAGS", "(\\Flagged tea)")).result == "OK"
        assert (await client.search("KEYWORD tea")).lines[0].split() == [b"2"]
        assert client.has_capability("MOVE")
        assert (await client.uid("move", uid, "Archive")).result == "OK"
        assert (await client.search("ALL")).lines[0].split() == [b"1"]

    with_client(village, talk)
    ((content, flags),) = village.letters_and_flags(BOB, "Archive")
    assert without_stamps(content) == letter("cake") and {"\\Flagged", "tea"} <= flags


def test_idle_pushes(village: Running) -> None:
    async def talk(client: Any) -> None:
        await client.select("INBOX")
        idle = await client.idle_start(timeout=60)
        for number in 1, 2:
            await asyncio.to_thread(village.hand_in, BOB, letter(str(number)))
            pushed: list[bytes] = []
            while b"%d EXISTS" % number not in pushed:
                pushed += await client.wait_server_push(60)
        client.idle_done()
        await asyncio.wait_for(idle, 60)
        assert (await client.search("ALL")).lines[0].split() == [b"1", b"2"]

    with_client(village, talk)


def test_two_connections_see_one_another(village: Running) -> None:
    village.deliver(BOB, letter("tea"))

    async def talk(client: Any) -> None:
        await client.select("INBOX")
        with village.imap(BOB) as other:
            other.select()
            other.store("1", "+FLAGS.SILENT", "\\Flagged")
        answer = await client.noop()
        assert any(b"FETCH" in line and b"\\Flagged" in line for line in answer.lines)

    with_client(village, talk)
