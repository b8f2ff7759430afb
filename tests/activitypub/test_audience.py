"""Audiences, both ways."""

from __future__ import annotations

import pytest

from activitypub.audience import Audience, addressing, visibility_of
from activitypub.objects import PUBLIC

FOLLOWERS = "https://a.example/u/followers"
BOB = "https://b.example/bob"


@pytest.mark.parametrize(
    ("to", "cc", "followers", "audience", "reason"),
    [
        ([PUBLIC], [FOLLOWERS], FOLLOWERS, Audience.PUBLIC, "the usual"),
        (["as:Public"], [], "", Audience.PUBLIC, "the short name"),
        ([BOB, PUBLIC], [], FOLLOWERS, Audience.PUBLIC, "public among others (Friendica)"),
        ([FOLLOWERS], [PUBLIC], FOLLOWERS, Audience.UNLISTED, "the usual"),
        ([], [PUBLIC], "", Audience.UNLISTED, "Takahē names no followers"),
        ([FOLLOWERS], [BOB], FOLLOWERS, Audience.FOLLOWERS, "followers and a mention"),
        ([BOB], [FOLLOWERS], FOLLOWERS, Audience.FOLLOWERS, "followers in copy"),
        ([BOB], [], FOLLOWERS, Audience.DIRECT, "one person"),
        ([], [BOB], FOLLOWERS, Audience.DIRECT, "one person in copy (Takahē)"),
        ([], [], FOLLOWERS, Audience.DIRECT, "nobody"),
        (["https://c.example/other/followers"], [], FOLLOWERS, Audience.DIRECT, "somebody else's followers"),
        ([""], [""], "", Audience.DIRECT, "no followers collection is not the empty one"),
    ],
)
def test_visibility(to: list[str], cc: list[str], followers: str, audience: Audience, reason: str) -> None:
    """An addressing is read as the audience its sender meant, and doubt makes it smaller."""
    assert visibility_of(to, cc, followers) is audience, reason


@pytest.mark.parametrize("audience", list(Audience))
def test_there_and_back(audience: Audience) -> None:
    """What we write is read as what we meant, and whoever is mentioned is addressed once."""
    to, cc = addressing(audience, FOLLOWERS, [BOB, BOB])
    assert visibility_of(to, cc, FOLLOWERS) is audience
    assert (to + cc).count(BOB) == 1
    assert (PUBLIC in to + cc) == (audience in (Audience.PUBLIC, Audience.UNLISTED))
    assert (FOLLOWERS in to + cc) == (audience is not Audience.DIRECT)
