"""Where an app is woken up (https://docs.joinmastodon.org/methods/push/)."""

from __future__ import annotations

from typing import Literal

import msgspec

from activitypub.errors import AddressRefused
from rossgram_fed.api.call import Call
from rossgram_fed.api.serving import bearer
from rossgram_fed.api.table import Nothing, Route
from rossgram_fed.federation.addresses import is_local
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.notifications.kinds import TYPES
from rossgram_fed.push import actions
from rossgram_fed.push.actions import NewSubscription
from rossgram_fed.push.messages import BadKeys, recipient_from
from rossgram_fed.push.sealing import sealed
from rossgram_fed.web.errors import Invalid, NotFound, SignInNeeded
from rossgram_fed.web.secrets import SECRETS

LONGEST_ENDPOINT = 2048
LONGEST_KEY = 255
NAMES = tuple(dict.fromkeys(TYPES.values()))
"""What apps may ask to be woken up about; of the last two there is never anything here."""
Policy = Literal["all", "followed", "follower", "none"]


class Keys(msgspec.Struct, kw_only=True):
    """What messages are encrypted with."""

    p256dh: str
    auth: str


class Where(msgspec.Struct, kw_only=True):
    """Where an app is reached."""

    endpoint: str
    keys: Keys
    standard: bool = False


class What(msgspec.Struct, kw_only=True):
    """What it wants to know."""

    alerts: dict[str, bool | None] = msgspec.field(default_factory=dict)
    policy: Policy | None = None

    def chosen(self) -> dict[str, bool]:
        """Return every kind there is, and whether it is wanted."""
        return {name: bool(self.alerts.get(name)) for name in NAMES}


class NewParams(msgspec.Struct, kw_only=True):
    """A subscription."""

    subscription: Where
    data: What = msgspec.field(default_factory=What)


class ChangeParams(msgspec.Struct, kw_only=True):
    """What it is about from now on."""

    data: What = msgspec.field(default_factory=What)
    policy: Policy | None = None


class PushSubscription(msgspec.Struct):
    """What an app is told of its subscription; the id is a number, as Mastodon's is."""

    id: int
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    server_key: str
    policy: str


async def subscribe(call: Call, params: NewParams) -> PushSubscription:
    """Wake this app up about new notifications, from now on."""
    where, token = params.subscription, bearer(call.request)
    if call.caller is None or token is None:
        raise SignInNeeded("The access token is invalid")
    _check(call, where)
    token_id = call.caller.token_id
    new = NewSubscription(
        token_id=token_id,
        user_id=call.user_id,
        endpoint=where.endpoint,
        p256dh=where.keys.p256dh,
        auth=where.keys.auth,
        standard=where.standard,
        alerts=params.data.chosen(),
        policy=params.data.policy or "all",
        sealed_token=sealed(call.request.app[SECRETS], token, token_id=token_id),
    )
    async with call.instance.change() as change:
        await actions.subscribe(change, new)
    return await show(call)


async def show(call: Call) -> PushSubscription:
    """Show where and about what this app is woken up."""
    found = await actions.subscription_of(call.database, _token_id(call))
    if found is None:
        raise NotFound("Record not found")
    return PushSubscription(
        id=found.id,
        endpoint=found.endpoint,
        standard=found.standard,
        alerts=dict(found.alerts),
        server_key=call.request.app[SECRETS].vapid_public,
        policy=found.policy,
    )


async def update(call: Call, params: ChangeParams) -> PushSubscription:
    """Say anew what this app is woken up about."""
    policy = params.data.policy or params.policy or (await show(call)).policy
    async with call.instance.change() as change:
        alerts = params.data.chosen()
        if not await actions.change_alerts(change, token_id=_token_id(call), alerts=alerts, policy=policy):
            raise NotFound("Record not found")
    return await show(call)


async def unsubscribe(call: Call) -> Nothing:
    """Wake this app up no longer."""
    async with call.instance.change() as change:
        await actions.unsubscribe(change, token_id=_token_id(call))
    return Nothing()


def _token_id(call: Call) -> int:
    if call.caller is None:
        raise SignInNeeded("The access token is invalid")
    return call.caller.token_id


def _check(call: Call, where: Where) -> None:
    """Raise ``Invalid`` for keys that are none, and for addresses to which nothing may be sent."""
    if len(where.endpoint) > LONGEST_ENDPOINT or max(len(where.keys.p256dh), len(where.keys.auth)) > LONGEST_KEY:
        raise Invalid("Validation failed: The subscription is too long")
    if is_local(call.settings, where.endpoint):
        raise Invalid("Validation failed: Endpoint is an address of this server")
    try:
        call.request.app[NETWORK].transport.check(where.endpoint)
        keys = where.keys
        recipient_from(endpoint=where.endpoint, p256dh=keys.p256dh, auth=keys.auth, standard=where.standard)
    except (AddressRefused, BadKeys) as error:
        raise Invalid(f"Validation failed: {error}") from None


_PATH = "/api/v1/push/subscription"
ROUTES = (
    Route("POST", _PATH, subscribe, scope="push", takes=NewParams, gives=PushSubscription),
    Route("GET", _PATH, show, scope="push", gives=PushSubscription),
    Route("PUT", _PATH, update, scope="push", takes=ChangeParams, gives=PushSubscription),
    Route("DELETE", _PATH, unsubscribe, scope="push", gives=Nothing),
)
