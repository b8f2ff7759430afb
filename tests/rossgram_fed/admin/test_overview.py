"""The admin's overview: who may see it, what it shows, and what its buttons do."""

from __future__ import annotations

import pytest

from rossgram_fed.federation.hosts import SILENCES
from rossgram_fed.instance import Change
from rossgram_fed.jobs.queue import Queue
from rossgram_fed.models import MediaFile
from rossgram_fed.routes import FORMS
from tests.builders import a_post
from tests.conftest import NOON
from tests.rossgram_fed.admin.conftest import Office

HOUR = 3_600_000
PATHS = ("/admin", "/admin/failed/deliveries", "/admin/failed/arrivals", "/admin/failed/jobs")
FOR_MODERATORS = ("/admin/reports", "/admin/accounts", "/admin/log")
"""Pages and forms that are for moderators as well, and tested as such."""
BUTTONS = [path for path, _ in FORMS if path.startswith("/admin") and not path.startswith(FOR_MODERATORS)]


async def a_host(change: Change, host: str, *, failures: int, rest: int) -> None:
    await change.tx.execute(
        "INSERT INTO hosts (host, failures, failing_since, paused_until, prefers_rfc9421_until, software, updated_at) "
        "VALUES ($1, $2, $3, $4, 0, '', $3)",
        host,
        failures,
        change.now - HOUR,
        change.now + rest if rest else 0,
    )


@pytest.mark.parametrize("path", PATHS)
async def test_only_admins_see_it(office: Office, path: str) -> None:
    """Members and moderators are refused, visitors sent to the sign-in page."""
    assert (await office.admin.get(path)).status == 200
    for browser in office.people.values():
        assert (await browser.get(path)).status == 403
    assert (await office.site.visitor.get(path)).status == 303


async def test_every_button_is_for_admins_with_a_form_of_ours(office: Office) -> None:
    """Each button in the table of routes refuses others, and refuses admins without the page's token."""
    row_id = await office.job()
    assert len(BUTTONS) >= 3
    for pattern in BUTTONS:
        path = pattern.replace("{queue}", "jobs").replace("{id}", str(row_id))
        for browser in office.people.values():
            assert (await browser.post(path, at="/settings")).status == 403, path
        assert (await office.site.visitor.post(path, at="/sign-in")).status in (303, 401), path
        assert (await office.admin.fetch("POST", path, data={"csrf": "0" * 64})).status == 403, path
        answer = await office.admin.post(path, at="/settings", Origin="https://evil.test")
        assert answer.status == 403, path
    assert await office.state(Queue.JOBS, row_id) == 2


async def test_an_idle_server(office: Office) -> None:
    """With nothing to tell, the page says so in words."""
    page = await office.admin.text("/admin")
    assert "Every server that we spoke to lately answers." in page
    assert "Nothing in the last thirty days." in page
    assert "Try" not in page.partition("<main")[2]


async def test_figures(office: Office) -> None:
    """Queues, hosts, sizes and the version are there."""
    await office.delivery({"type": "Create"}, state=0, error="")
    await office.delivery({"type": "Create"}, state=0)
    await office.delivery({"type": "Like"})
    await office.job(state=0)
    async with office.instance.change() as change:
        await a_host(change, "there.test", failures=SILENCES + 1, rest=2 * HOUR)
        await a_host(change, "busy.test", failures=0, rest=HOUR)
        for key, remote, size in (("a.webp", False, 5 << 20), ("b.webp", True, 123)):
            await MediaFile.create(id=change.new_id(), key=key, remote=remote, size=size, created_at=change.now)
    page = " ".join((await office.admin.text("/admin")).split())
    assert '<td>2</td><td>1</td> <td><a href="/admin/failed/deliveries">1</a></td>' in page
    assert "Does not answer since 28 May 2026, 19:26 UTC, 6 times in a row. Next try" in page
    assert "in 2 h" in page
    assert "2 deliveries wait" in page
    assert "Asked to be left alone." in page
    assert "5 MB" in page
    assert "123 bytes" in page
    assert "the oldest since 28 May 2026, 20:26 UTC" in page
    assert page.count(">Try now<") == 1, "a server that asked for a rest is not knocked at"


async def test_hostile_strings(office: Office) -> None:
    """Nothing that strangers named or said becomes markup or turns the page around."""
    evil = "<img src=x onerror=alert(1)>\u202e"
    await office.arrival({"type": evil}, error=evil)
    await office.arrival(["no", "object"])
    await office.delivery({"type": ["Create"]}, host=f"a{evil}.test", error=f"a{evil}.test answered 500.")
    async with office.instance.change() as change:
        await a_host(change, f'"{evil}', failures=SILENCES, rest=HOUR)
    page = await office.admin.text("/admin")
    assert "<img" not in page
    assert "\u202e" not in page.replace('value="&#34;&lt;img src=x onerror=alert(1)&gt;\u202e"', "")
    assert "Something from @sam@there.test" in page


