"""Polls: shown, and answered."""

from __future__ import annotations

from typing import Annotated

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.polls import Poll, poll_from
from rossgram_fed.api.table import Route, Who
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.polls import actions
from rossgram_fed.polls.queries import PollView, poll_by_id
from rossgram_fed.posts.tallies import ask_now
from rossgram_fed.web.errors import NotFound


class VoteParams(msgspec.Struct, kw_only=True):
    """What is chosen, by places counted from 0."""

    choices: Annotated[list[int], msgspec.Meta(max_length=100)] = []


async def show(call: Call) -> Poll:
    """Show a poll; how a stranger's stands is asked of their server first, if that is some time ago."""
    found = await _found(call)
    if call.viewer_id is not None and await ask_now(call.request.app[NETWORK], found.post_id):
        found = await _found(call)
    return poll_from(found, viewer_id=call.viewer_id, now=call.instance.clock())


async def vote(call: Call, params: VoteParams) -> Poll:
    """Vote in a poll."""
    async with call.instance.change() as change:
        await actions.vote(change, account_id=call.account_id, poll_id=call.id(), choices=params.choices)
    return poll_from(await _found(call), viewer_id=call.viewer_id, now=call.instance.clock())


async def _found(call: Call) -> PollView:
    found = await poll_by_id(call.database, call.id(), viewer_id=call.viewer_id)
    if found is None:
        raise NotFound("Record not found")
    return found


ROUTES = (
    Route("GET", "/api/v1/polls/{id}", show, scope="read:statuses", who=Who.ANYBODY, gives=Poll),
    Route(
        "POST",
        "/api/v1/polls/{id}/votes",
        vote,
        scope="write:statuses",
        takes=VoteParams,
        gives=Poll,
    ),
)
