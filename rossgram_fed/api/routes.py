"""Every endpoint of the API: the tables of its modules, one after the other."""

from __future__ import annotations

from rossgram_fed.api import accounts, apps, media, oauth, status_acts, status_posting, statuses
from rossgram_fed.api.table import Route

ROUTES: tuple[Route, ...] = (
    *accounts.ROUTES,
    *apps.ROUTES,
    *oauth.ROUTES,
    *media.ROUTES,
    *notifications.ROUTES,
    *notification_groups.ROUTES,
    *notification_policies.ROUTES,
    *statuses.ROUTES,
    *status_acts.ROUTES,
    *status_posting.ROUTES,
)
