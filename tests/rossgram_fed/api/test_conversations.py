"""Conversations: threads of direct posts, for those who take part alone."""

from __future__ import annotations

from rossgram_fed.models.reading import ConversationMark
from tests.apps import ApiSite
from tests.builders import a_person

URL = "/api/v1/conversations"


async def test_conversations(site: ApiSite) -> None:
    """They are listed by their newest post, read, put away, and come back with the next one; others see nothing."""
    async with site.instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
    ana, ben, eva = [await site.app(one) for one in (alice, bob, eve)]

    async def say(app: object, words: str, **more: str) -> str:
        reply = await app.post("/api/v1/statuses", status=words, visibility="direct", **more)  # type: ignore[attr-defined]
        return str(reply.body["id"])

    first = await say(ana, "@bob Hello")
    other = await say(ana, "@eve Hello")
    answer = await say(ben, "@alice Hello yourself", in_reply_to_id=first)
    await ana.post("/api/v1/statuses", status="@bob for everybody")
    listed = (await ana.get(URL)).body
    assert [(one["id"], one["unread"], one["last_status"]["id"]) for one in listed] == [
        (first, True, answer),
        (other, False, other),
    ]
    assert [[each["acct"] for each in one["accounts"]] for one in listed] == [["bob"], ["eve"]]
    page = await ana.get(f"{URL}?limit=1")
    assert page.ids == [first]
    assert (await ana.get(page.link("next"))).ids == [other]
    assert (await ben.get(URL)).body[0]["unread"] is False
    read = await ana.post(f"{URL}/{first}/read")
    assert (read.status, read.body["unread"]) == (200, False)
    assert (await ana.post(f"{URL}/{first}/unread")).body["unread"] is True
    assert (await ana.get(URL)).body[0]["unread"] is True
    assert (await ana.post(f"{URL}/{first}/read")).body["unread"] is False
    tries = [eva.post(f"{URL}/{first}/{what}") for what in ("read", "unread")]
    for refused in [*[await one for one in tries], await eva.delete(f"{URL}/{first}")]:
        assert refused.status == 404
    assert (await ana.delete(f"{URL}/{first}")).body == {}
    assert (await ana.get(URL)).ids == [other]
    assert await ConversationMark.all().count() == 1
    await say(ben, "@alice Still there?", in_reply_to_id=answer)
    assert (await ana.get(URL)).ids == [first, other]
