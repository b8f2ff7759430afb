"""Who may see and do what, as a table of role, page and action; and that nobody learns who reported or who decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from rossgram_fed.accounts.actions import delete_account
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Post, Report, StaffAction
from rossgram_fed.models.accounts import Role
from rossgram_fed.routes import FORMS, PAGES
from tests.builders import a_person, a_post
from tests.fediverse import server_keys
from tests.rossgram_fed.admin.conftest import Office
from tests.rossgram_fed.web.browser import Browser

VISITOR, MEMBER, MODERATOR, ADMIN = "visitor", "member", "moderator", "admin"
REASON = {"reason": "Because"}


@dataclass
class Court:
    """The office with something to decide: reports about a member, a moderator and an admin."""

    office: Office
    people: dict[str, Account]
    posts: dict[str, Post]
    reports: dict[str, int]

    @property
    def browsers(self) -> dict[str, Browser]:
        return {VISITOR: self.office.site.visitor, ADMIN: self.office.admin, **self.office.people}

    def path(self, pattern: str, about: str) -> str:
        """An address about one of the accused."""
        number = self.reports[about] if "reports" in pattern else self.people[about].id
        return pattern.replace("{id}", str(number)).replace("{photo_id}", "1").replace("{queue}", "jobs")

    async def counts(self) -> tuple[Any, ...]:
        accounts = await Account.exclude(limited_at=None, suspended_at=None).count()
        closed = await Report.exclude(resolved_at=None).count()
        return accounts, closed, await Post.all().count(), await StaffAction.all().count()


@pytest.fixture
async def court(office: Office) -> Court:
    roles = {MEMBER: Role.MEMBER, MODERATOR: Role.MODERATOR, ADMIN: Role.ADMIN}
    people, posts, reports = {}, {}, {}
    async with office.instance.change() as change:
        for name, role in roles.items():
            person = people[name] = await a_person(change, f"accused_{name}", role=role)
            await store_account_keys(change, person.id, server_keys())
            posts[name] = await a_post(change, person, caption=f"Words of the {name}")
            reports[name] = change.new_id()
            await Report.create(
                id=reports[name], reporter_id=office.alice.id, target_id=person.id, comment=f"About the {name}",
                post_ids=f"[{posts[name].id}]", created_at=change.now, updated_at=change.now,
            )  # fmt: skip
    return Court(office, people, posts, reports)


SEE: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("/admin", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 403, ADMIN: 200}),
    ("/admin/failed/{queue}", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 403, ADMIN: 200}),
    ("/admin/reports", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 200, ADMIN: 200}),
    ("/admin/reports?show=closed", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 200, ADMIN: 200}),
    ("/admin/reports/{id}", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 200, ADMIN: 200}),
    ("/admin/reports/{id}", MODERATOR, {VISITOR: 303, MEMBER: 403, MODERATOR: 404, ADMIN: 200}),
    ("/admin/reports/{id}", ADMIN, {VISITOR: 303, MEMBER: 403, MODERATOR: 404, ADMIN: 200}),
    ("/admin/reports/{id}/photos/{photo_id}", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 404, ADMIN: 404}),
    ("/admin/accounts", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 200, ADMIN: 200}),
    ("/admin/accounts/{id}", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 200, ADMIN: 200}),
    ("/admin/accounts/{id}", ADMIN, {VISITOR: 303, MEMBER: 403, MODERATOR: 200, ADMIN: 200}),
    ("/admin/log", MEMBER, {VISITOR: 303, MEMBER: 403, MODERATOR: 200, ADMIN: 200}),
)
"""Page, about whom, and the answer for each role."""

ACT: tuple[tuple[str, str, dict[str, str], dict[str, int]], ...] = (
    ("/admin/accounts/{id}", MEMBER, {"do": "limit"}, {MEMBER: 403, MODERATOR: 303, ADMIN: 303}),
    ("/admin/accounts/{id}", MEMBER, {"do": "suspend"}, {MEMBER: 403, MODERATOR: 303, ADMIN: 303}),
    ("/admin/accounts/{id}", MEMBER, {"do": "delete_post"}, {MEMBER: 403, MODERATOR: 422, ADMIN: 422}),
    ("/admin/accounts/{id}", MEMBER, {"do": "limit", "reason": " "}, {MEMBER: 403, MODERATOR: 422, ADMIN: 422}),
    ("/admin/accounts/{id}", MODERATOR, {"do": "suspend"}, {MEMBER: 403, MODERATOR: 403, ADMIN: 303}),
    ("/admin/accounts/{id}", ADMIN, {"do": "limit"}, {MEMBER: 403, MODERATOR: 403, ADMIN: 403}),
    ("/admin/accounts/{id}", ADMIN, {"do": "suspend"}, {MEMBER: 403, MODERATOR: 403, ADMIN: 403}),
    ("/admin/accounts/{id}/warn", MEMBER, {"warning": "Mind"}, {MEMBER: 403, MODERATOR: 303, ADMIN: 303}),
    ("/admin/accounts/{id}/warn", MEMBER, {"warning": " "}, {MEMBER: 403, MODERATOR: 422, ADMIN: 422}),
    ("/admin/accounts/{id}/warn", MODERATOR, {"warning": "Mind"}, {MEMBER: 403, MODERATOR: 403, ADMIN: 303}),
    ("/admin/accounts/{id}/warn", ADMIN, {"warning": "Mind"}, {MEMBER: 403, MODERATOR: 403, ADMIN: 403}),
    ("/admin/reports/{id}", MEMBER, {}, {MEMBER: 403, MODERATOR: 303, ADMIN: 303}),
    ("/admin/reports/{id}", MEMBER, {"standing": "suspend"}, {MEMBER: 403, MODERATOR: 303, ADMIN: 303}),
    ("/admin/reports/{id}", MEMBER, {"delete": "POST"}, {MEMBER: 403, MODERATOR: 303, ADMIN: 303}),
    ("/admin/reports/{id}", MEMBER, {"keep_open": "1"}, {MEMBER: 403, MODERATOR: 422, ADMIN: 422}),
    ("/admin/reports/{id}", MODERATOR, {"standing": "limit"}, {MEMBER: 403, MODERATOR: 404, ADMIN: 303}),
    ("/admin/reports/{id}", ADMIN, {"standing": "suspend"}, {MEMBER: 403, MODERATOR: 404, ADMIN: 403}),
    ("/admin/reports/{id}", ADMIN, {"delete": "POST"}, {MEMBER: 403, MODERATOR: 404, ADMIN: 403}),
)
"""Form, about whom, what is chosen, and the answer for each role."""


async def test_pages(court: Court) -> None:
    """Each page answers each role as the table says, and no page for the staff is missing from the table."""
    for pattern, about, answers in SEE:
        for role, status in answers.items():
            answer = await court.browsers[role].get(court.path(pattern, about))
            assert answer.status == status, (pattern, about, role)
    listed = {pattern.partition("?")[0] for pattern, *_ in SEE}
    assert listed >= {path for path, _ in PAGES if path.startswith(("/admin/reports", "/admin/accounts", "/admin/log"))}


@pytest.mark.parametrize("role", [MEMBER, MODERATOR, ADMIN])
async def test_actions(court: Court, role: str) -> None:
    """Each form does for each role what the table says; what is refused leaves no trace, not even in the log."""
    listed = {pattern for pattern, *_ in ACT}
    assert listed == {path for path, _ in FORMS if path.startswith(("/admin/reports", "/admin/accounts"))}
    for pattern, about, chosen, answers in ACT:
        fields = REASON | chosen
        if fields.get("delete"):
            fields["delete"] = str(court.posts[about].id)
        before = await court.counts()
        answer = await court.browsers[role].post(court.path(pattern, about), fields, at="/settings")
        assert answer.status == answers[role], (pattern, about, chosen, await answer.text())
        assert (await court.counts() != before) == (answers[role] == 303), (pattern, about, chosen)
        await _as_before(court)


async def _as_before(court: Court) -> None:
    await Account.all().update(limited_at=None, suspended_at=None)
    await Report.all().update(resolved_at=None)
    async with court.office.instance.change() as change:
        for name, post in court.posts.items():
            if not await Post.exists(id=post.id):
                court.posts[name] = await a_post(change, court.people[name])
                await Report.filter(id=court.reports[name]).update(post_ids=f"[{court.posts[name].id}]")


async def test_reports_about_the_staff_are_for_admins(court: Court) -> None:
    """A moderator neither reads nor counts what was said about the staff, in no list and on no page."""
    pages = ["/admin/reports", "/admin/accounts", *(f"/admin/accounts/{one.id}" for one in court.people.values())]
    for page in pages:
        shown = await court.office.people[MODERATOR].text(page)
        assert "About the moderator" not in shown, page
        assert "About the admin" not in shown, page
    assert "About the member" in await court.office.people[MODERATOR].text("/admin/reports")
    everything = await court.office.admin.text("/admin/reports")
    assert all(f"About the {name}" in everything for name in (MEMBER, MODERATOR, ADMIN))


async def test_nobody_is_named_to_others(court: Court) -> None:
    """Who reported, who decided and why stand on no page of the accused, of the reporter, or of visitors."""
    path = court.path("/admin/reports/{id}", MEMBER)
    answer = await court.office.people[MODERATOR].post(
        path, {"reason": "A secret reason", "standing": "limit"}, at=path
    )
    assert answer.status == 303
    await Account.all().update(discoverable=False)  # an empty home suggests people, whatever they decided
    accused = await court.office.site.browser(court.people[MEMBER])
    readers = [accused, court.office.people[MEMBER], court.office.site.visitor]
    pages = ["/", "/notifications", "/settings", "/about", "/@accused_member", "/users/accused_member"]
    for page in (*pages, f"/p/{court.posts[MEMBER].id}"):
        for reader in readers:
            shown = await reader.text(page)
            assert "A secret reason" not in shown, page
            assert "About the member" not in shown, page
            assert "@moderator" not in shown, page
        assert "@alice" not in await accused.text(page), page


async def test_a_photo_of_the_evidence(court: Court, instance: Instance) -> None:
    """A photo is shown to moderators by the report that names its post, and by no other."""
    async with instance.change() as change:
        photo_id = change.new_id()
        await change.tx.execute(
            "INSERT INTO photos (id, account_id, post_id, position, state, kind, description, media_type, remote_url, "
            "blurhash, placeholder, focal_x, focal_y, renditions, sensitive, created_at) "
            "VALUES ($1, $2, $3, 0, 1, 'image', '', '', '', '', '', 0, 0, $4, FALSE, 1)",
            photo_id,
            court.people[MEMBER].id,
            court.posts[MEMBER].id,
            '{"feed": {"key": "KEY", "media_type": "image/jpeg", "width": 1, "height": 1, "size": 1}}',
        )
    moderator = court.office.people[MODERATOR]
    wrong = await court.office.admin.get(f"/admin/reports/{court.reports[ADMIN]}/photos/{photo_id}")
    assert (wrong.status, "nothing at this address" in await wrong.text()) == (404, True)
    right = await moderator.get(f"/admin/reports/{court.reports[MEMBER]}/photos/{photo_id}")
    assert "There is no picture" in await right.text(), "it looked for the file, which this test has not"
    await Report.filter(id=court.reports[MEMBER]).update(post_ids="[]")
    emptied = await moderator.get(f"/admin/reports/{court.reports[MEMBER]}/photos/{photo_id}")
    assert "nothing at this address" in await emptied.text()


async def test_those_who_left(court: Court, instance: Instance) -> None:
    """A report by or about somebody who has deleted their account is still shown, without their name, and is closed."""
    async with instance.change() as change:
        await delete_account(change, account_id=court.office.alice.id)
        await delete_account(change, account_id=court.people[MEMBER].id)
    path, moderator = court.path("/admin/reports/{id}", MEMBER), court.office.people[MODERATOR]
    shown = await moderator.text(path)
    assert "somebody who has left" in shown
    assert "@alice" not in shown
    assert "1 post of those reported is not there any more" in shown
    assert 'name="standing"' not in shown, "there is nobody to suspend"
    refused = await moderator.post(path, {"reason": "Too late", "standing": "suspend"})
    assert refused.status == 404
    assert (await moderator.post(path, {"reason": "Too late"})).status == 303
    assert (await court.counts())[1] == 1
