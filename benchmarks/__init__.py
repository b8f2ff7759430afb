"""How fast the server is on this machine, each figure beside a floor that was measured in the same run.

Figures are per second of the server's own processor time, which neighbours on the machine disturb little. The floor is
a bare aiohttp handler that does the same cryptography and one raw statement. Everything stays on loopback, is bounded,
and stops by itself.
"""
