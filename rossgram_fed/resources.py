"""Where the files that come with the program are: templates and static files.

In a checkout the templates stand beside the package, where they are written; an installed wheel carries them inside
it. Nothing else may guess paths.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """Return the folder of the templates."""
    packed = _PACKAGE / "_templates"
    return packed if packed.is_dir() else _PACKAGE.parent / "templates"


def static_folder() -> Path:
    """Return the folder of the style sheet and the icons, all of it public."""
    return _PACKAGE / "static"
