"""What scopes allow, in words for people who decide about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rossgram_fed.oauth.scopes import SCOPES, covers


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of what an app may do."""

    icon: str
    words: str


_WORDS: dict[str, tuple[str, str]] = {
    "read": ("explore", "See everything that you can see: your home, your messages, your notifications and lists"),
    "read:accounts": ("user", "See accounts, and your own profile"),
    "read:blocks": ("hidden", "See whom you block"),
    "read:bookmarks": ("bookmark", "See what you saved"),
    "read:favourites": ("heart", "See what you like"),
    "read:filters": ("hidden", "See your filters"),
    "read:follows": ("users", "See whom you follow, and who wants to follow you"),
    "read:lists": ("users", "See your lists"),
    "read:mutes": ("hidden", "See whom you muted"),
    "read:notifications": ("bell", "See your notifications"),
    "read:search": ("search", "Search for you"),
    "read:statuses": ("photos", "See posts that you can see, private ones and messages too"),
    "write": ("new", "Do what you can do here: post, comment, like, follow, block, edit and delete"),
    "write:accounts": ("user", "Change your profile"),
    "write:blocks": ("hidden", "Block people and servers for you"),
    "write:bookmarks": ("bookmark", "Save posts for you"),
    "write:conversations": ("comment", "Mark your messages as read, and put them away"),
    "write:favourites": ("heart", "Like posts for you"),
    "write:filters": ("hidden", "Change your filters"),
    "write:follows": ("users", "Follow and unfollow people for you"),
    "write:lists": ("users", "Change your lists"),
    "write:media": ("photos", "Upload photos and videos for you"),
    "write:mutes": ("hidden", "Mute people and conversations for you"),
    "write:notifications": ("bell", "Clear your notifications"),
    "write:reports": ("flag", "Report posts and people for you"),
    "write:statuses": ("new", "Post, edit and delete for you"),
    "follow": ("users", "See and change whom you follow, block and mute"),
    "push": ("bell", "Send you notifications"),
    "profile": ("user", "See your name, your picture and your handle"),
    "admin:read": ("lock", "See what is for those who run this server: people, reports and other servers"),
    "admin:write": ("lock", "Limit accounts and close reports, as you may"),
}


def meaning_of(scope: str) -> str:
    """Return what a scope allows."""
    return _WORDS[scope][1]


def in_words(scopes: Iterable[str]) -> list[Permission]:
    """Return what scopes allow, a line each; what another one covers is left out."""
    held = tuple(scopes)
    return [Permission(*_WORDS[scope]) for scope in SCOPES if scope in held and not _said_already(scope, held)]


def _said_already(scope: str, held: tuple[str, ...]) -> bool:
    others = [other for other in held if other != scope]
    return covers(others, scope) or (scope == "follow" and {"read", "write"} <= set(others))
