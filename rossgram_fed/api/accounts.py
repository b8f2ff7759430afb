"""Accounts: who somebody is, and who the app acts for."""

from __future__ import annotations

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.web.errors import NotFound


async def show(call: Call) -> Account:
    """Show an account."""
    account_id = call.id()
    found = await accounts_by_ids(call.database, call.settings, [account_id])
    if account_id not in found:
        raise NotFound("Record not found")
    return found[account_id]


ROUTES = (Route("GET", "/api/v1/accounts/{id}", show, scope="read:accounts", who=Who.ANYBODY, gives=Account),)
