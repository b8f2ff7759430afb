"""How old or how new a signature may be, and the ways to write a time.

Both schemes of signed requests keep the same window: at most 65 minutes old and at most 60 minutes ahead, as Mastodon
does. Signatures inside documents live longer, because those who pass them on may have had to wait.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from activitypub import fields
from activitypub.errors import BadSignature, MalformedSignature

OLDEST = 65 * 60
"""Seconds."""
NEWEST = 60 * 60
"""Seconds."""
EXPIRY_LEEWAY = 5 * 60
"""Seconds after ``expires`` during which clocks may disagree."""
OLDEST_EMBEDDED = timedelta(days=3)
"""For signatures inside documents: an older one may be of an edit that was edited since."""

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) (" + "|".join(_MONTHS) + r") (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT",
    re.ASCII,
)


def http_date(now: datetime) -> str:
    """Write an aware time as RFC 9110 section 5.6.7 wants it: ``Sun, 22 Nov 2026 07:33:17 GMT``."""
    return format_datetime(now.astimezone(UTC), usegmt=True)


def read_http_date(text: str) -> int | None:
    """Return the seconds since 1970 that an HTTP date names, or None when it is no such date."""
    match = _HTTP_DATE.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = match.groups()
    try:
        moment = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp())


def check_age(signed_at: int, now: datetime) -> None:
    """Raise ``BadSignature`` unless ``signed_at`` (seconds since 1970) lies in the window around ``now``."""
    age = now.timestamp() - signed_at
    if age > OLDEST:
        raise BadSignature("The signature is more than 65 minutes old.")
    if age < -NEWEST:
        raise BadSignature("The signature is dated more than an hour in the future.")


def check_expiry(created: int | None, expires: int | None, now: datetime) -> None:
    """Raise ``BadSignature`` when ``expires`` has passed or lies before ``created`` (seconds since 1970)."""
    if expires is None:
        return
    if created is not None and expires < created:
        raise BadSignature("The signature expires before it was made.")
    if now.timestamp() > expires + EXPIRY_LEEWAY:
        raise BadSignature("The signature has expired.")


def timestamp(moment: datetime) -> str:
    """Write a time as the signatures inside documents do: ``2026-11-22T07:33:17Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def check_embedded(created: object, expires: object, *, now: datetime) -> None:
    """Raise unless a signature inside a document was made in the last three days and has not expired.

    Both times are as written; ``created`` must be there. Raises ``MalformedSignature`` or ``BadSignature``.
    """
    made = fields.time(created)
    if made is None:
        raise MalformedSignature("The signature does not say when it was made.")
    if now - made > OLDEST_EMBEDDED:
        raise BadSignature("The signature is more than three days old.")
    check_age(max(int(made.timestamp()), int(now.timestamp()) - OLDEST), now)
    if expires is None:
        return
    ends = fields.time(expires)
    if ends is None:
        raise MalformedSignature("The signature does not say when it expires.")
    check_expiry(int(made.timestamp()), int(ends.timestamp()), now)
