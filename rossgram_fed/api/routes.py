"""Every endpoint of the API: the tables of its modules, one after the other."""

from __future__ import annotations

from rossgram_fed.api import accounts, statuses
from rossgram_fed.api.table import Route

ROUTES: tuple[Route, ...] = (
    *accounts.ROUTES,
    *statuses.ROUTES,
)
