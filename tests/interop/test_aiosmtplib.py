"""aiosmtplib: the library with which asyncio programs send mail by SMTP.

Special: many letters on one connection and many connections in one thread.
"""

import asyncio
from email.message import EmailMessage

import aiosmtplib
import pytest
from letters import ODD, bare, many
from village_up import ALICE, BOB, DAVE, Running


def submission(village: Running, service: str = "submission") -> aiosmtplib.SMTP:
    host, port = village.place(service, "birch.example")
    first = service == "submissions"
    return aiosmtplib.SMTP(
        hostname=host, port=port, use_tls=first, start_tls=not first, tls_context=village.tls(), timeout=60,
        username=ALICE, password=village.passwords[ALICE],
    )  # fmt: skip


@pytest.mark.parametrize("service", ["submission", "submissions"])
def test_many_letters_on_one_connection(village: Running, service: str) -> None:
    async def send() -> None:
        async with submission(village, service) as client:
            for content in ODD.values():
                await client.sendmail(ALICE, [BOB, DAVE], content, mail_options=["BODY=8BITMIME"])

    asyncio.run(send())
    for address in BOB, DAVE:
        village.wait_for(address, len(ODD))
        assert bare(village.letters(address)) == sorted(ODD.values())


def test_many_connections_at_once(village: Running) -> None:
    letters = many(60)

    async def send_one(content: bytes) -> None:
        async with submission(village) as client:
            await client.sendmail(ALICE, BOB, content)

    async def send_all() -> None:
        await asyncio.gather(*map(send_one, letters))

    asyncio.run(send_all())
    village.wait_for(BOB, len(letters))
    assert bare(village.letters(BOB)) == sorted(letters)


def test_a_message_object_with_words_beyond_ascii(village: Running) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ALICE, BOB, "Grüße ☕"
    message.set_content("Um vier.\n")

    async def send() -> None:
        async with submission(village) as client:
            await client.send_message(message)

    asyncio.run(send())
    village.wait_for(BOB, 1)
    (found,) = village.letters(BOB)
    assert b"Subject: =?utf-8?" in found and found.endswith(b"\r\n\r\nUm vier.\r\n")


def test_refusals_are_told_for_each_recipient(village: Running) -> None:
    async def send() -> None:
        host, port = village.place("smtp", "cedar.example")
        async with aiosmtplib.SMTP(hostname=host, port=port, tls_context=village.tls(), timeout=60) as client:
            refused, _ = await client.sendmail(ALICE, [BOB, "nobody@cedar.example"], next(iter(ODD.values())))
            assert refused["nobody@cedar.example"].code == 550
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
                await client.sendmail(ALICE, ["olga@oak.example"], b"Subject: relay?\r\n\r\n")

    asyncio.run(send())
    village.wait_for(BOB, 1)
