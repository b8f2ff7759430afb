"""OAuth 2 for programs: tokens for codes, taking them back, who it is, and what this server can do of it.

RFC 6749 (tokens), RFC 7009 (revocation), RFC 8414 (metadata), and what OpenID Connect calls userinfo, as Mastodon has
it. Secrets come in a Basic header or in the body, as a form or as JSON. Passwords are not taken for tokens.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.words import absolute
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.table import Answer, Nothing, Route, Who
from rossgram_fed.oauth.apps import AppRecord, app_by_client_id
from rossgram_fed.oauth.authorize_pages import issuer
from rossgram_fed.oauth.authorizing import granted_scopes
from rossgram_fed.oauth.codes import redeem
from rossgram_fed.oauth.redirects import Mode
from rossgram_fed.oauth.refusals import OAuthRefusal, invalid_client, invalid_grant
from rossgram_fed.oauth.scopes import SCOPES
from rossgram_fed.oauth.tokens import Issued, issue, revoke_by_client
from rossgram_fed.web.errors import SignInNeeded

_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
CODE, CLIENT = "authorization_code", "client_credentials"
_PIXELFED = "pixelfed://"
_TEN_YEARS = 10 * 365 * 86_400


class ClientParams(msgspec.Struct, kw_only=True):
    """Who asks; or else it says so in a Basic header."""

    client_id: str = ""
    client_secret: str = ""


class TokenParams(ClientParams, kw_only=True):
    """What is to become a token."""

    grant_type: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""


class RevokeParams(ClientParams, kw_only=True):
    """Which token goes."""

    token: str = ""
    token_type_hint: str = ""


class Token(msgspec.Struct):
    """A token (https://docs.joinmastodon.org/entities/Token/); it does not run out."""

    access_token: str
    token_type: str
    scope: str
    created_at: int
    refresh_token: str | msgspec.UnsetType = msgspec.UNSET
    expires_in: int | msgspec.UnsetType = msgspec.UNSET
    """Seconds. This and the token for another one are told to Pixelfed's app alone, which cannot do without them."""


class UserInfo(msgspec.Struct):
    """Who somebody is, in the words of OpenID Connect."""

    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


async def token(call: Call, params: TokenParams) -> Answer:
    """Give a token for a code, or for an app itself."""
    app = await _client(call, params)
    if params.grant_type == CODE:
        issued = await _for_code(call, app, params)
    elif params.grant_type == CLIENT:
        scopes = granted_scopes(app, params.scope)
        async with call.instance.change() as change:
            issued = await issue(change, app_id=app.id, user_id=None, scopes=scopes)
    elif params.grant_type:
        raise OAuthRefusal("unsupported_grant_type", f"The grant types here are {CODE} and {CLIENT}.")
    else:
        raise OAuthRefusal("invalid_request", "Missing required parameter: grant_type.")
    given = token_from(issued)
    if params.redirect_uri.startswith(_PIXELFED):
        # The app keeps both and stops at one that is missing; there is nothing to renew, so one of them is empty.
        given.refresh_token, given.expires_in = "", _TEN_YEARS
    return Answer(given, headers=_NOT_KEPT)


async def _for_code(call: Call, app: AppRecord, params: TokenParams) -> Issued:
    if not params.code:
        raise OAuthRefusal("invalid_request", "Missing required parameter: code.")
    async with call.instance.change() as change:
        issued = await redeem(
            change,
            app_id=app.id,
            code=params.code,
            redirect_uri=params.redirect_uri,
            verifier=params.code_verifier,
        )
    if issued is None:  # outside the change: what a code used twice takes down stays down
        raise invalid_grant()
    return issued


def token_from(issued: Issued) -> Token:
    """Return a token as apps are given it."""
    return Token(issued.token, "Bearer", " ".join(issued.scopes), issued.created_at // 1000)


async def revoke(call: Call, params: RevokeParams) -> Answer:
    """Take a token away; of one that nobody has, nothing is left to take."""
    refusal = OAuthRefusal("unauthorized_client", "You are not authorized to revoke this token", status=403)
    try:
        app = await _client(call, params)
    except OAuthRefusal as failed:
        raise refusal from failed
    async with call.instance.change() as change:
        if params.token and not await revoke_by_client(change, app_id=app.id, token=params.token):
            raise refusal
    return Answer(Nothing(), headers=_NOT_KEPT)


async def _client(call: Call, params: ClientParams) -> AppRecord:
    """Return the app that shows its secret (RFC 6749, section 2.3.1)."""
    header = call.request.headers.get("Authorization", "")
    basic = header[:6].lower() == "basic "
    client_id, secret = _from_basic(header[6:]) if basic else (params.client_id, params.client_secret)
    if basic and params.client_id not in ("", client_id):
        raise OAuthRefusal("invalid_request", "The client names itself twice, and not alike.")
    app = await app_by_client_id(call.database, client_id[:64])
    if app is None or not app.is_known_by(secret):
        raise invalid_client(basic=basic)
    return app


def _from_basic(written: str) -> tuple[str, str]:
    try:
        name, _, secret = base64.b64decode(written.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


async def userinfo(call: Call) -> UserInfo:
    """Show who somebody is."""
    found = await accounts_by_ids(call.database, call.settings, [call.account_id])
    if call.account_id not in found:
        raise SignInNeeded("The access token is invalid")
    account = found[call.account_id]
    return UserInfo(
        iss=issuer(call.settings),
        sub=account.uri,
        name=account.display_name,
        preferred_username=account.username,
        profile=account.url,
        picture=account.avatar,
    )


async def metadata(call: Call) -> dict[str, Any]:
    """Show what this server can do of OAuth 2 (RFC 8414)."""
    ways = ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": issuer(call.settings),
        "service_documentation": "https://docs.joinmastodon.org/",
        "authorization_endpoint": absolute(call.settings, "/oauth/authorize"),
        "token_endpoint": absolute(call.settings, "/oauth/token"),
        "app_registration_endpoint": absolute(call.settings, "/api/v1/apps"),
        "revocation_endpoint": absolute(call.settings, "/oauth/revoke"),
        "userinfo_endpoint": absolute(call.settings, "/oauth/userinfo"),
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in Mode],
        "grant_types_supported": [CODE, CLIENT],
        "token_endpoint_auth_methods_supported": ways,
        "revocation_endpoint_auth_methods_supported": ways,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


ROUTES = (
    Route(
        "POST",
        "/oauth/token",
        token,
        who=Who.CLIENT,
        takes=TokenParams,
        gives=Token,
        statuses=(200, 400),
        limit="token",
    ),
    Route(
        "POST",
        "/oauth/revoke",
        revoke,
        who=Who.CLIENT,
        takes=RevokeParams,
        gives=Nothing,
        statuses=(200, 403),
        limit="token",
    ),
    Route("GET", "/oauth/userinfo", userinfo, scope="profile", gives=UserInfo),
    Route("POST", "/oauth/userinfo", userinfo, scope="profile", gives=UserInfo),
    Route("GET", "/.well-known/oauth-authorization-server", metadata, who=Who.ANYBODY, gives=dict[str, Any]),
)
