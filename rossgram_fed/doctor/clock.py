"""The clock: signatures carry the time, and a server whose clock is off is refused by all others."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from typing import cast

from rossgram_fed.doctor.findings import Finding, unsure, well, wrong

SUBJECT = "clock"
TIME_SERVER = "pool.ntp.org"
PORT = 123
SECONDS = 5

_ASK = b"\x23" + bytes(47)  # version 4, client; everything else may be zero (RFC 4330, section 5)
_NTP_BEGINS = 2_208_988_800
_MEND = "Switch time synchronisation on: timedatectl set-ntp true, or install chrony."


class _Question(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.DatagramTransport, transport).sendto(_ASK)

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.answer.done() and len(data) >= 48:
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def examine_clock(
    now: Callable[[], float], *, server: str = TIME_SERVER, port: int = PORT
) -> AsyncIterator[Finding]:
    """Compare the clock (seconds since 1970 UTC) with a time server's."""
    try:
        ahead = await _ahead(now, server, port)
    except OSError as error:
        yield unsure(
            SUBJECT,
            f"The clock could not be compared: the time server {server} said nothing ({str(error) or 'no answer'}).",
            "Let UDP port 123 out, or name a time server that answers with --time-server.",
        )
        return
    shown = f"{abs(ahead):.1f} seconds {'ahead of' if ahead > 0 else 'behind'} {server}"
    if abs(ahead) >= 60:
        yield wrong(SUBJECT, f"The clock is {shown}; other servers will refuse our signatures.", _MEND)
    elif abs(ahead) >= 5:
        yield unsure(SUBJECT, f"The clock is {shown}.", _MEND)
    else:
        yield well(SUBJECT, f"The clock is {shown}.")


async def _ahead(now: Callable[[], float], server: str, port: int) -> float:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(SECONDS):
        transport, question = await loop.create_datagram_endpoint(_Question, remote_addr=(server, port))
        asked = now()
        try:
            answer = await question.answer
        finally:
            transport.close()
    seconds, fraction = struct.unpack("!II", answer[40:48])
    theirs: float = (seconds - _NTP_BEGINS) % 2**32 + fraction / 2**32  # the count begins anew in 2036
    return (asked + now()) / 2 - theirs
