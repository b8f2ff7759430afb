"""Refusals: what a person asked for and does not get, each with a status and a sentence that says why.

Refusal
├── BadRequest          400
├── SignInNeeded        401, shown as the way to the sign-in page
├── Forbidden           403
│   └── MovedAway       403, somebody whose account is redirected
├── NotFound            404
├── Gone                410
├── TooSlow             408
├── TooLarge            413
├── Unreadable          415
├── Invalid             422
├── TooMany             429, says when to come back
├── Unavailable         503, something that this server relies on does not answer
└── NoRoom              507

Raised anywhere below a request, turned into a page (or a line of JSON) by ``error_pages``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class Refusal(Exception):
    """A request that is answered with ``status`` and ``sentence``."""

    status = 400
    title = "This did not work"
    more: Mapping[str, object] = MappingProxyType({})
    """What programs are told besides ``error``, or in its place."""
    headers: Mapping[str, str] = MappingProxyType({})
    """What programs are told in headers."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadRequest(Refusal):
    """The request itself makes no sense."""


class SignInNeeded(Refusal):
    """Only somebody signed in may do this."""

    status = 401
    title = "Please sign in"

    def __init__(self, sentence: str = "Sign in to do this.") -> None:
        super().__init__(sentence)


class Forbidden(Refusal):
    """Understood, and not allowed."""

    status = 403
    title = "Not allowed"


class MovedAway(Forbidden):
    """Somebody who moved to another account wants to use this one."""

    def __init__(self) -> None:
        super().__init__(
            "You moved away from this account, so it posts and follows nothing. "
            "You can take that back in the settings, under Moving."
        )


class NotFound(Refusal):
    """Nothing is here, or nothing that this person may see."""

    status = 404
    title = "Nothing here"

    def __init__(self, sentence: str = "There is nothing at this address, or you may not see it.") -> None:
        super().__init__(sentence)


class TooSlow(Refusal):
    """The request did not arrive in time."""

    status = 408
    title = "Too slow"


class Gone(Refusal):
    """Something was here and was deleted."""

    status = 410
    title = "Gone"

    def __init__(self, sentence: str = "What was here has been deleted.") -> None:
        super().__init__(sentence)


class TooLarge(Refusal):
    """More than we take."""

    status = 413
    title = "Too large"


class Unreadable(Refusal):
    """Sent in a form we do not read."""

    status = 415
    title = "Not readable"


class Invalid(Refusal):
    """Readable, and not acceptable; forms that can show errors beside their fields do that instead."""

    status = 422
    title = "Please check"


class TooMany(Refusal):
    """Tried too often; ``retry_at`` is the instant (milliseconds since 1970 UTC) from which it may be tried again."""

    status = 429
    title = "Too many tries"

    def __init__(self, sentence: str, *, retry_at: int) -> None:
        super().__init__(sentence)
        self.retry_at = retry_at

    def seconds_left(self, now: int) -> int:
        """Return what ``Retry-After`` says (RFC 9110, section 10.2.3) at an instant in milliseconds: at least 1."""
        return max(1, -(-(self.retry_at - now) // 1000))


class Unavailable(Refusal):
    """Something that is behind this server does not answer; it may in a while."""

    status = 503
    title = "Not now"


class NoRoom(Refusal):
    """The disk, or somebody's share of it, is full (507: RFC 4918, section 11.5)."""

    status = 507
    title = "No room"
