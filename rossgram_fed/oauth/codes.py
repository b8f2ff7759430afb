"""Codes: what a person hands to an app, and what the app turns into a token once (RFC 6749, section 4.1).

A code lives for ten minutes. Whoever brings it a second time shows that somebody else has it, and takes the token that
came of it down (section 4.1.2). With a challenge, only who made it can use the code (PKCE, RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

from rossgram_fed.database import Row
from rossgram_fed.instance import Change
from rossgram_fed.oauth.callers import revoke
from rossgram_fed.oauth.tokens import Issued, issue
from rossgram_fed.web.sessions import new_token, token_hash

LIFETIME = 10 * 60_000
"""Milliseconds."""
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
"""SHA-256 in base64url (RFC 7636, section 4.2)."""
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")

_FIND = (
    "SELECT c.id, c.app_id, c.user_id, c.redirect_uri, c.scopes, c.challenge, c.token_id, c.expires_at "
    "FROM authorization_codes c JOIN users u ON u.id = c.user_id JOIN accounts a ON a.id = u.account_id "
    "WHERE c.code_hash = $1 AND u.disabled_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
)


async def give_code(
    change: Change, *, app_id: int, user_id: int, redirect_uri: str, scopes: Sequence[str], challenge: str
) -> str:
    """Keep what somebody allowed an app, and return the code for it; only its hash is kept."""
    code = new_token()
    await change.tx.execute(
        "INSERT INTO authorization_codes "
        "(id, app_id, user_id, code_hash, redirect_uri, scopes, challenge, expires_at, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        change.new_id(),
        app_id,
        user_id,
        token_hash(code),
        redirect_uri,
        " ".join(scopes),
        challenge,
        change.now + LIFETIME,
        change.now,
    )
    return code


async def redeem(change: Change, *, app_id: int, code: str, redirect_uri: str, verifier: str) -> Issued | None:
    """Turn a code into a token; None for one that opens nothing, which must be committed as well."""
    row = await change.tx.fetch_one(_FIND, token_hash(code))
    if row is None or row["app_id"] != app_id:
        return None
    if row["token_id"] is not None:
        await revoke(change, token_id=row["token_id"])
        return None
    if row["expires_at"] <= change.now or row["redirect_uri"] != redirect_uri or not _proven(row, verifier):
        return None
    token_id = change.new_id()
    if not await _use(change, row["id"], token_id):
        return None
    return await issue(change, app_id=app_id, user_id=row["user_id"], scopes=row["scopes"].split(), token_id=token_id)


async def _use(change: Change, code_id: int, token_id: int) -> bool:
    """Mark a code as used; when another request was faster, its token goes."""
    used = await change.tx.fetch(
        "UPDATE authorization_codes SET token_id = $1 WHERE id = $2 AND token_id IS NULL RETURNING id",
        token_id,
        code_id,
    )
    if not used:
        taken = await change.tx.fetch_value("SELECT token_id FROM authorization_codes WHERE id = $1", code_id)
        if taken is not None:
            await revoke(change, token_id=int(taken))
    return bool(used)


def _proven(row: Row, verifier: str) -> bool:
    """Compare a verifier with the challenge; one without the other is refused too (RFC 9700, section 2.1.1)."""
    if not row["challenge"]:
        return not verifier
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(made, str(row["challenge"]))
