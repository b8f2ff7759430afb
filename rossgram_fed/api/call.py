"""One call of an endpoint: who calls, on which server, with which files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rossgram_fed.api.table import Route
from rossgram_fed.config import Settings
from rossgram_fed.database import Database
from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.oauth.callers import Caller
from rossgram_fed.web.errors import Invalid, NotFound
from rossgram_fed.web.forms import Upload


class PersonNeeded(Invalid):
    """An app calls for itself what it can call for somebody alone; its token is good, so that this is no 401."""

    def __init__(self) -> None:
        super().__init__("This method requires an authenticated user")


@dataclass(slots=True)
class Call:
    """What a handler is handed."""

    request: web.Request
    route: Route
    caller: Caller | None
    uploads: Sequence[Upload] = ()

    @property
    def instance(self) -> Instance:
        """The running server."""
        return self.request.app[INSTANCE]

    @property
    def database(self) -> Database:
        """Its database, for reading."""
        return self.instance.database

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return self.instance.settings

    @property
    def viewer_id(self) -> int | None:
        """The account that looks; None for nobody in particular."""
        return self.caller.account_id if self.caller is not None else None

    @property
    def account_id(self) -> int:
        """The account for which the app acts, on routes for ``Who.USER``."""
        if self.caller is None or self.caller.account_id is None:
            raise PersonNeeded
        return self.caller.account_id

    @property
    def user_id(self) -> int:
        """The user for whom the app acts, on routes for ``Who.USER``."""
        if self.caller is None or self.caller.user_id is None:
            raise PersonNeeded
        return self.caller.user_id

    def id(self, name: str = "id") -> int:
        """Return the id in the path; raise ``NotFound`` for what is none."""
        found = read_id(self.request.match_info[name])
        if found is None:
            raise NotFound("Record not found")
        return found

    def word(self, name: str) -> str:
        """Return another part of the path, decoded; raise ``NotFound`` for what no text can be."""
        word = self.request.match_info[name]
        if "\0" in word:
            raise NotFound("Record not found")
        return word

    def upload(self, name: str) -> Upload | None:
        """Return the file that was sent under a name."""
        return next((one for one in self.uploads if one.field == name), None)
