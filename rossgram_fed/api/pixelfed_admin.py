"""What Pixelfed's app shows to admins: figures, people, reports, other servers. A door to what our own pages do.

Only admins come in, with a token that says so (``admin:read``, ``admin:write``). What of Pixelfed's is not here (mail,
automatic spam marks, settings that apps change) is empty or refused.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.api.accounts import account
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.pixelfed import Success, detailed
from rossgram_fed.api.entities.pixelfed_admin import (
    AdminInstance,
    AdminInstances,
    AdminInstanceShown,
    AdminReport,
    AdminUser,
    AdminUsers,
    AdminUserShown,
    Links,
    Moderation,
    Stats,
    UserMeta,
)
from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.figures import FIGURES
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.reading import accounts_by_ids, statuses_by_ids
from rossgram_fed.api.table import Route, Who
from rossgram_fed.federation.domain_rules import Rule, all_rules
from rossgram_fed.models.accounts import Role, Standing
from rossgram_fed.moderation.hosts import KnownHost, known_hosts
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.queries import AccountRecord, account_by_id, accounts
from rossgram_fed.moderation.staff import Staff
from rossgram_fed.moderation.standing import DEEDS
from rossgram_fed.reports.actions import resolve
from rossgram_fed.reports.queries import open_count, report_by_id, reports
from rossgram_fed.web.errors import Forbidden, Invalid, NotFound

PAGE_SIZE = 10
MOST_REPORTS = 40
FURTHEST = 10_000
WHY = "Decided in Pixelfed's app."


class UsersParams(msgspec.Struct, kw_only=True):
    """Which of the people here."""

    q: str = ""
    cursor: Id | None = None


class UserParams(msgspec.Struct, kw_only=True):
    """Whom."""

    user_id: Id


class ActionParams(msgspec.Struct, kw_only=True):
    """What to do, and to what."""

    id: Id
    action: str


class InstancesParams(msgspec.Struct, kw_only=True):
    """Which of the other servers, in which order."""

    q: str = ""
    sort: str = "desc"
    sort_by: str = "id"
    page: int = 1


class InstanceParams(msgspec.Struct, kw_only=True):
    """Which server."""

    id: str = ""


async def stats(call: Call) -> Stats:
    """Count what there is here."""
    _staff(call)
    totals = await call.request.app[FIGURES].totals(call.instance)
    waiting = await open_count(call.database, role=Role.ADMIN)
    return Stats(totals.users, totals.posts, totals.domains, waiting, 0)


async def users(call: Call, params: UsersParams) -> AdminUsers:
    """List people here, those who came last first."""
    _staff(call)
    found = await accounts(
        call.database,
        viewer=Role.ADMIN,
        shown="here",
        search=params.q[:300],
        before=params.cursor,
        limit=PAGE_SIZE + 1,
    )
    people = await accounts_by_ids(call.database, call.settings, [one.account.id for one in found])
    data = [_user(one, people[one.account.id]) for one in found[:PAGE_SIZE] if one.account.id in people]
    more = len(found) > PAGE_SIZE and data
    address = f"{call.settings.base_url}{call.request.path}"
    return AdminUsers(data, Links(first=address, next=f"{address}?cursor={data[-1].id}" if more else None))


async def user(call: Call, params: UserParams) -> AdminUserShown:
    """Show somebody here, and what was done about them."""
    _staff(call)
    return await _shown(call, params.user_id)


async def act_on_user(call: Call, params: ActionParams) -> AdminUserShown:
    """Limit an account, or lift its limit: ``unlisted``. Pixelfed's other actions are not here."""
    staff = _staff(call)
    record = await _record(call, params.id)
    if params.action != "unlisted":
        raise Invalid(f"There is no action {params.action[:40]!r} here; this server's pages for admins have others.")
    deed = Deed.LIMIT if record.limited_at is None else Deed.UNLIMIT
    async with call.instance.change() as change:
        await DEEDS[deed](change, staff, account_id=params.id, reason=WHY)
    return await _shown(call, params.id)


async def list_reports(call: Call) -> list[AdminReport]:
    """List the reports that wait, the newest first."""
    _staff(call)
    found = await reports(call.database, role=Role.ADMIN, limit=MOST_REPORTS)
    named = {one.target.id for one in found} | {one.reporter.id for one in found if one.reporter is not None}
    people = await accounts_by_ids(call.database, call.settings, named)
    first = [one.post_ids[0] for one in found if one.post_ids]
    posts = await statuses_by_ids(call.database, call.settings, first, viewer_id=call.account_id)
    listed = []
    for one in found:
        status = posts.get(one.post_ids[0]) if one.post_ids else None
        listed.append(
            AdminReport(
                id=str(one.id),
                type=one.category or one.host,
                message=one.comment,
                object_id=status.id if status is not None else str(one.target.id),
                object_type="App\\Status" if status is not None else "App\\Profile",
                created_at=instant(one.created_at),
                reported_by_account=people.get(one.reporter.id) if one.reporter is not None else None,
                status=status,
                account=people.get(one.target.id),
            )
        )
    return listed


