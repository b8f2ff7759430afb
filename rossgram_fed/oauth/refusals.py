"""How OAuth says no to programs: a word that they know and a sentence for whoever writes them (RFC 6749, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping

from rossgram_fed.web.errors import Refusal


class OAuthRefusal(Refusal):
    """A refusal with one of the words of RFC 6749, RFC 6750 or RFC 7009."""

    def __init__(
        self, error: str, sentence: str, *, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.error = error
        self.status = status
        self.more = {"error": error, "error_description": sentence}
        self.headers = headers or {}


def invalid_client(*, basic: bool) -> OAuthRefusal:
    """Nobody registered such a client, or its secret is another; 401 names the scheme that it tried."""
    return OAuthRefusal(
        "invalid_client",
        "Client authentication failed: there is no such client, or its secret is wrong or missing.",
        status=401,
        headers={"WWW-Authenticate": 'Basic realm="Rossgram"'} if basic else {},
    )


def invalid_grant() -> OAuthRefusal:
    """Say no to a code without telling which of the reasons it was."""
    return OAuthRefusal(
        "invalid_grant",
        "This code was never given, has run out, was used already, or belongs to another client or redirect URI.",
    )
