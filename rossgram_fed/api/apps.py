"""Apps make themselves known, and ask whether they still are (https://docs.joinmastodon.org/methods/apps/)."""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.table import Route, Who
from rossgram_fed.oauth.apps import AppRecord, app_by_id, register
from rossgram_fed.oauth.authorizing import DEFAULT_SCOPE
from rossgram_fed.oauth.redirects import redirect_uris_from
from rossgram_fed.oauth.scopes import scopes_from
from rossgram_fed.web.errors import Invalid, SignInNeeded
from rossgram_fed.web.secrets import SECRETS


class NewApp(msgspec.Struct, kw_only=True):
    """What an app says about itself."""

    client_name: str = ""
    redirect_uris: str | list[str] = ""
    scopes: str | list[str] | None = ""
    website: str | None = None


class Application(msgspec.Struct, kw_only=True):
    """An app that registered."""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uri: str
    """All of them, a line each; for apps from before there could be several."""
    redirect_uris: list[str]
    vapid_key: str


class CredentialApplication(Application, kw_only=True):
    """The same with its secret, at the only time when it is shown."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int = 0


async def create(call: Call, params: NewApp) -> CredentialApplication:
    """Register an app."""
    asked = " ".join(params.scopes) if isinstance(params.scopes, list) else params.scopes
    try:
        scopes = scopes_from(asked or DEFAULT_SCOPE)
    except ValueError as error:
        raise Invalid(f"Validation failed: Scopes doesn't match configured on the server. {error}") from None
    async with call.instance.change() as change:
        app, secret = await register(
            change,
            name=params.client_name,
            website=(params.website or "").strip(),
            redirect_uris=redirect_uris_from(params.redirect_uris),
            scopes=scopes,
        )
    return CredentialApplication(**_told(call, app), client_id=app.client_id, client_secret=secret)


async def verify_credentials(call: Call) -> Application:
    """Show the app that a token belongs to."""
    app = await app_by_id(call.database, call.caller.app_id) if call.caller is not None else None
    if app is None:
        raise SignInNeeded("The access token is invalid")
    return Application(**_told(call, app))


def _told(call: Call, app: AppRecord) -> dict[str, Any]:
    """Return what both answers tell of an app."""
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website or None,
        "scopes": list(app.scopes),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "vapid_key": call.request.app[SECRETS].vapid_public,
    }


ROUTES = (
    Route("POST", "/api/v1/apps", create, who=Who.CLIENT, takes=NewApp, gives=CredentialApplication, limit="apps"),
    Route("GET", "/api/v1/apps/verify_credentials", verify_credentials, who=Who.APP, gives=Application),
)
