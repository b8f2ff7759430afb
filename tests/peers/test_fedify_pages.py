"""The same neighbours, seen by a person in a browser: everything goes through the forms and pages that people have."""

from __future__ import annotations

from pathlib import Path

import pytest

from activitypub.signatures import Scheme
from rossgram_fed.demo.pictures import draw_landscape
from tests.journeys.visitor import Visitor
from tests.peers.fedify import fedify
from tests.peers.here import PASSWORD, our_server


@pytest.mark.parametrize("first_knock", list(Scheme))
async def test_alice_in_her_browser(tmp_path: Path, first_knock: Scheme) -> None:
    """Alice finds Fay by her handle, follows, sees her photo and its description, and talks; Fay verifies it all.

    Our first knock is draft-cavage; once Fay has proved that she reads RFC 9421 she is spoken to in that.
    """
    async with our_server(tmp_path) as here, fedify(first_knock=first_knock, host="fay.localhost") as fay:
        alice = Visitor(here.instance.settings.base_url, username="alice")
        try:
            await alice.sign_in(PASSWORD)
            await fay.photo("<p>Before</p>", [(draw_landscape(2, width=64, height=48)[0], "The sea")])
            found = await alice.find(fay.handle)
            assert "Fay of Fedify" in found.text
            await alice.submit(found, "follow")
            await here.settle()
            after = await fay.photo("<p>After</p>", [(draw_landscape(3, width=64, height=48)[0], "A lane")])
            await here.settle()
            home = await alice.get("/")
            assert home.alts == ["A lane", "The sea"]
            for picture in home.described:
                status, content_type, _ = await alice.fetch(picture.src)
                assert (status, content_type) == (200, "image/webp")

            path = (await alice.find(after["object"])).path
            for act in ("like", "boost"):
                await alice.press(path, f"{path}/{act}")
            comment = await alice.comment(path, "Where is this?")
            await here.settle()
            answer = await fay.reply(comment.uri, "<p>Behind the mill</p>", to=here.actor)
            await here.settle()
            assert "Behind the mill" in (await alice.get(path)).text
            assert "Fay of Fedify commented" in (await alice.get("/notifications")).text
            await fay.like(comment.uri, to=here.actor)
            boost = await fay.boost(comment.uri, to=here.actor)
            await here.settle()
            news = (await alice.get("/notifications")).text
            assert "Fay of Fedify liked your post" in news
            assert "Fay of Fedify boosted your post" in news
            await fay.undo(boost["id"])
            await fay.delete(answer["object"], to=[here.actor])
            await here.settle()
            assert "Behind the mill" not in (await alice.get(path)).text

            await alice.submit(await alice.get(f"{comment.path}/edit"), "edit", caption="Where was this?")
            await here.settle()
            for shown, act in ((comment.path + "/delete", "delete"), (path, "unboost"), (path, "unlike")):
                await alice.press(shown, act)
                await here.settle()
            await alice.press(found.path, "unfollow")
            await here.settle()
            log = await fay.log()
        finally:
            await alice.close()
    types = ["Follow", "Like", "Announce", "Create", "Update", "Delete", "Undo", "Undo", "Undo"]
    assert [entry["type"] for entry in log] == types
    assert {entry["actor"] for entry in log} == {here.actor}
    assert [entry["scheme"] for entry in log] == ["cavage", *[first_knock.value] * (len(types) - 1)]
