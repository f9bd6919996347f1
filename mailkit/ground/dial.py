"""A connection for the village's own servers, which must not wait while others want to be served."""

import asyncio
import socket

from mailkit.ground import Ground

PATIENCE = 30.0  # seconds until nobody is expected to answer any more


async def dial(ground: Ground, host: str, address: str, port: int) -> socket.socket:
    """A TCP connection from `host`, made on the event loop.

    Raises:
        OSError: nobody listens there, or (TimeoutError) nobody answers within `PATIENCE` seconds.
    """
    caller, where = ground.dial(host, address, port)
    try:
        caller.setblocking(False)
        async with asyncio.timeout(PATIENCE):
            await asyncio.get_running_loop().sock_connect(caller, where)
    except BaseException:  # also when we are cancelled: the socket is still ours alone
        caller.close()
        raise
    return caller
