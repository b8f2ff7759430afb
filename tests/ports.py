"""Ports of this machine for servers that must know theirs before they start, or that are to be down."""

from __future__ import annotations

import socket

_held: list[socket.socket] = []


def free_port() -> int:
    """Return a port of 127.0.0.1 where nobody listens, and which nobody else is given while this process lives.

    It is bound and not listened on: a connection is refused, and a server that says SO_REUSEADDR, as all here do, may
    still take it.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    return int(holder.getsockname()[1])
