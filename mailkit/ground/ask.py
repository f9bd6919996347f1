"""Questions and answers over UDP: the one conversation in the village that is not a connection.

A datagram arrives whole or not at all, and nobody says when it has been lost, so the asker waits a
moment and asks again.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import cast

from mailkit.ground import Ground
from mailkit.ground.dial import dial

PATIENCE = 2.0  # seconds for one answer
TRIES = 2


class Answering(asyncio.DatagramProtocol):
    """Serves a UDP socket: each datagram gets the datagram that `answer` makes of it, if any."""

    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        self._answer = answer
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # asyncio's own is no subclass of it

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._answer(data)
        if answer is not None:
            self._transport.sendto(answer, addr)


async def ask(ground: Ground, host: str, server: str, port: int, question: bytes) -> bytes:
    """Send a datagram from `host` to a server and wait for the one that comes back.

    Raises:
        TimeoutError: no answer came, however often it was asked.
        OSError: it could not be sent.
    """
    loop = asyncio.get_running_loop()
    with ground.datagram(host) as asking:
        asking.setblocking(False)
        for _ in range(TRIES):
            await loop.sock_sendto(asking, question, ground.reached(server, port))
            try:
                async with asyncio.timeout(PATIENCE):
                    return await loop.sock_recv(asking, 65535)
            except TimeoutError:
                continue
    raise TimeoutError(f"{server} did not answer within {TRIES * PATIENCE:.0f} seconds")


async def ask_over_tcp(ground: Ground, host: str, server: str, port: int, question: bytes) -> bytes:
    """The same over TCP, where each message is preceded by its length (RFC 1035 section 4.2.2).

    Raises:
        OSError: nobody listens, or (TimeoutError) nobody answers.
    """
    async with asyncio.timeout(PATIENCE * TRIES):
        reader, writer = await asyncio.open_connection(
            sock=await dial(ground, host, ground.address(server), port)
        )
        try:
            writer.write(struct.pack("!H", len(question)) + question)
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            return await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            raise OSError(f"{server} hung up in the middle of its answer") from None
        finally:
            writer.close()
