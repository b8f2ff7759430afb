"""Who is asking? Sessions in the database behind an opaque cookie, looked up only when a page wants to know.

The cookie holds 256 random bits; the table holds their SHA-256. A session lasts 60 days from its last use. It is made
new at every sign-in, so a cookie somebody planted beforehand never becomes one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps

from aiohttp import web

from rossgram_fed.instance import INSTANCE, Change, Instance
from rossgram_fed.models.accounts import Role
from rossgram_fed.web.cookies import drop_cookie, put_cookie, read_cookie
from rossgram_fed.web.errors import Forbidden, SignInNeeded
from rossgram_fed.web.forms import clean_text

COOKIE = "session"
LIFETIME = 60 * 24 * 3600
"""Seconds a session lives after its last use."""
TOUCH_EVERY = 3600 * 1000
"""Milliseconds between two notes of a session's use, so that reading does not mean writing."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in."""

    user_id: int
    account_id: int
    username: str
    role: Role
    name: str
    has_avatar: bool
    session_id: int

    @property
    def is_admin(self) -> bool:
        """Whether they run this server."""
        return self.role >= Role.ADMIN

    @property
    def is_staff(self) -> bool:
        """Whether they look after what people do here: moderators and admins."""
        return self.role >= Role.MODERATOR

    @property
    def path(self) -> str:
        """The address of their profile page."""
        return f"/@{self.username}"

    @property
    def display_name(self) -> str:
        """The name, or the username of those who gave none."""
        return self.name.strip() or self.username

    @property
    def avatar_path(self) -> str:
        """The address of their avatar; empty when there is none."""
        return f"/avatars/{self.account_id}" if self.has_avatar else ""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A signed-in browser, as its owner sees it in a list."""

    id: int
    user_agent: str
    created_at: int
    seen_at: int


_VIEWER: web.RequestKey[Viewer | None] = web.RequestKey("viewer")

_FIND = (
    "SELECT s.id, s.seen_at, u.id AS user_id, u.role, a.id AS account_id, a.username, a.name, a.avatar_key "
    "FROM sessions s JOIN users u ON u.id = s.user_id JOIN accounts a ON a.id = u.account_id "
    "WHERE s.token_hash = $1 AND s.expires_at > $2 "
    "AND u.disabled_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
)


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def viewer_of(request: web.Request) -> Viewer | None:
    """Return who is signed in, or None; asks the database at most once a request, and only for those with a cookie."""
    if _VIEWER in request:
        return request[_VIEWER]
    token = read_cookie(request, COOKIE)
    viewer = await _find(request, token) if token else None
    if token and viewer is None:
        drop_cookie(request, COOKIE)
    request[_VIEWER] = viewer
    return viewer


async def _find(request: web.Request, token: str) -> Viewer | None:
    instance = request.app[INSTANCE]
    now = instance.clock()
    row = await instance.database.fetch_one(_FIND, token_hash(token), now)
    if row is None:
        return None
    if now - row["seen_at"] > TOUCH_EVERY:
        await _touch(instance, row["id"], row["user_id"])
        put_cookie(request, COOKIE, token, seconds=LIFETIME)
    return Viewer(
        user_id=row["user_id"],
        account_id=row["account_id"],
        username=row["username"],
        role=Role(row["role"]),
        name=row["name"],
        has_avatar=bool(row["avatar_key"]),
        session_id=row["id"],
    )


async def _touch(instance: Instance, session_id: int, user_id: int) -> None:
    async with instance.change() as change:
        await change.tx.execute(
            "UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE id = $3",
            change.now,
            change.now + LIFETIME * 1000,
            session_id,
        )
        await change.tx.execute("UPDATE users SET seen_at = $1 WHERE id = $2", change.now, user_id)


async def start(change: Change, *, user_id: int, token: str, user_agent: str = "") -> int:
    """Open a session for a fresh token (``new_token``) and return its id; forget those that ran out."""
    await change.tx.execute("DELETE FROM sessions WHERE expires_at <= $1", change.now)
    session_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO sessions (id, user_id, token_hash, user_agent, created_at, seen_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        session_id,
        user_id,
        token_hash(token),
        clean_text(user_agent)[:255],
        change.now,
        change.now,
        change.now + LIFETIME * 1000,
    )
    await change.tx.execute("UPDATE users SET seen_at = $1 WHERE id = $2", change.now, user_id)
    return session_id


async def end(change: Change, *, user_id: int, session_id: int) -> bool:
    """Close one of a user's sessions; False when it was not theirs or not open."""
    rows = await change.tx.fetch(
        "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING id", session_id, user_id
    )
    return bool(rows)


async def end_all(change: Change, *, user_id: int, keep: int | None = None) -> None:
    """Close all of a user's sessions, except ``keep``."""
    await change.tx.execute("DELETE FROM sessions WHERE user_id = $1 AND id <> $2", user_id, keep or 0)


async def open_sessions(instance: Instance, *, user_id: int) -> list[OpenSession]:
    """List a user's sessions, last used first."""
    rows = await instance.database.fetch(
        "SELECT id, user_agent, created_at, seen_at FROM sessions WHERE user_id = $1 AND expires_at > $2 "
        "ORDER BY seen_at DESC, id DESC",
        user_id,
        instance.clock(),
    )
    return [OpenSession(row["id"], row["user_agent"], row["created_at"], row["seen_at"]) for row in rows]


async def sign_browser_in(request: web.Request, change: Change, *, user_id: int) -> None:
    """Open a session for this browser under a new token, and close the one it came with."""
    before = await viewer_of(request)
    if before is not None:
        await end(change, user_id=before.user_id, session_id=before.session_id)
    fresh = new_token()
    await start(change, user_id=user_id, token=fresh, user_agent=request.headers.get("User-Agent", ""))
    put_cookie(request, COOKIE, fresh, seconds=LIFETIME)


def forget_browser(request: web.Request) -> None:
    """Take the session's cookie from this browser; the caller closes the session itself."""
    drop_cookie(request, COOKIE)
    request[_VIEWER] = None


ViewerHandler = Callable[[web.Request, Viewer], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def signed_in(handler: ViewerHandler) -> Handler:
    """Hand the viewer to a handler ``(request, viewer)``; everybody else is shown the way to sign in."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        viewer = await viewer_of(request)
        if viewer is None:
            raise SignInNeeded
        return await handler(request, viewer)

    return guarded


def admin_only(handler: ViewerHandler) -> Handler:
    """Hand the viewer to a handler ``(request, viewer)`` when they run this server; refuse everybody else."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        viewer = await viewer_of(request)
        if viewer is None:
            raise SignInNeeded
        if not viewer.is_admin:
            raise Forbidden("Only the people who run this server may see this.")
        return await handler(request, viewer)

    return guarded


def staff_only(handler: ViewerHandler) -> Handler:
    """Hand the viewer to a handler ``(request, viewer)`` when they are a moderator or an admin; refuse others."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        viewer = await viewer_of(request)
        if viewer is None:
            raise SignInNeeded
        if not viewer.is_staff:
            raise Forbidden("Only the moderators of this server may see this.")
        return await handler(request, viewer)

    return guarded
