"""The page of a post's deliveries: who may see it, what it says, and what "Try now" does."""

from __future__ import annotations

import pytest

from rossgram_fed.federation.hosts import SILENCES
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import actions as post_actions
from tests.builders import a_post, a_stranger
from tests.conftest import NOON
from tests.rossgram_fed.deliveries.conftest import Sent

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


async def a_silent_host(sent: Sent, host: str, *, failures: int = SILENCES, rest: int = 60 * MINUTE) -> None:
    async with sent.site.instance.change() as change:
        await change.tx.execute(
            "INSERT INTO hosts (host, failures, failing_since, paused_until, prefers_rfc9421_until, software, "
            "updated_at) VALUES ($1, $2, $3, $4, 0, '', $3)",
            host,
            failures,
            change.now,
            change.now + rest,
        )


async def test_only_the_author_and_admins_see_it(sent: Sent) -> None:
    """Others get the answer they get where nothing is, and visitors the way to the sign-in page."""
    await sent.send()
    path = sent.path
    assert (await (await sent.site.browser(sent.alice)).get(path)).status == 200
    assert (await (await sent.site.browser(sent.admin)).get(path)).status == 200
    bob = await sent.site.browser(sent.bob)
    assert (await bob.get(path)).status == 404
    refused = await bob.post(f"{path}/try", at="/settings")
    assert refused.status == 404
    visitor = await sent.site.visitor.get(path)
    assert (visitor.status, visitor.headers["Location"]) == (303, f"/sign-in?next={path}")


async def test_there_is_none_of_what_is_not_ours(sent: Sent) -> None:
    """A stranger's post and an id that was never given have no such page, even for admins."""
    async with sent.site.instance.change() as change:
        theirs = await a_post(change, await a_stranger(change, domain="d.test"))
    admin = await sent.site.browser(sent.admin)
    for post_id in (theirs.id, 7, "99999999999999999999", "x"):
        assert (await admin.get(f"/p/{post_id}/deliveries")).status == 404


async def test_admins_do_not_read_along(sent: Sent) -> None:
    """The page tells an admin where a post for followers went, and nothing of what it says."""
    await sent.send()
    page = await (await sent.site.browser(sent.admin)).text(sent.path)
    assert "a.test" in page
    assert "Between us" not in page
    assert "the post by @alice" in page


async def test_what_became_of_it_is_said_in_words(sent: Sent) -> None:
    """Every state has its heading, its servers, its reason and, for those that wait, the next try."""
    await sent.send()
    await sent.set("a.test", state=1, finished_at=NOON)
    await sent.set("b.test", run_at=NOON + 5 * MINUTE, attempts=2, last_error="b.test answered 503.")
    await sent.set("c.test", state=2, finished_at=NOON, attempts=6, last_error="c.test answered 410.")
    page = await (await sent.site.browser(sent.alice)).text(sent.path)
    assert "1 server has it" in page
    assert "1 server is waiting for it" in page
    assert "in 5 min" in page
    assert "2 tries so far" in page
    assert "It has trouble of its own." in page
    assert "(answer 503)" in page
    assert "1 server does not take it" in page
    assert "after 6 tries" in page
    assert "The people who followed there are gone." in page


async def test_the_newest_comes_first(sent: Sent) -> None:
    """What was sent last about a post is what the author wants to know first."""
    await sent.send("Create")
    await sent.send("Update")
    page = await (await sent.site.browser(sent.alice)).text(sent.path)
    assert 0 < page.index("<h2>Edited") < page.index("<h2>Published")


async def test_a_row_under_way_and_a_paused_host(sent: Sent) -> None:
    """What is being sent at this moment says so; a host that rests is not bothered before its time."""
    await sent.send()
    await sent.set("a.test", leased_until=NOON + MINUTE)
    await a_silent_host(sent, "b.test", rest=3 * 60 * MINUTE)
    page = await (await sent.site.browser(sent.alice)).text(sent.path)
    assert "is being tried now" in page
    assert "is left alone for now" in page
    assert "in 3 h" in page
    assert "is next in line" in page


async def test_nothing_sent(sent: Sent) -> None:
    """A post that nobody elsewhere was told of says so, and offers nothing to press."""
    page = await (await sent.site.browser(sent.alice)).text(sent.path)
    assert "Nothing is on its way" in page
    assert "Try now" not in page