async def handle_report(call: Call, params: ActionParams) -> Success:
    """Close a report: ``ignore``. What else can be done is on this server's pages for admins."""
    staff = _staff(call)
    if await report_by_id(call.database, params.id, role=Role.ADMIN) is None:
        raise NotFound("Record not found")
    if params.action != "ignore":
        raise Invalid(f"There is no action {params.action[:40]!r} here; this server's pages for admins have others.")
    async with call.instance.change() as change:
        await resolve(change, staff, report_id=params.id, note=WHY)
    return Success()


async def instances(call: Call, params: InstancesParams) -> AdminInstances:
    """List the servers from which somebody is known."""
    _staff(call)
    page = min(max(params.page, 1), FURTHEST)
    found = await known_hosts(
        call.database,
        order=params.sort_by,
        upwards=params.sort == "asc",
        only=params.q.strip().lower(),
        limit=PAGE_SIZE + 1,
        offset=(page - 1) * PAGE_SIZE,
    )
    rules = {rule.host: rule for rule in await all_rules(call.database)}
    address = f"{call.settings.base_url}{call.request.path}?sort={params.sort}&sort_by={params.sort_by}&page="
    links = Links(
        first=f"{address}1",
        prev=f"{address}{page - 1}" if page > 1 else None,
        next=f"{address}{page + 1}" if len(found) > PAGE_SIZE else None,
    )
    return AdminInstances([_instance(one, rules.get(one.host)) for one in found[:PAGE_SIZE]], links)


async def instance(call: Call, params: InstanceParams) -> AdminInstanceShown:
    """Show one of them, given by its name."""
    _staff(call)
    found = await known_hosts(call.database, only=params.id.strip().lower() or "-", limit=1)
    if not found:
        raise NotFound("Record not found")
    rules = {rule.host: rule for rule in await all_rules(call.database)}
    return AdminInstanceShown(_instance(found[0], rules.get(found[0].host)))


async def nothing(call: Call) -> list[Any]:
    """Show an empty list: nothing is marked as spam by itself, and apps change no settings."""
    _staff(call)
    return []


async def refuse(call: Call) -> None:
    """Refuse what is not here."""
    _staff(call)
    raise Invalid("There is nothing of that kind here: the settings of this server stand in its configuration file.")


def _staff(call: Call) -> Staff:
    """Return the admin who acts; raise ``Forbidden`` for moderators, who have our own pages."""
    caller = call.caller
    if caller is None or caller.role < Role.ADMIN:
        raise Forbidden("This action is not allowed")
    return Staff(call.account_id, f"@{caller.username}", caller.role)


async def _record(call: Call, account_id: int) -> AccountRecord:
    record = await account_by_id(call.database, account_id, viewer=Role.ADMIN)
    if record is None or not record.account.local:
        raise NotFound("Record not found")
    return record


async def _shown(call: Call, account_id: int) -> AdminUserShown:
    record = await _record(call, account_id)
    shown = detailed(await account(call, account_id))
    limited, suspended = record.limited_at is not None, record.suspended_at is not None
    return AdminUserShown(_user(record, shown), UserMeta(shown, record.waiting, Moderation(limited, suspended)))


def _user(record: AccountRecord, shown: Account) -> AdminUser:
    return AdminUser(
        id=shown.id,
        profile_id=shown.id,
        name=shown.display_name,
        username=shown.username,
        is_admin=record.role is Role.ADMIN,
        email="",
        email_verified_at=None,
        two_factor_enabled=False,
        last_active_at=instant(record.seen_at) if record.seen_at else None,
        created_at=instant(record.created_at),
        avatar=shown.avatar,
        bio=str(detailed(shown).note_text),
        statuses_count=shown.statuses_count,
        following_count=shown.following_count,
        followers_count=shown.followers_count,
        is_private=shown.locked,
    )


def _instance(host: KnownHost, rule: Rule | None) -> AdminInstance:
    standing = rule.standing if rule is not None else Standing.OPEN
    return AdminInstance(
        id=host.host,
        domain=host.host,
        software=None,
        unlisted=standing is Standing.LIMITED,
        auto_cw=False,
        banned=standing is Standing.SUSPENDED,
        user_count=host.people,
        status_count=host.posts,
        last_crawled_at=None,
        notes=rule.comment if rule is not None else "",
        created_at=instant(host.met_at),
    )


def _read(path: str, handler: Any, gives: Any, takes: type | None = None) -> Route:
    return Route("GET", f"/api/admin/{path}", handler, scope="admin:read", who=Who.STAFF, takes=takes, gives=gives)


def _write(path: str, handler: Any, gives: Any, takes: type | None = None) -> Route:
    scope, statuses = "admin:write", (200,) if gives is not None else (422,)
    where = f"/api/admin/{path}"
    return Route("POST", where, handler, scope=scope, who=Who.STAFF, takes=takes, gives=gives, statuses=statuses)


ROUTES = (
    _read("stats", stats, Stats),
    _read("config", nothing, list[Any]),
    _write("config/update", refuse, None),
    _read("users/list", users, AdminUsers, UsersParams),
    _read("users/get", user, AdminUserShown, UserParams),
    _write("users/action", act_on_user, AdminUserShown, ActionParams),
    _read("mod-reports/list", list_reports, list[AdminReport]),
    _write("mod-reports/handle", handle_report, Success, ActionParams),
    _read("instances/list", instances, AdminInstances, InstancesParams),
    _read("instances/get", instance, AdminInstanceShown, InstanceParams),
    _read("autospam/list", nothing, list[Any]),
    _write("autospam/handle", refuse, None),
)
