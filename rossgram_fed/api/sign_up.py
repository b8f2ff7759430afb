"""Joining by app (https://docs.joinmastodon.org/methods/accounts/#create): the rules of the page, in Mastodon's words.

There is no mail here, so an address that is sent along is neither kept nor checked, and the token works at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from rossgram_fed.accounts.joining import INVITED, InviteSpent, check_open, count_joining, join
from rossgram_fed.accounts.new_users import NameTaken, prepare_user
from rossgram_fed.accounts.passwords import LONGEST, SHORTEST, password_problem
from rossgram_fed.accounts.usernames import RESERVED, username_problem
from rossgram_fed.api.call import Call
from rossgram_fed.api.oauth import Token, token_from
from rossgram_fed.api.table import Route, Who
from rossgram_fed.config import Registration
from rossgram_fed.oauth.apps import app_by_id
from rossgram_fed.oauth.tokens import issue
from rossgram_fed.web.addresses import address_group, client_address
from rossgram_fed.web.errors import Forbidden, Invalid, SignInNeeded


class SignUpParams(msgspec.Struct, kw_only=True):
    """Somebody who wants an account."""

    username: str = ""
    password: str = ""
    agreement: bool = False
    """Whether they agreed to the rules that the app showed them."""
    invite_code: str = ""
    email: str | None = None
    locale: str | None = None
    reason: str | None = None


class Problem(msgspec.Struct):
    """One thing that is wrong with a parameter."""

    error: str
    description: str


@dataclass(slots=True)
class Problems:
    """What is wrong, by parameter."""

    found: dict[str, list[Problem]] = field(default_factory=dict)

    def note(self, name: str, error: str, description: str) -> None:
        """Note something; an empty description means that nothing is wrong."""
        if description:
            self.found.setdefault(name, []).append(Problem(error, description))

    def check(self) -> None:
        """Raise ``Invalid`` with all that was found, if there is anything."""
        if not self.found:
            return
        sentences = [problem.description for problems in self.found.values() for problem in problems]
        refusal = Invalid(f"Validation failed: {' '.join(sentences)}")
        refusal.more = {"details": self.found}
        raise refusal


async def create(call: Call, params: SignUpParams) -> Token:
    """Make an account and sign the app in to it."""
    if call.viewer_id is not None or call.caller is None:
        raise Forbidden("This method requires an client credentials authentication")
    settings = call.settings
    check_open(settings)
    if settings.server.registration is Registration.INVITE and not params.invite_code:
        raise Forbidden(INVITED)
    await count_joining(call.instance, address=address_group(client_address(call.request)))
    app = await app_by_id(call.database, call.caller.app_id)
    if app is None:
        raise SignInNeeded("The access token is invalid")
    username = params.username.strip().lower()
    problems = _problems(username, params)
    problems.check()
    new = await prepare_user(username, params.password)
    try:
        async with call.instance.change() as change:
            created = await join(change, new, invite=params.invite_code)
            issued = await issue(change, app_id=app.id, user_id=created.user_id, scopes=app.scopes)
    except NameTaken as taken:
        problems.note("username", "ERR_TAKEN", taken.sentence)
    except InviteSpent as spent:
        problems.note("invite_code", "ERR_INVALID", spent.sentence)
    problems.check()
    return token_from(issued)


async def check_confirmation(call: Call) -> bool:
    """Say whether somebody's mail address is confirmed; there is none, so apps need not wait for it."""
    return True


def _problems(username: str, params: SignUpParams) -> Problems:
    problems = Problems()
    kind = "ERR_BLANK" if not username else "ERR_RESERVED" if username in RESERVED else "ERR_INVALID"
    problems.note("username", kind, username_problem(username))
    length = len(params.password)
    kind = "ERR_TOO_SHORT" if length < SHORTEST else "ERR_TOO_LONG" if length > LONGEST else "ERR_INVALID"
    problems.note("password", kind if length else "ERR_BLANK", password_problem(params.password, username=username))
    if not params.agreement:
        problems.note("agreement", "ERR_ACCEPTED", "You must agree to the rules of this server.")
    return problems


ROUTES = (
    Route(
        "POST",
        "/api/v1/accounts",
        create,
        scope="write:accounts",
        who=Who.APP,
        takes=SignUpParams,
        gives=Token,
        statuses=(200, 403, 422, 429),
    ),
    Route("GET", "/api/v1/emails/check_confirmation", check_confirmation, gives=bool),
)
