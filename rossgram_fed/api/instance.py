"""This server, for apps: what it is, what it takes, who is to be asked (https://docs.joinmastodon.org/methods/instance/).

Every limit is the one that is kept: they are read from the settings and from where they are checked.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from markupsafe import escape

from rossgram_fed.accounts.queries import admins
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.instance import (
    Contact,
    DomainBlock,
    Icon,
    InstanceInfo,
    InstanceInfoV1,
    InstanceRule,
    Registrations,
    Text,
    Thumbnail,
    Week,
)
from rossgram_fed.api.entities.words import absolute
from rossgram_fed.api.figures import FIGURES
from rossgram_fed.api.offered import configuration, streaming_url
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.config import Registration, Settings
from rossgram_fed.federation.domain_rules import all_rules
from rossgram_fed.models.accounts import Standing
from rossgram_fed.software import VERSION, source_url
from rossgram_fed.web.errors import SignInNeeded
from rossgram_fed.web.secrets import SECRETS

SPEAKS = "4.5.0"
"""The version of Mastodon whose API apps find here; they read this number before they look at anything else."""
API_VERSION = 7
"""``api_versions.mastodon``: with quotes, as of 4.5."""
_SEVERITIES = {Standing.LIMITED: "silence", Standing.SUSPENDED: "suspend"}
LANGUAGES = ["en"]
THUMBNAIL, ICON = "/static/thumbnail.png", "/static/icon-512.png"


def version() -> str:
    """Return our version as apps read it."""
    return f"{SPEAKS} (compatible; Rossgram {VERSION})"


async def show(call: Call) -> InstanceInfo:
    """Show what this server is, and what it takes."""
    settings, totals = call.settings, await call.request.app[FIGURES].totals(call.instance)
    picture = absolute(settings, THUMBNAIL)
    return InstanceInfo(
        domain=settings.account_domain,
        title=settings.server.name,
        version=version(),
        source_url=source_url(settings),
        description=settings.server.description,
        usage={"users": {"active_month": totals.active_month}},
        thumbnail=Thumbnail(picture, versions={"@1x": picture}),
        icon=[Icon(absolute(settings, ICON), "512x512")],
        languages=LANGUAGES,
        configuration=configuration(settings, vapid=call.request.app[SECRETS].vapid_public),
        registrations=_registrations(settings),
        api_versions={"mastodon": API_VERSION},
        contact=Contact("", await _first_admin(call)),
        rules=_rules(settings),
    )


async def show_v1(call: Call) -> InstanceInfoV1:
    """Show the same to apps from before 2022."""
    settings, totals = call.settings, await call.request.app[FIGURES].totals(call.instance)
    return InstanceInfoV1(
        uri=settings.account_domain,
        title=settings.server.name,
        short_description=settings.server.description,
        description=_paragraphs(settings.server.description),
        email="",
        version=version(),
        urls={"streaming_api": streaming_url(settings)},
        stats={"user_count": totals.users, "status_count": totals.posts, "domain_count": totals.domains},
        thumbnail=absolute(settings, THUMBNAIL),
        languages=LANGUAGES,
        registrations=settings.server.registration is Registration.OPEN,
        approval_required=False,
        invites_enabled=settings.server.registration is Registration.INVITE,
        configuration=configuration(settings, vapid=call.request.app[SECRETS].vapid_public),
        contact_account=await _first_admin(call),
        rules=_rules(settings),
    )


async def peers(call: Call) -> list[str]:
    """List the servers from which anybody is known here."""
    _check_open(call)
    return await call.request.app[FIGURES].peers(call.instance)


async def activity(call: Call) -> list[Week]:
    """Show what happened here in the last twelve weeks."""
    _check_open(call)
    return await call.request.app[FIGURES].weeks(call.instance)


async def rules(call: Call) -> list[InstanceRule]:
    """List the rules for people here."""
    return _rules(call.settings)


async def extended_description(call: Call) -> Text:
    """Show what the people who run this server say about it."""
    return Text(None, _paragraphs(call.settings.server.description))


async def privacy_policy(call: Call) -> Text:
    """Show where it is written what becomes of what one brings here."""
    about, photos = absolute(call.settings, "/about"), absolute(call.settings, "/about/photos")
    return Text(
        None,
        f'<p>Who runs this server, and what happens to photos here, stands at <a href="{about}">{about}</a>; every '
        f'step that a file takes, at <a href="{photos}">{photos}</a>.</p>',
    )


async def translation_languages(call: Call) -> dict[str, list[str]]:
    """List what can be translated: nothing."""
    return {}


async def languages(call: Call) -> list[dict[str, str]]:
    """List the languages of this server's pages."""
    return [{"code": "en", "name": "English"}]


async def domain_blocks(call: Call) -> list[DomainBlock]:
    """List the servers that the admins keep away, with the reason that people here are told"""
    return [
        DomainBlock(rule.host, sha256(rule.host.encode()).hexdigest(), _SEVERITIES[rule.standing], rule.public_comment)
        for rule in await all_rules(call.database)
        if rule.standing in _SEVERITIES
    ]


async def custom_emojis(call: Call) -> list[Any]:
    """List this server's own emoji: there are none."""
    return []


def _check_open(call: Call) -> None:
    if call.settings.federation.allow_list_only and call.viewer_id is None:
        raise SignInNeeded("This API requires an authenticated user")


async def _first_admin(call: Call) -> Account | None:
    found = await admins(call.database)
    if not found:
        return None
    return (await accounts_by_ids(call.database, call.settings, [found[0].id])).get(found[0].id)


def _registrations(settings: Settings) -> Registrations:
    registration = settings.server.registration
    message = {
        Registration.OPEN: None,
        Registration.INVITE: "<p>You need an invitation from somebody here.</p>",
        Registration.CLOSED: "<p>This server takes no new people.</p>",
    }[registration]
    return Registrations(
        enabled=registration is Registration.OPEN,
        approval_required=False,
        reason_required=False,
        message=message,
        url=None if registration is Registration.CLOSED else absolute(settings, "/sign-up"),
    )


def _rules(settings: Settings) -> list[InstanceRule]:
    return [InstanceRule(str(number), rule) for number, rule in enumerate(settings.server.rules, start=1)]


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n\n") if part.strip())


def _public(path: str, handler: Any, gives: Any) -> Route:
    return Route("GET", path, handler, who=Who.ANYBODY, gives=gives)


ROUTES = (
    _public("/api/v2/instance", show, InstanceInfo),
    _public("/api/v1/instance", show_v1, InstanceInfoV1),
    _public("/api/v1/instance/peers", peers, list[str]),
    _public("/api/v1/instance/activity", activity, list[Week]),
    _public("/api/v1/instance/rules", rules, list[InstanceRule]),
    Route("GET", "/api/v1/instance/domain_blocks", domain_blocks, scope="read", gives=list[DomainBlock]),
    _public("/api/v1/instance/extended_description", extended_description, Text),
    _public("/api/v1/instance/privacy_policy", privacy_policy, Text),
    _public("/api/v1/instance/translation_languages", translation_languages, dict[str, list[str]]),
    _public("/api/v1/instance/languages", languages, list[dict[str, str]]),
    _public("/api/v1/custom_emojis", custom_emojis, list[Any]),
)