async def test_try_a_silent_host_now(office: Office) -> None:
    """Its pause ends, what waits for it is due, and the admin is led back."""
    row_id = await office.delivery({"type": "Create"}, state=0)
    async with office.instance.change() as change:
        await a_host(change, "there.test", failures=SILENCES, rest=HOUR)
        await change.tx.execute("UPDATE deliveries SET run_at = $1", NOON + HOUR)
    answer = await office.admin.post("/admin/hosts/try", {"host": "there.test"}, at="/admin")
    assert (answer.status, answer.headers["Location"]) == (303, "/admin")
    row = await office.instance.database.fetch_one("SELECT run_at FROM deliveries WHERE id = $1", row_id)
    paused = await office.instance.database.fetch_value("SELECT paused_until FROM hosts")
    assert (row and row["run_at"], paused) == (NOON, 0)
    for host in ("nowhere.test", "", "\x00", "x" * 5000):
        assert (await office.admin.post("/admin/hosts/try", {"host": host}, at="/admin")).status == 303


async def test_try_again_and_drop(office: Office) -> None:
    """Each queue's failures can be given another go, or forgotten; what is not there is 404."""
    makers = {"arrivals": Queue.INBOX, "deliveries": Queue.DELIVERIES, "jobs": Queue.JOBS}
    for name, queue in makers.items():
        rows = [
            await {
                "arrivals": lambda: office.arrival({"type": "Create"}),
                "deliveries": lambda: office.delivery({"type": "Delete"}),
                "jobs": office.job,
            }[name]()
            for _ in range(2)
        ]
        base = f"/admin/failed/{name}"
        assert f"{base}/{rows[0]}/try" in await office.admin.text(base)
        again = await office.admin.post(f"{base}/{rows[0]}/try", {"next": base}, at=base)
        assert (again.status, again.headers["Location"]) == (303, base)
        assert (await office.admin.post(f"{base}/{rows[1]}/drop", at=base)).status == 303
        assert (await office.state(queue, rows[0]), await office.state(queue, rows[1])) == (0, None)
        for gone in (*rows, 7):
            for verb in ("try", "drop"):
                assert (await office.admin.post(f"{base}/{gone}/{verb}", at="/settings")).status == 404
    for path in ("/admin/failed/users/1/drop", "/admin/failed/jobs/x/drop", "/admin/failed/jobs/" + "9" * 30 + "/try"):
        assert (await office.admin.post(path, at="/settings")).status == 404
    assert (await office.admin.get("/admin/failed/users")).status == 404


@pytest.mark.parametrize(
    ("kind", "later", "status", "why"),
    [
        ("Follow", True, 422, "its Undo may have been done since"),
        ("Follow", False, 303, "nothing came after it"),
        ("Update", True, 422, "it would bring an older text back"),
        ("Create", True, 303, "a Create is the same at any time"),
        ("Delete", True, 303, "and so is a Delete"),
    ],
)
async def test_nothing_old_overtakes(office: Office, kind: str, later: bool, status: int, why: str) -> None:
    """What something later may have taken back is not done again, in either direction."""
    async with office.instance.change() as change:
        post = await a_post(change, office.alice)
    arrival = await office.arrival({"type": kind})
    delivery = await office.delivery({"type": kind}, post_id=post.id)
    await office.delivery({"type": "Undo"}, state=1, host="elsewhere.test")
    if later:
        await office.arrival({"type": "Undo"}, state=1)
        await office.delivery({"type": "Undo"}, state=1)
    for path in (f"arrivals/{arrival}", f"deliveries/{delivery}"):
        answer = await office.admin.post(f"/admin/failed/{path}/try", at="/admin")
        assert answer.status == status, f"{path}: {why}"


async def test_a_deleted_post_is_not_sent_again(office: Office) -> None:
    """A Create whose post is gone stays a failure: nothing resurrects."""
    row_id = await office.delivery({"type": "Create"}, post_id=None)
    answer = await office.admin.post(f"/admin/failed/deliveries/{row_id}/try", at="/admin")
    assert answer.status == 422
    assert await office.state(Queue.DELIVERIES, row_id) == 2


async def test_long_lists_have_pages(office: Office) -> None:
    """The overview shows a few failures and where all are; the list goes by pages."""
    rows = [await office.job() for _ in range(33)]
    overview = await office.admin.text("/admin")
    assert overview.count("/drop") == 5
    assert ">All 33<" in overview
    first = await office.admin.text("/admin/failed/jobs")
    assert first.count("/drop") == 30
    assert f"before={rows[3]}" in first
    assert (await office.admin.text(f"/admin/failed/jobs?before={rows[3]}")).count("/drop") == 3


async def test_only_admins_find_the_way(office: Office) -> None:
    """The settings lead admins there and nobody else."""
    assert 'href="/admin"' in await office.admin.text("/settings")
    assert 'href="/admin"' not in await office.people["moderator"].text("/settings")
