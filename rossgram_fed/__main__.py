"""Where the program begins: ``rossgram`` and ``python -m rossgram_fed``."""

from __future__ import annotations

from rossgram_fed.cli.commands import application


def main() -> None:
    """Run the command line; does not return."""
    application(prog_name="rossgram")


if __name__ == "__main__":
    main()
