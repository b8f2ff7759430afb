"""Read the configuration file into ``Settings``: every mistake in it is reported at once, none is guessed away."""

from rossgram_fed.configuration.problems import BadConfiguration, Problem
from rossgram_fed.configuration.reading import find_file, read_settings

__all__ = ["BadConfiguration", "Problem", "find_file", "read_settings"]
