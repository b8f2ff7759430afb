"""The page about the server, and the way to its source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rossgram_fed.config import Settings
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, User
from rossgram_fed.models.accounts import Role
from rossgram_fed.software import LICENCE, VERSION, source_url
from tests.builders import a_person
from tests.rossgram_fed.site import opened_site

SOURCE = "https://code.example.org/photos?a=1&b=2"


def with_source(settings: Settings, url: str) -> Settings:
    return replace(settings, server=replace(settings.server, source_url=url))


async def test_about(instance: Instance) -> None:
    """Anybody reads who runs the server, what becomes of photos, and what runs; members are not named."""
    async with instance.change() as change:
        await a_person(change, "anna", role=Role.ADMIN)
        for name in ("gone", "off"):
            await a_person(change, name, role=Role.ADMIN)
        await a_person(change, "bob")
        await Account.filter(username="gone").update(deleted_at=1)
        await User.filter(account_id=(await Account.get(username="off")).id).update(disabled_at=1)
    async with opened_site(instance) as site:
        page = await site.visitor.text("/about")
    assert "@anna" in page
    for untold in ("@bob", "@gone", "@off"):
        assert untold not in page
    for told in (VERSION, LICENCE, "4096 pixels", "which camera", "@name@here.test"):
        assert told in page


@pytest.mark.parametrize("path", ["/about", "/", "/explore", "/nobody"])
async def test_every_page_links_to_the_source(instance: Instance, path: str) -> None:
    """Whoever uses the server gets to its source from every page, when the settings name it (AGPL, section 13)."""
    settings = with_source(instance.settings, SOURCE)
    async with opened_site(replace(instance, settings=settings)) as site:
        page = await (await site.visitor.get(path)).text()
        nodeinfo = await (await site.visitor.get("/nodeinfo/2.1")).json()
    assert '<a href="https://code.example.org/photos?a=1&amp;b=2" rel="noopener">Source</a>' in page
    assert nodeinfo["software"]["repository"] == SOURCE


async def test_no_source_no_link(instance: Instance) -> None:
    """Where nobody says where the source is, no link leads nowhere, and the page says whom to ask."""
    settings = with_source(instance.settings, "")
    async with opened_site(replace(instance, settings=settings)) as site:
        page = await site.visitor.text("/about")
    assert (">Source</a>" in page) == bool(source_url(settings))
    assert ("ask the people who run it" in page) == (not source_url(settings))
