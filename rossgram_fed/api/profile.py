"""Changing one's own profile and what new posts begin with; other servers are told as when the settings change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from rossgram_fed.accounts import actions
from rossgram_fed.accounts.bio import typed_links
from rossgram_fed.accounts.forms import (
    LONGEST_BIO,
    LONGEST_LINK,
    LONGEST_LINK_NAME,
    LONGEST_NAME,
    MOST_LINKS,
    ProfileDraft,
)
from rossgram_fed.accounts.preferences import LANGUAGE, Preferences, preferences_of, set_preferences
from rossgram_fed.accounts.profiles import profile_of
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account, Profile
from rossgram_fed.api.entities.words import AUDIENCES
from rossgram_fed.api.own_account import QUOTES, own_account, own_profile
from rossgram_fed.api.table import Route
from rossgram_fed.caption import is_web_address
from rossgram_fed.database import Reader
from rossgram_fed.media.errors import BadPicture, NotStored
from rossgram_fed.media.keeping import Files, remove_files, write_files
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models.posts import Visibility
from rossgram_fed.web.errors import Invalid, SignInNeeded
from rossgram_fed.web.forms import clean_text

_SWITCHES = {name: name for name in ("locked", "bot", "discoverable", "indexable")} | {
    "hide_collections": "hides_network"
}
"""What an app switches, and what a draft calls it."""
_QUOTES = {word: policy for policy, word in QUOTES.items()}


class FieldParams(msgspec.Struct, kw_only=True):
    """A line of a profile."""

    name: str = ""
    value: str = ""


class SourceParams(msgspec.Struct, kw_only=True):
    """What new posts begin with."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: str | None = None


class ProfileParams(msgspec.Struct, kw_only=True):
    """What to change; what is not said stays. ``avatar`` and ``header`` are files."""

    display_name: str | None = None
    note: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    fields_attributes: list[FieldParams] | dict[str, FieldParams] | None = None
    source: SourceParams | None = None
    website: str | None = None
    """As Pixelfed has it: the first of the profile's links that leads to a page."""


async def update_credentials(call: Call, params: ProfileParams) -> Account:
    """Change one's profile."""
    await _update(call, params)
    return await own_account(call)


async def update(call: Call, params: ProfileParams) -> Profile:
    """Change one's profile, and show it as it is typed."""
    await _update(call, params)
    return await own_profile(call)


async def _update(call: Call, params: ProfileParams) -> None:
    avatar, header = await _portraits(call)
    written = [one for one in (avatar, header) if one is not None]
    try:
        async with call.instance.change() as change:
            if params.source is not None:
                await set_preferences(
                    change, await _preferences(change.tx, params.source, user_id=call.user_id), user_id=call.user_id
                )
            draft = _changed(await _draft(change.tx, call.account_id), params)
            await actions.update_profile(change, account_id=call.account_id, draft=draft, avatar=avatar, header=header)
    except BaseException:
        await remove_files(call.request.app[STORAGE], *written)
        raise


async def remove_avatar(call: Call) -> Account:
    """Take one's avatar away."""
    return await _without(call, avatar=True)


async def remove_header(call: Call) -> Account:
    """Take the wide picture above one's profile away."""
    return await _without(call, header=True)


async def show(call: Call) -> Profile:
    """Show one's own profile, as it is typed."""
    return await own_profile(call)


async def _without(call: Call, *, avatar: bool = False, header: bool = False) -> Account:
    async with call.instance.change() as change:
        draft = replace(await _draft(change.tx, call.account_id), remove_avatar=avatar, remove_header=header)
        await actions.update_profile(change, account_id=call.account_id, draft=draft)
    return await own_account(call)


async def _draft(reader: Reader, account_id: int) -> ProfileDraft:
    """Return how somebody presents themselves now."""
    profile = await profile_of(reader, account_id)
    if profile is None or profile.deleted:
        raise SignInNeeded("The access token is invalid")
    return ProfileDraft(
        name=profile.account.name,
        bio=profile.bio,
        links=tuple(typed_links(profile.links)),
        locked=profile.account.locked,
        discoverable=profile.discoverable,
        indexable=profile.account.indexable,
        hides_network=profile.hides_network,
        bot=profile.bot,
    )


def _changed(draft: ProfileDraft, params: ProfileParams) -> ProfileDraft:
    """Return a draft with what an app says; raise ``Invalid`` for what is too long or too much."""
    said: dict[str, Any] = {}
    if params.display_name is not None:
        said["name"] = _bounded("Display name", clean_text(params.display_name), LONGEST_NAME)
    if params.note is not None:
        said["bio"] = _bounded("Note", clean_text(params.note, lines=True), LONGEST_BIO)
    if params.fields_attributes is not None:
        said["links"] = _links(params.fields_attributes)
    if params.website is not None:
        said["links"] = _with_website(said.get("links", draft.links), clean_text(params.website))
    for name, ours in _SWITCHES.items():
        if (on := getattr(params, name)) is not None:
            said[ours] = on
    return replace(draft, **said)


