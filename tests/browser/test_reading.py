"""Reading with scripts: buttons that stay on the page, more photos below, newer ones announced, and the place kept."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from rossgram_fed.accounts.new_users import create_user, prepare_user
from tests.browser.conftest import Window
from tests.peers.here import PASSWORD, Here

POSTS = 12
expect.set_options(timeout=20_000)


async def _posts(here: Here, count: int) -> list[int]:
    return [(await here.post(f"Number {number}"))[0] for number in range(count)]


async def test_buttons_stay_on_the_page(here: Here, window: Window) -> None:
    """A like shows at once, is kept, and is taken back when it cannot be sent; a double tap likes and never unlikes."""
    (post,) = await _posts(here, 1)
    await window.sign_in()
    await window.open("/")
    page = window.page
    like = page.locator(".action-like")
    await like.click()
    await expect(like).to_have_attribute("aria-pressed", "true")
    await expect(like.locator(".count")).to_have_text("1")
    await _kept(page)
    photo = page.locator(".photo img:not(.photo-blur)")
    await photo.dblclick()
    assert await _likes(here, post) == 1
    await like.click()
    await _kept(page)
    assert await _likes(here, post) == 0
    await photo.dblclick()
    await _kept(page)
    assert await _likes(here, post) == 1
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("That could not be sent.")).to_be_attached()
    await expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-pressed", "false")
    await page.context.set_offline(False)
    assert await here.value("SELECT COUNT(*) FROM bookmarks") == 0
    assert page.url == window.url("/")
    assert [one for one in window.complaints if "INTERNET_DISCONNECTED" not in one] == []


async def _likes(here: Here, post: int) -> object:
    return await here.value("SELECT COUNT(*) FROM likes WHERE post_id = $1", post)


async def _kept(page: Page) -> None:
    await expect(page.locator("form[data-stays][aria-busy=true]")).to_have_count(0)


async def test_follow_without_leaving(here: Here, window: Window) -> None:
    """The head of a profile is taken anew from the server, what it says is said, and the focus stays."""
    new = await prepare_user("bo", PASSWORD, name="Bo")
    async with here.instance.change() as change:
        bo = (await create_user(change, new)).account_id
    await window.sign_in()
    await window.open("/@bo")
    page = window.page
    await page.get_by_role("button", name="Follow @bo").click()
    await expect(page.get_by_text("You follow them now.")).to_be_attached()
    await expect(page.locator(".profile")).to_have_count(1)
    await expect(page.get_by_role("button", name="Following @bo: press to unfollow")).to_be_focused()
    assert await here.value("SELECT followed_id FROM follows") == bo
    assert window.complaints == []


async def test_the_place_is_kept(here: Here, browser: Browser) -> None:
    """Older photos come below, newer ones only as a link, and who comes back finds all of it as it was."""
    posts = await _posts(here, POSTS)
    context = await browser.new_context()
    window = Window(here, page := await context.new_page())
    window.listen()
    await page.clock.install()
    await window.sign_in()
    await window.open("/")
    newer, articles = page.locator("#newer"), page.locator("article.post")
    await page.mouse.wheel(0, 100_000)
    await expect(articles).to_have_count(POSTS)
    await here.post("One more")
    await expect(newer).to_be_hidden()
    await page.clock.fast_forward(61_000)
    await expect(newer).to_have_text("1 new photo")
    await expect(articles).to_have_count(POSTS)
    await page.locator(f"#post-{posts[1]} time").click()
    await page.wait_for_url(f"**/p/{posts[1]}")
    await page.evaluate("history.back()")
    await page.wait_for_url(window.url("/"), wait_until="commit")
    await expect(articles).to_have_count(POSTS)
    await expect(page.locator(f"#post-{posts[1]}")).to_be_in_viewport()
    assert window.complaints == []
    await context.close()


async def test_photos_by_keys(here: Here, window: Window) -> None:
    """A photo opens as large as the window and closes by Escape; the focus is back on its link."""
    (post,) = await _posts(here, 1)
    await window.open(f"/p/{post}")
    page = window.page
    link = page.locator(".photo > a")
    await link.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Photo")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("img", name="A hill")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(link).to_be_focused()
    assert page.url == window.url(f"/p/{post}")
    assert str(await link.get_attribute("href")).startswith("/media/")
    assert window.complaints == []
