"""Every endpoint of the API: the tables of its modules, one after the other."""

from __future__ import annotations

from rossgram_fed.api import (
    accounts,
    accounts_lists,
    apps,
    directory,
    domain_mutes,
    follow_requests,
    lists,
    media,
    notification_groups,
    notification_policies,
    notifications,
    oauth,
    own_account,
    sign_up,
    relationships,
    status_acts,
    status_posting,
    statuses,
    suggestions,
    tags,
)
from rossgram_fed.api.table import Route

ROUTES: tuple[Route, ...] = (
    *accounts.ROUTES,
    *accounts_lists.ROUTES,
    *directory.ROUTES,
    *domain_mutes.ROUTES,
    *follow_requests.ROUTES,
    *lists.ROUTES,
    *relationships.ROUTES,
    *suggestions.ROUTES,
    *tags.ROUTES,
    *apps.ROUTES,
    *oauth.ROUTES,
    *own_account.ROUTES,
    *sign_up.ROUTES,
    *media.ROUTES,
    *notifications.ROUTES,
    *notification_groups.ROUTES,
    *notification_policies.ROUTES,
    *statuses.ROUTES,
    *status_acts.ROUTES,
    *status_posting.ROUTES,
)
