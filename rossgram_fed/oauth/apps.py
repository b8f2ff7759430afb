"""Apps: registering one (RFC 7591 in Mastodon's words), finding it, and knowing it by its secret.

Anybody may register, so what nobody uses is forgotten again (``jobs.pruning``), and the API counts who registers.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson

from rossgram_fed.database import Reader, Row
from rossgram_fed.instance import Change
from rossgram_fed.oauth.redirects import MOST, redirect_problem
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import clean_text
from rossgram_fed.web.sessions import new_token, token_hash

LONGEST_NAME = 60
LONGEST_WEBSITE = 2000

_COLUMNS = "p.id, p.client_id, p.secret_hash, p.name, p.website, p.redirect_uris, p.scopes"


@dataclass(frozen=True, slots=True)
class AppRecord:
    """An app that registered."""

    id: int
    client_id: str
    name: str
    website: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    """The most it may ask for."""
    secret_hash: str = field(default="", repr=False)

    @property
    def website_host(self) -> str:
        """The host of its website, which nobody checked; empty without one."""
        return urlsplit(self.website).netloc

    def is_known_by(self, secret: str) -> bool:
        """Say whether this is the app's secret, in the same time for every wrong one."""
        return hmac.compare_digest(token_hash(secret), self.secret_hash)


async def register(
    change: Change, *, name: str, website: str, redirect_uris: Sequence[str], scopes: Sequence[str]
) -> tuple[AppRecord, str]:
    """Keep an app; return it and its secret, of which only a hash is kept. Raises ``Invalid``, as Mastodon words it."""
    name = _plain(name)
    problems = [*_name_problems(name), *_redirect_problems(change, redirect_uris), *_website_problems(website)]
    if problems:
        raise Invalid(f"Validation failed: {', '.join(problems)}")
    secret = new_token()
    app = AppRecord(
        id=change.new_id(),
        client_id=new_token(),
        name=name,
        website=website,
        redirect_uris=tuple(redirect_uris),
        scopes=tuple(scopes),
        secret_hash=token_hash(secret),
    )
    await change.tx.execute(
        "INSERT INTO apps (id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        app.id,
        app.client_id,
        app.secret_hash,
        app.name,
        app.website,
        orjson.dumps(app.redirect_uris).decode(),
        " ".join(app.scopes),
        change.now,
    )
    return app, secret


async def app_by_client_id(reader: Reader, client_id: str) -> AppRecord | None:
    """Return the app that has an id, as clients know it."""
    if "\0" in client_id:
        return None  # PostgreSQL takes no such text, and no app is called so
    return _record(await reader.fetch_one(f"SELECT {_COLUMNS} FROM apps p WHERE p.client_id = $1", client_id))  # noqa: S608


async def app_by_id(reader: Reader, app_id: int) -> AppRecord | None:
    """Return an app."""
    return _record(await reader.fetch_one(f"SELECT {_COLUMNS} FROM apps p WHERE p.id = $1", app_id))  # noqa: S608


def _record(row: Row | None) -> AppRecord | None:
    if row is None:
        return None
    return AppRecord(
        id=row["id"],
        client_id=row["client_id"],
        name=row["name"],
        website=row["website"],
        redirect_uris=tuple(orjson.loads(row["redirect_uris"])),
        scopes=tuple(row["scopes"].split()),
        secret_hash=row["secret_hash"],
    )


def _plain(name: str) -> str:
    """Return a name without what is not seen, such as marks that turn the direction of the letters around it."""
    return "".join(letter for letter in clean_text(name) if unicodedata.category(letter) != "Cf")


def _name_problems(name: str) -> list[str]:
    if not name:
        return ["Application name can't be blank"]
    too_long = f"Application name is too long (maximum is {LONGEST_NAME} characters)"
    return [too_long] if len(name) > LONGEST_NAME else []


def _redirect_problems(change: Change, redirect_uris: Sequence[str]) -> list[str]:
    if not redirect_uris:
        return ["Redirect URI can't be blank"]
    if len(redirect_uris) > MOST:
        return [f"Redirect URI is too much: an app may have {MOST}"]
    found = (redirect_problem(uri, plain_http=not change.settings.https) for uri in redirect_uris)
    return list(dict.fromkeys(problem for problem in found if problem))


def _website_problems(website: str) -> list[str]:
    if not website:
        return []
    try:
        parts = urlsplit(website)
    except ValueError:
        return ["Application website is not a valid URL"]
    sane = parts.scheme in ("http", "https") and parts.hostname and website.isprintable() and " " not in website
    return [] if sane and len(website) <= LONGEST_WEBSITE else ["Application website is not a valid URL"]
