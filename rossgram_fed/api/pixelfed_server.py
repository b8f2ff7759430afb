"""This server, as Pixelfed's app asks about it before and after signing in; and what of Pixelfed is not here.

The app signs in only where ``/api/nodeinfo/2.0.json`` says that Pixelfed's API is spoken, by that program's name and
version. Nothing else asks there: to everybody else, NodeInfo (``federation.discovery``) says what really runs here, and
this document does so in its metadata. What is not offered is refused, or empty, as by a Pixelfed where it is off.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.accounts.app_settings import app_settings_of, keep_app_settings
from rossgram_fed.accounts.forms import LONGEST_BIO, LONGEST_NAME
from rossgram_fed.api.accounts import account
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.pixelfed import (
    AppSettings,
    Carousel,
    CommonSettings,
    OwnStories,
    StoryOwner,
    Switch,
)
from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.figures import FIGURES
from rossgram_fed.api.offered import PHOTO_TYPES, VIDEO_TYPES
from rossgram_fed.api.parameters import converted
from rossgram_fed.api.table import Answer, Route, Who
from rossgram_fed.config import Registration
from rossgram_fed.software import VERSION, source_url
from rossgram_fed.web.errors import NotFound
from webfinger import nodeinfo

SPEAKS = "0.12.6"
"""The version of Pixelfed whose API its app finds here; it takes no server below 0.12.3."""


class KeepParams(msgspec.Struct, kw_only=True):
    """How the app shall show things."""

    common: CommonSettings


async def node(call: Call) -> Answer:
    """Say to Pixelfed's app that its API is spoken here, and by what."""
    settings = call.settings
    document = nodeinfo.document(
        "2.0",
        software=nodeinfo.Software("pixelfed", SPEAKS),
        usage=await call.request.app[FIGURES].usage(call.instance),
        open_registrations=settings.server.registration is Registration.OPEN,
        node_name=settings.server.name,
        node_description=settings.server.description,
    )
    document["metadata"]["software"] = {"name": "rossgram", "version": VERSION, "repo": source_url(settings)}
    return Answer(document)


async def config(call: Call) -> dict[str, Any]:
    """Show what this server takes and offers, in Pixelfed's words."""
    settings, limits = call.settings, call.settings.limits
    types = [*PHOTO_TYPES, *(VIDEO_TYPES if limits.video_seconds else ())]
    return {
        "version": SPEAKS,
        "open_registration": settings.server.registration is Registration.OPEN,
        "show_legal_notice_link": False,
        "uploader": {
            "max_photo_size": limits.photo_megabytes << 10,
            "max_caption_length": limits.caption_characters,
            "max_altext_length": limits.description_characters,
            "album_limit": limits.photos_per_post,
            "max_collection_length": 0,
            "optimize_image": True,
            "optimize_video": True,
            "media_types": ",".join(types),
            "mime_types": types,
            "enforce_account_limit": limits.quota_megabytes > 0,
        },
        "activitypub": {"enabled": True, "remote_follow": True},
        "site": {
            "name": settings.server.name,
            "domain": settings.account_domain,
            "url": settings.base_url,
            "description": settings.server.description,
        },
        "account": {
            "max_bio_length": LONGEST_BIO,
            "max_name_length": LONGEST_NAME,
            "max_account_size": limits.quota_megabytes << 10,
        },
        "features": {
            "timelines": {"local": True, "network": True},
            "mobile_apis": True,
            "mobile_registration": False,
            "stories": False,
            "video": limits.video_seconds > 0,
            "import": {"instagram": False, "mastodon": False, "pixelfed": False},
            "hls": {"enabled": False},
            "groups": False,
        },
    }


async def app_settings(call: Call) -> AppSettings:
    """Show how the app shall show things, as it kept that here."""
    own = await account(call, call.account_id)
    kept, at = await app_settings_of(call.database, user_id=call.user_id)
    common = converted(kept, CommonSettings)
    return AppSettings(own.id, own.username, None if at is None else instant(at), common)


async def keep(call: Call, params: KeepParams) -> AppSettings:
    """Keep how the app shall show things."""
    async with call.instance.change() as change:
        await keep_app_settings(change, msgspec.to_builtins(params.common), user_id=call.user_id)
    return await app_settings(call)


async def nag(_call: Call) -> Switch:
    """Say whether Pixelfed's relay wakes the app: it does not, since messages would pass through it."""
    return Switch(active=False)


async def no_push(_call: Call) -> None:
    """Refuse to wake the app by Pixelfed's relay; Web Push is what is offered."""
    raise NotFound("Push notifications are not supported on this server.")


async def no_joining(_call: Call) -> None:
    """Refuse to join inside of the app."""
    raise NotFound("Joining inside of the app is not offered here; people join on this server's pages.")


async def no_stories(_call: Call) -> None:
    """Refuse stories, which are not offered."""
    raise NotFound("Stories are not offered on this server.")


async def carousel(call: Call) -> Carousel:
    """Show the stories of those whom one follows: there are none here."""
    own = await account(call, call.account_id)
    owner = StoryOwner(own.id, own.username, own.acct, own.avatar, local=True, is_author=True)
    return Carousel(OwnStories(owner, []), [])


_SETTINGS = "/api/pixelfed/v1/app/settings"
_OFF = (404,)
ROUTES = (
    Route("GET", "/api/nodeinfo/2.0.json", node, who=Who.ANYBODY, gives=dict[str, Any]),
    Route("GET", "/api/v2/config", config, who=Who.ANYBODY, gives=dict[str, Any]),
    Route("GET", _SETTINGS, app_settings, scope="read:accounts", gives=AppSettings),
    Route("POST", _SETTINGS, keep, scope="write:accounts", takes=KeepParams, gives=AppSettings),
    Route("GET", "/api/v1.1/nag/state", nag, who=Who.ANYBODY, gives=Switch),
    *(
        Route(method, f"/api/v1.1/push/{word}", no_push, scope="push", statuses=_OFF)
        for method, word in (("GET", "state"), ("POST", "update"), ("POST", "compare"), ("POST", "disable"))
    ),
    Route("POST", "/api/auth/onboarding", no_joining, who=Who.CLIENT, statuses=_OFF),
    Route("POST", "/api/auth/app-code-verify", no_joining, who=Who.CLIENT, statuses=_OFF),
    Route("GET", "/api/v1.1/stories/carousel", carousel, scope="read:statuses", gives=Carousel),
    Route("GET", "/api/v1.2/stories/carousel", carousel, scope="read:statuses", gives=Carousel),
    *(
        Route(method, f"/api/{path}", no_stories, scope=scope, statuses=_OFF)
        for method, path, scope in (
            ("POST", "v1.1/stories/seen", "write:statuses"),
            ("POST", "v1.1/stories/self-expire/{id}", "write:statuses"),
            ("POST", "v1.2/stories/publish", "write:statuses"),
            ("GET", "v1.2/stories/viewers", "read:statuses"),
            ("GET", "v1.2/stories/mention-autocomplete", "read:statuses"),
        )
    ),
)
