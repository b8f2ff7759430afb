"""Start ActivityRelay, unchanged, in a small internet of its own: the names in HOSTS are ports of this machine.

Runs under the relay's environment, not under ours: ``run.py relay.yaml key.pem``. HOSTS is a JSON object of host name
to port; every other name is unknown. The key saves the relay from making one of 4096 bits, which takes long.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import sys
from pathlib import Path

import aiohttp.connector
import relay.state
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aputils import Signer

PORTS = json.loads(os.environ["HOSTS"])


class Names(AbstractResolver):
    """DNS for tests: names lead to loopback, each to a port of its own."""

    def __init__(self, loop=None):
        """Take what aiohttp gives every resolver."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        if host not in PORTS:
            raise OSError(f"{host} is no name in this test")
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": PORTS[host],
                "family": socket.AF_INET,
                "proto": socket.IPPROTO_TCP,
                "flags": socket.AI_NUMERICHOST,
            }
        ]

    async def close(self):
        pass


class Site(web.TCPSite):
    """Where the relay listens; says so once it does."""

    async def start(self):
        """Listen, and tell whoever started us."""
        await super().start()
        print("listening", flush=True)


def main(configuration: str, key: str) -> None:
    aiohttp.connector.DefaultResolver = Names
    relay.state.TCPSite = Site
    multiprocessing.set_start_method("fork")  # the relay's workers then see the same names
    state = relay.state.State(configuration, register_global=True)
    pem = Path(key).read_text()
    with state.database.session() as connection:
        connection.put_config("private-key", pem)
    state.signer = Signer(pem, state.config.keyid)
    asyncio.run(state.handle_start())


if __name__ == "__main__":
    main(*sys.argv[1:])