async def test_what_arrived_is_forgotten_after_a_week(sent: Sent) -> None:
    """An old sending says that its list is not whole."""
    await sent.send()
    alice = await sent.site.browser(sent.alice)
    assert "not listed after a week" not in await alice.text(sent.path)
    async with sent.site.instance.change() as change:
        await change.tx.execute("UPDATE outbox_activities SET created_at = $1", NOON - 8 * DAY)
    assert "not listed after a week" in await alice.text(sent.path)


async def test_hostile_strings(sent: Sent) -> None:
    """Nothing that a stranger's server said becomes markup, turns the text around or floods the page."""
    await sent.send()
    evil = "<script>alert(1)</script>\u202e\u0007\n" + "x" * 5000
    await sent.set("a.test", attempts=1, run_at=NOON + MINUTE, last_error=evil)
    await sent.set("b.test", host="<b>\u202eevil.test")
    page = await (await sent.site.browser(sent.alice)).text(sent.path)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<bdi>&lt;b&gt;evil.test</bdi>" in page
    assert not {"\u202e", "\u0007"} & set(page)
    assert len(page) < 20_000


async def test_a_deleted_post_shows_who_was_told(sent: Sent) -> None:
    """Its author can still see how far the Delete has come; others see nothing."""
    async with sent.site.instance.change() as change:
        for row in await change.tx.fetch("SELECT id FROM accounts WHERE domain <> ''"):
            await change.tx.execute(
                "INSERT INTO mentions (id, post_id, account_id) VALUES ($1, $2, $3)",
                change.new_id(),
                sent.post.id,
                row["id"],
            )
        await post_actions.delete(change, author_id=sent.alice.id, post_id=sent.post.id)
    page = await (await sent.site.browser(sent.alice)).text(sent.path)
    assert "<h2>Deleted" in page
    assert "3 servers are waiting for it" in page
    assert "who was told to delete it too" in page
    assert (await (await sent.site.browser(sent.bob)).get(sent.path)).status == 404


async def test_the_post_says_how_far_it_came(sent: Sent) -> None:
    """The author's own post links to the page with the figures of all its servers; nobody else's view does."""
    async with sent.site.instance.change() as change:
        public = await a_post(change, sent.alice, visibility=Visibility.PUBLIC)
    alice = await sent.site.browser(sent.alice)
    assert "/deliveries" not in await alice.text(f"/p/{public.id}")
    await sent.send(post=public)
    assert "Waiting for 3 servers" in await alice.text(f"/p/{public.id}")
    await sent.set("a.test", state=1)
    await sent.set("b.test", state=2)
    assert "On 1 server, 1 waiting, 1 refused" in await alice.text(f"/p/{public.id}")
    await sent.send("Update", post=public)
    assert "On 1 server, 3 waiting<" in await alice.text(f"/p/{public.id}")
    assert "/deliveries" not in await (await sent.site.browser(sent.bob)).text(f"/p/{public.id}")
    assert "/deliveries" not in await sent.site.visitor.text(f"/p/{public.id}")


async def test_many_servers_are_counted_and_some_are_listed(sent: Sent) -> None:
    """A post with thousands of followers has a page that loads: figures of all, a hundred names."""
    async with sent.site.instance.change() as change:
        for number in range(120):
            await a_stranger(change, "sam", domain=f"many{number:03}.test")
    await sent.send(hosts=tuple(f"many{number:03}.test" for number in range(120)))
    page = await (await sent.site.browser(sent.alice)).text(sent.path)
    assert "120 servers are waiting for it" in page
    assert page.count("<bdi>") == 100
    assert "And 20 more." in page


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}, {}])
async def test_only_our_own_form_tries(sent: Sent, headers: dict[str, str]) -> None:
    """A form from elsewhere, or without its token, moves nothing."""
    await sent.send()
    await sent.set("a.test", run_at=NOON + DAY)
    alice = await sent.site.browser(sent.alice)
    response = await alice.fetch("POST", f"{sent.path}/try", data={"csrf": "0" * 64}, **headers)
    assert response.status == 403
    assert max(row["run_at"] for row in await sent.rows()) == NOON + DAY
