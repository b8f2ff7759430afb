"""Joining, by the page or by an app: as open as the settings say, and only so often from one address."""

from __future__ import annotations

from rossgram_fed.accounts import actions
from rossgram_fed.accounts.new_users import Created, NewUser, create_user
from rossgram_fed.config import Registration, Settings
from rossgram_fed.instance import Change, Instance
from rossgram_fed.notifications.staff import notify_of_sign_up
from rossgram_fed.web.errors import Forbidden, Invalid
from rossgram_fed.web.throttle import Limit, count_try

CLOSED = "This server takes no new people."
INVITED = "You need an invitation from somebody here."


class InviteSpent(Invalid):
    """An invitation that opens nothing (any more)."""

    def __init__(self) -> None:
        super().__init__("This invitation is used up, has run out, or never was one.")


def check_open(settings: Settings) -> None:
    """Raise ``Forbidden`` where nobody may join."""
    if settings.server.registration is Registration.CLOSED:
        raise Forbidden(CLOSED)


async def count_joining(instance: Instance, *, address: str) -> None:
    """Count somebody who wants to join from an address (``address_group``); raise ``TooMany`` for one too many."""
    limit = Limit("sign-up:address", tries=instance.settings.limits.sign_ups, minutes=60)
    await count_try(instance, limit, subject=address)


async def join(change: Change, new: NewUser, *, invite: str) -> Created:
    """Let somebody in. Raises ``NameTaken`` and, where it is by invitation, ``InviteSpent``."""
    by_invite = change.settings.server.registration is Registration.INVITE
    if by_invite and not await actions.use_invite(change, code=invite):
        raise InviteSpent
    created = await create_user(change, new)
    await notify_of_sign_up(change, account_id=created.account_id)
    return created
