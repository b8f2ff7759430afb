"""What an app asks of a person: the parameters of an authorization request (RFC 6749, 4.1.1), checked one by one.

First of all, who asks and where the answer goes: as long as these two do not belong together, nobody is sent anywhere,
and the person is told on a page of ours. What is wrong besides is told to the app.
"""

from __future__ import annotations

from dataclasses import dataclass

from multidict import MultiMapping

from rossgram_fed.database import Reader
from rossgram_fed.oauth.apps import AppRecord, app_by_client_id
from rossgram_fed.oauth.codes import CHALLENGE
from rossgram_fed.oauth.redirects import OUT_OF_BAND, Mode, is_web
from rossgram_fed.oauth.refusals import OAuthRefusal
from rossgram_fed.oauth.scopes import given_by, scopes_from, within
from rossgram_fed.web.errors import BadRequest

PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
)
"""What the page carries from the app's question to the person's answer."""
DEFAULT_SCOPE = "read"
LONGEST_STATE = 4000


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, and where the answer goes: these two belong together."""

    app: AppRecord
    redirect_uri: str
    state: str
    mode: Mode

    @property
    def out_of_band(self) -> bool:
        """Whether the code is shown here, and carried over by hand."""
        return self.redirect_uri == OUT_OF_BAND


@dataclass(frozen=True, slots=True)
class Question:
    """What the app may do, if the person says yes."""

    scopes: tuple[str, ...]
    challenge: str


async def client_from(reader: Reader, given: MultiMapping[str]) -> Client:
    """Return who asks; raise ``BadRequest`` in words for the person when that, or the address, cannot be trusted."""
    for name in PARAMETERS:
        if len(given.getall(name, ())) > 1:
            raise BadRequest(f"The app that sent you here says {name} twice, so it is not clear what it wants.")
    app = await app_by_client_id(reader, given.get("client_id", "")[:64])
    if app is None:
        raise BadRequest(
            "The app that sent you here is not known on this server (any more). "
            "Begin again in the app: remove this server there and add it anew."
        )
    redirect_uri = given.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris:
        raise BadRequest("The app that sent you here wants your answer at an address that it never registered.")
    return Client(app, redirect_uri, given.get("state", "")[:LONGEST_STATE], _mode(given, redirect_uri))


def _mode(given: MultiMapping[str], redirect_uri: str) -> Mode:
    """Return how the answer travels; only web pages are sent forms, and what is no mode is the usual one."""
    wanted = given.get("response_mode", "")
    if wanted == Mode.FRAGMENT or (wanted == Mode.FORM_POST and is_web(redirect_uri)):
        return Mode(wanted)
    return Mode.QUERY


def question_from(client: Client, given: MultiMapping[str], *, admin: bool) -> Question:
    """Return what the app asks for, as far as the person can give it; raise an ``OAuthRefusal`` for the app to hear."""
    if given.get("response_type") != "code":
        raise OAuthRefusal("unsupported_response_type", "The response type here is code, and no other.")
    if given.get("response_mode", Mode.QUERY.value) != client.mode.value:
        raise OAuthRefusal("invalid_request", "The response mode is query, fragment or, for web pages, form_post.")
    challenge, method = given.get("code_challenge", ""), given.get("code_challenge_method", "")
    if (challenge or method) and method != "S256":
        raise OAuthRefusal("invalid_request", "The code_challenge_method must be S256.")
    if (challenge or method) and not CHALLENGE.fullmatch(challenge):
        raise OAuthRefusal("invalid_request", "The code_challenge is no SHA-256 in base64url.")
    scopes = given_by(granted_scopes(client.app, given.get("scope", "")), admin=admin)
    if not scopes:
        raise OAuthRefusal("invalid_scope", "What is asked for is for the admins of this server alone.")
    return Question(scopes, challenge)


def granted_scopes(app: AppRecord, asked: str) -> tuple[str, ...]:
    """Return the scopes that are asked for; raise an ``OAuthRefusal`` for more than the app registered."""
    try:
        scopes = scopes_from(asked or DEFAULT_SCOPE)
    except ValueError as error:
        raise OAuthRefusal("invalid_scope", f"The requested scope is invalid, unknown, or malformed. {error}") from None
    if not within(scopes, app.scopes):
        raise OAuthRefusal("invalid_scope", "The requested scope is more than this app registered for.")
    return scopes