def _links(sent: list[FieldParams] | dict[str, FieldParams]) -> tuple[tuple[str, str], ...]:
    """Return profile fields; Rails' forms number them, and those without a value are left out."""
    fields = list(sent.values()) if isinstance(sent, Mapping) else sent
    links = [(clean_text(one.name), clean_text(one.value)) for one in fields]
    kept = [(name or value, value) for name, value in links if value]
    if len(kept) > MOST_LINKS:
        raise Invalid(f"Validation failed: Profile fields are too many (maximum is {MOST_LINKS})")
    for name, value in kept:
        _bounded("Profile field value", value, LONGEST_LINK)
        if name != value:
            _bounded("Profile field label", name, LONGEST_LINK_NAME)
    return tuple((name[:LONGEST_LINK_NAME], value) for name, value in kept)


def _with_website(links: tuple[tuple[str, str], ...], website: str) -> tuple[tuple[str, str], ...]:
    """Return links with another website, or with nothing in the place of the first one."""
    if website and not is_web_address(website):
        raise Invalid("Validation failed: Website is not a valid URL")
    at = next((number for number, (_, value) in enumerate(links) if is_web_address(value)), len(links))
    name = links[at][0] if at < len(links) else "Website"
    fresh = (FieldParams(name=name, value=website),) if website else ()
    kept = [FieldParams(name=one, value=value) for one, value in links]
    return _links([*kept[:at], *fresh, *kept[at + 1 :]])


def _bounded(what: str, text: str, most: int) -> str:
    if len(text) > most:
        raise Invalid(f"Validation failed: {what} is too long (maximum is {most} characters)")
    return text


async def _preferences(reader: Reader, source: SourceParams, *, user_id: int) -> Preferences:
    chosen = await preferences_of(reader, user_id=user_id)
    if source.privacy is not None:
        if source.privacy not in AUDIENCES or AUDIENCES[source.privacy] is Visibility.DIRECT:
            raise Invalid("Validation failed: Source privacy must be public, unlisted or private")
        chosen = replace(chosen, visibility=AUDIENCES[source.privacy])
    if source.sensitive is not None:
        chosen = replace(chosen, sensitive=source.sensitive)
    if source.language is not None:
        if source.language and (len(source.language) > 16 or not LANGUAGE.fullmatch(source.language)):
            raise Invalid("Validation failed: Source language must be a code such as en")
        chosen = replace(chosen, language=source.language)
    if source.quote_policy is not None:
        if source.quote_policy not in _QUOTES:
            raise Invalid("Validation failed: Source quote policy must be public, followers or nobody")
        chosen = replace(chosen, quote_policy=_QUOTES[source.quote_policy])
    return chosen


async def _portraits(call: Call) -> tuple[Files | None, Files | None]:
    """Develop the pictures that were sent; when the second is refused, nothing of the first is left."""
    avatar = await _developed(call, Recipe.AVATAR)
    try:
        return avatar, await _developed(call, Recipe.HEADER)
    except BaseException:
        if avatar is not None:
            await remove_files(call.request.app[STORAGE], avatar)
        raise


async def _developed(call: Call, recipe: Recipe) -> Files | None:
    upload = call.upload(recipe)
    if upload is None or (not upload.size and not upload.too_large):
        return None
    if upload.too_large:
        raise Invalid(f"Validation failed: {recipe.capitalize()} file is larger than this server takes")
    try:
        picture = await call.request.app[STUDIO].develop(await upload.read(), recipe=recipe)
        return await write_files(call.request.app[STORAGE], picture)
    except (BadPicture, NotStored) as refusal:
        raise Invalid(f"Validation failed: {recipe.capitalize()}: {refusal.reason}") from refusal


_UPDATE, _PROFILE = "/api/v1/accounts/update_credentials", "/api/v1/profile"


def _change(method: str, path: str, handler: Callable[..., object], gives: type) -> Route:
    """Return a route that takes a profile, with its pictures."""
    return Route(
        method,
        path,
        handler,
        scope="write:accounts",
        takes=ProfileParams,
        gives=gives,
        files=("avatar", "header"),
        limit="media",
    )


ROUTES = (
    _change("PATCH", _UPDATE, update_credentials, Account),
    # Pixelfed's app sends a new avatar so.
    _change("POST", _UPDATE, update_credentials, Account),
    Route("GET", _PROFILE, show, scope="profile", gives=Profile),
    _change("PATCH", _PROFILE, update, Profile),
    Route("DELETE", f"{_PROFILE}/avatar", remove_avatar, scope="write:accounts", gives=Account),
    Route("DELETE", f"{_PROFILE}/header", remove_header, scope="write:accounts", gives=Account),
)
