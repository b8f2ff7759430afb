"""Words and photos arrive as they were written: any script, any sign, as many photos as a post may have."""

from __future__ import annotations

from tests.journeys.conftest import World
from tests.rossgram_fed.media.samples import a_file

CAPTION = """<script>alert(1)</script> & "quotes" 'too' <b>bold</b> &amp; 100% {{ 7 * 7 }}
Zweite Zeile #Ærøskøbing #日本 🌊 https://example.org/a?b=1&c=<d> שלום"""
DESCRIPTION = """"><img src=x onerror=alert(1)> 'a' & <b>\nsecond line 🌊"""
WARNING = 'Höhe > 3000 & "more" <3'


def squeezed(text: str) -> str:
    """A text without spaces, and without the part of addresses that is not shown."""
    return "".join(text.replace("https://", "").split())


async def test_signs_of_all_kinds(world: World) -> None:
    """What looks like code is shown as it was typed and does nothing, on both servers, in every place it appears."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await ana.submit(
        await ana.get("/settings/profile"), "/settings/profile", name='A<b>na</b> & "co"', bio="<script>x</script> é"
    )
    await bo.follow(ana.handle)
    await world.settle()
    posted = await ana.post(CAPTION, [("a<b>.jpg", a_file())], descriptions=[DESCRIPTION], warning=WARNING)
    await world.settle()
    there = await world.place("beta", posted)
    for person, path in ((ana, posted.path), (bo, there), (bo, "/")):
        page = await person.get(path)
        assert page.alts == [DESCRIPTION], path
        assert squeezed(CAPTION) in squeezed(page.text), path
        assert WARNING in page.text
        assert 'A<b>na</b> & "co"' in page.text
        for harm in ("<script>alert", "<img src=x", "<b>bold"):
            assert harm not in page.html, (path, harm)
    for name in ("ærøskøbing", "日本"):
        for person in (ana, bo):
            assert WARNING in (await person.get(f"/tags/{name}")).text
    profile = await bo.get("/@ana@alpha.test")
    assert "<script>x</script> é" in profile.text
    comment = await bo.comment(there, "<u>&lt;</u> \\0 %s\n\n\nlast")
    await world.settle()
    assert "<u>&lt;</u> \\0 %s last" in (await ana.get(posted.path)).text
    assert "<u>&lt;</u> \\0 %s last" in comment.text


async def test_as_many_photos_as_may_be(world: World) -> None:
    """Twenty photos arrive, each with its own description, in the order they were given; a twenty-first is refused."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await bo.follow(ana.handle)
    await world.settle()
    files = [(f"{number}.jpg", a_file(width=64, height=48, seed=number)) for number in range(20)]
    said = [f"Number {number}" for number in range(20)]
    posted = await ana.post("All of them", files, descriptions=said)
    assert posted.alts == said
    await world.settle()
    shown = await bo.get(await world.place("beta", posted))
    assert shown.alts == said
    assert {(await bo.fetch(picture.src))[0] for picture in shown.described} == {200}
    page = await ana.submit(await ana.get("/new"), "/new", press="add", files=[*files, ("more.jpg", a_file(seed=99))])
    page = await ana.submit(page, "/new", press="post", caption="One too many")
    assert page.status == 422
    assert "at most 20 photos" in page.text
