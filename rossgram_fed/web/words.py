"""Numbers and instants in words, for templates."""

from __future__ import annotations

from datetime import UTC, datetime

_STEPS = ((60_000, "s", 1000), (3_600_000, "min", 60_000), (86_400_000, "h", 3_600_000), (604_800_000, "d", 86_400_000))
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser(user_agent: str) -> str:
    """Return what a browser says it is, as people know it: ``Firefox on Linux``; else the beginning of what it says."""
    name = next((known for mark, known in _BROWSERS if f"{mark}/" in user_agent), "")
    system = next((known for mark, known in _SYSTEMS if mark in user_agent), "")
    return " on ".join(filter(None, (name, system))) or user_agent[:80] or "A browser that did not say what it is"


def iso(instant: int) -> str:
    """Return an instant (milliseconds since 1970 UTC) for ``<time datetime>``."""
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(instant: int) -> str:
    """Return an instant's day: ``28 May 2026``."""
    moment = datetime.fromtimestamp(instant / 1000, UTC)
    return f"{moment.day} {moment:%B %Y}"


def moment(instant: int) -> str:
    """Return an instant to the minute: ``28 May 2026, 20:26 UTC``."""
    return f"{day(instant)}, {datetime.fromtimestamp(instant / 1000, UTC):%H:%M} UTC"


def ago(instant: int, now: int) -> str:
    """Return how long ago an instant was: ``now``, ``5 min``, ``3 h``, ``2 d``, and after a week its day."""
    passed = now - instant
    if passed < 10_000:
        return "now"
    for limit, unit, size in _STEPS:
        if passed < limit:
            return f"{passed // size} {unit}"
    return day(instant)


def until(instant: int, now: int) -> str:
    """Return how far ahead an instant is: ``in 5 min``, ``in 3 h``; after a week ``on`` its day; ``now`` if past."""
    left = instant - now
    if left < 1000:
        return "now"
    for limit, unit, size in _STEPS:
        if left < limit:
            return f"in {left // size} {unit}"
    return f"on {day(instant)}"


def count(number: int) -> str:
    """Return a number as people read it: ``1,234``, ``12.3k``, ``4.5M``."""
    for least, unit, one in ((1_000_000, "M", 1_000_000), (10_000, "k", 1000)):
        if number >= least:
            return f"{number * 10 // one / 10:g}{unit}"
    return f"{number:,}"


def size(number: int) -> str:
    """Return a number of bytes as people read it: ``640 bytes``, ``12 kB``, ``3.4 MB``.

    A kilobyte has 1024 bytes, and so on, as in the configuration: a bound of 200 MB reads so.
    """
    if number < 1 << 10:
        return plural(number, "byte", "bytes")
    for unit, one in (("kB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)):
        if number < one << 10:
            return f"{number // one} {unit}" if number >= 10 * one else f"{number * 10 // one / 10:g} {unit}"
    return f"{number / (1 << 40):,.1f} TB"


def plural(number: int, one: str, many: str) -> str:
    """Return a number with its noun: ``1 photo``, ``4 photos``."""
    return f"{count(number)} {one if number == 1 else many}"
