"""Servers on either engine, for what has to be fetched."""

from tests.rossgram_fed.follows.conftest import fediverse, here, there

__all__ = ["fediverse", "here", "there"]
