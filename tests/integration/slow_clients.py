"""Many slow clients, as a process of low priority.

slow_clients.py KIND ingest|web PORT CLIENTS [many]   until it is ended; "many": each
client has an address of its own. Prints a line when all have come.
"""

import asyncio
import base64
import functools
import os
import random
import resource
import socket
import sys

HEAD = b"%s HTTP/1.1\r\nHost: x\r\n"
# For slow readers: they are authorized.
LET_IN = HEAD + os.environ.get("AUTHORIZATION", "").encode()
EVENT = b'{"model":"slow","prediction":1,"label":1}\n'


async def connected(port, address):
    """A connection with a small receive buffer."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.setblocking(False)
    if address:
        s.bind((address, 0))
    try:
        await asyncio.get_running_loop().sock_connect(s, ("127.0.0.1", port))
    except OSError:
        s.close()
        raise
    return s


async def dribble(s, text):
    """Sends a byte each half second; returns when the server closes."""
    loop = asyncio.get_running_loop()
    for byte in text:
        await loop.sock_sendall(s, bytes([byte]))
        try:
            if not await asyncio.wait_for(loop.sock_recv(s, 4096), 0.5):
                return
        except asyncio.TimeoutError:
            pass


async def slow_head(s, _):
    await dribble(s, HEAD % b"GET /metrics" + b"X-Filler: " + b"x" * 200)


async def slow_body(s, _):
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(s, HEAD % b"POST /v1/events" +
                            b"Content-Length: 4000\r\n\r\n")
    await dribble(s, EVENT * 90)


async def never_reads(s, web):
    """Sends as many requests as possible, and reads nothing."""
    loop = asyncio.get_running_loop()
    request = (LET_IN % b"GET /metrics" + b"\r\n" if web else
               LET_IN % b"POST /v1/events" + b"Content-Length: %d\r\n\r\n%s" % (
                   len(EVENT), EVENT))
    for _ in range(200):
        await asyncio.wait_for(loop.sock_sendall(s, request), 5)
    await asyncio.sleep(30)


async def reads_slowly(s, web):
    """Reads a kilobyte per second."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(s, LET_IN % (b"GET /metrics" if web else b"GET /")
                            + b"\r\n")
    while await loop.sock_recv(s, 1000):
        await asyncio.sleep(1)


async def wrong_password(s, web):
    loop = asyncio.get_running_loop()
    secret = base64.b64encode(b"user:%d" % random.getrandbits(64))
    await loop.sock_sendall(
        s, HEAD % (b"GET /metrics" if web else b"POST /v1/events") +
        b"Content-Length: 0\r\nAuthorization: Basic " + secret + b"\r\n\r\n")
    while await loop.sock_recv(s, 4096):
        pass


async def idle(s, _):
    while await asyncio.get_running_loop().sock_recv(s, 4096):
        pass


async def client(act, port, web, address, come):
    while True:
        try:
            s = await connected(port, address)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        come()
        try:
            await act(s, web)
        except (OSError, asyncio.TimeoutError):
            pass
        finally:
            s.close()
        await asyncio.sleep(random.random() * 0.1)


async def run(act, port, web, clients, many):
    addresses = [f"127.0.{1 + i // 250}.{1 + i % 250}" if many else None
                 for i in range(clients)]
    missing = set(range(clients))

    def come(number):
        if number in missing:
            missing.remove(number)
            if not missing:
                print("come", flush=True)

    await asyncio.gather(*(
        client(act, port, web, address, functools.partial(come, number))
        for number, address in enumerate(addresses)))


KINDS = {f.__name__: f
         for f in (slow_head, slow_body, never_reads, reads_slowly,
                  wrong_password, idle)}

if __name__ == "__main__":
    os.nice(19)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    kind, listener, port, count = sys.argv[1:5]
    asyncio.run(run(KINDS[kind], int(port), listener == "web", int(count),
                    "many" in sys.argv[5:]))
