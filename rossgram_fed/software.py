"""What this program is: its version, its licence, and where its source is."""

from __future__ import annotations

from importlib.metadata import metadata

from rossgram_fed.config import Settings

_PACKAGE = metadata("rossgram-fed")
VERSION = _PACKAGE["Version"]
LICENCE = _PACKAGE["License-Expression"]


def project_url() -> str:
    """Return where the package says that its source is; empty when it does not say."""
    named = dict(entry.split(", ", 1) for entry in _PACKAGE.get_all("Project-URL") or ())
    return next((named[label] for label in ("Source", "Repository", "Homepage") if label in named), "")


def source_url(settings: Settings) -> str:
    """Return where visitors get the source of what runs here (AGPL, section 13); empty when nobody has said."""
    return settings.server.source_url or project_url()
