"""How photos were taken: what strangers tell, as facts like those of files here, and as lines for a page."""

from __future__ import annotations

from dataclasses import asdict

from activitypub.objects import Exif
from rossgram_fed.media.facts import LONGEST_NAME, Facts, clean, facts_from


def facts_told(exif: Exif | None) -> Facts | None:
    """Return what a document tells, without what no file here could have told; None when nothing is left."""
    if exif is None:
        return None
    held: dict[str, object] = {}
    for name, told in asdict(exif).items():
        value = clean(told, LONGEST_NAME) if isinstance(told, str) else told
        if value in ("", None):
            continue
        try:
            facts_from({name: value})
        except ValueError:
            continue
        held[name] = value
    return facts_from(held) if held else None


def lines_of(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return what a page shows, as names and values in the order of a photographer's questions."""
    focal = f"{facts.focal_length:g} mm" if facts.focal_length else ""
    if facts.focal_length_35 and facts.focal_length_35 != facts.focal_length:
        focal = f"{focal} ({facts.focal_length_35} mm on 35 mm film)".strip()
    lines = (
        ("Camera", camera_of(facts)),
        ("Lens", facts.lens),
        ("Aperture", f"f/{facts.aperture:g}" if facts.aperture else ""),
        ("Shutter", f"{facts.exposure} s" if facts.exposure else ""),
        ("ISO", str(facts.iso) if facts.iso else ""),
        ("Focal length", focal),
        ("Film", facts.film),
        ("Software", facts.software),
        ("Taken", facts.taken_at[:16].replace("T", " ")),
    )
    return tuple((name, value) for name, value in lines if value)


def in_one_line(facts: Facts) -> str:
    """Return the same as one line."""
    return " · ".join(f"ISO {value}" if name == "ISO" else value for name, value in lines_of(facts))


def camera_of(facts: Facts) -> str:
    """Return maker and model; many cameras name their maker in both."""
    first = facts.make.split(" ")[0].casefold()
    if first and facts.model.casefold().startswith(first):
        return facts.model
    return f"{facts.make} {facts.model}".strip()
