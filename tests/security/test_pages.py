"""What others wrote, as our pages show it: words and never markup, in every field, on every page, in its head too."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from rossgram_fed.models.posts import Visibility
from tests.fediverse import Actor
from tests.security.house import HERE, JSON, PUBLIC, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

ATTACK = (
    "\"'`></title></textarea></style><injected x-injected=1 onclick=alert(1)><script>alert(1)</script>{{1234*5678}}"
)
MARKUP = (
    "<p onclick=alert(1) style='position:fixed' class='frame nav'>Words</p><script>alert(1)</script>"
    "<style>*{}</style><img src=x onerror=alert(1)><svg onload=alert(1)><math><mtext><injected>"
    "<iframe src='https://evil.test'></iframe><embed src=x><object data=x></object><form action='https://evil.test'>"
    "<input name=csrf><button formaction='https://evil.test'></form><base href='https://evil.test/'>"
    "<meta http-equiv=refresh content='0;url=https://evil.test'>"
    "<a href='javascript:alert(1)'>a</a><a href='data:text/html,x'>b</a><a href='//evil.test'>c</a>"
    "<a href='https://fine.test/' target=_top rel=opener>d</a>"
    "<template><injected></template><noscript><injected></noscript>"
    "<!--<injected>--><![CDATA[<injected>]]><xmp><injected></xmp><plaintext>"
)
ALLOWED = {
    "html", "head", "meta", "title", "link", "body", "a", "header", "span", "nav", "ul", "ol", "li", "main",
    "footer", "p", "h1", "h2", "h3", "h4", "div", "form", "input", "button", "label", "textarea", "select", "option",
    "img", "svg", "use", "figure", "details", "summary", "article", "section", "time", "strong", "em", "dl", "dt",
    "dd", "br", "fieldset", "legend", "small", "b", "i", "u", "s", "del", "code", "pre", "blockquote", "aside", "table",
    "thead", "tbody", "tr", "th", "td", "caption", "kbd", "progress", "hr", "bdi",
}  # fmt: skip


class Page(HTMLParser):
    """Reads a page and remembers whatever ours never hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        own = tag == "script" and given.keys() == {"type", "src"} and given["src"].startswith("/static/js/")
        if (tag not in ALLOWED and not own) or (tag == "meta" and "http-equiv" in given):
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc", "x-injected", "ping", "target"):
                self.found.append(f"{tag}.{name}")
            if name in ("href", "src", "action", "formaction", "xlink:href") and not self._may_lead(tag, name, value):
                self.found.append(f"{tag}.{name}={value}")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and self.cdata_elem:
            self.found.append(f"a script that says {data}")

    def _may_lead(self, tag: str, name: str, value: str) -> bool:
        local = value.startswith(("/", "#")) and not value.startswith("//")
        if name == "src":
            return local or value.startswith("data:image/")
        if name == "href" and tag in ("a", "link"):
            return local or value.startswith(("https://", "http://")) or value == ""
        return local or value == ""


async def a_poisoned_world(house: House) -> list[int]:
    """A stranger and carol who put the attack wherever they can write; the ids of their posts."""
    mallory = house.there.actor(
        "mallory", key=1, name=ATTACK, summary=MARKUP + ATTACK, url=f"https://there.test/@mallory?{ATTACK}",
        attachment=[{"type": "PropertyValue", "name": ATTACK, "value": MARKUP + ATTACK}],
        icon={"type": "Image", "url": f"https://there.test/icon?{ATTACK}"}, preferredUsername="mal`{{1*1}}",
    )  # fmt: skip
    carol = f"{HERE}/users/carol"
    post = house.posts[Visibility.PUBLIC]
    await _arrive(house, mallory, "Follow", carol)
    await house.follow(house.people["carol"].id, await house.account_of(mallory))
    notes = [
        {"type": "Note", "content": MARKUP + ATTACK, "summary": ATTACK, "name": ATTACK, "contentMap": {ATTACK: ATTACK}},
        {"type": "Article", "content": ATTACK, "name": ATTACK, "mediaType": "text/markdown", "summary": MARKUP},
        {"type": "Note", "content": MARKUP, "inReplyTo": str(post.uri), "summary": ATTACK},
        {"type": "Video", "content": MARKUP, "name": MARKUP, "inReplyTo": f"https://there.test/{ATTACK}"},
    ]
    for number, note in enumerate(notes):
        document: dict[str, Any] = note | {
            "id": f"https://there.test/notes/{number}", "url": f"https://there.test/{ATTACK}", "to": [PUBLIC],
            "attributedTo": mallory.id, "language": ATTACK,
            "attachment": [
                {"type": "Image", "url": "https://there.test/x.jpg", "name": ATTACK, "blurhash": ATTACK},
                {"type": "Video", "mediaType": f"video/{ATTACK}", "url": "https://there.test/x.mp4", "name": ATTACK},
            ],
            "tag": [
                {"type": "Hashtag", "name": f"#{ATTACK}", "href": "javascript:alert(1)"},
                {"type": "Hashtag", "name": "#fine", "href": "javascript:alert(1)"},
                {"type": "Mention", "href": carol, "name": ATTACK},
            ],
        }  # fmt: skip
        await _arrive(house, mallory, "Create", document)
    await _arrive(house, mallory, "EmojiReact", str(post.uri), content=ATTACK)
    profile = [
        ("name", ATTACK[:60]),
        ("bio", ATTACK + MARKUP[:700]),
        ("link_name", ATTACK[:40]),
        ("link_value", ATTACK),
    ]
    saved = await house.submit("/settings/profile", profile, by="carol")
    assert saved.status == 303, saved.text
    caption = f'{ATTACK}{MARKUP} @mallory@there.test javascript:alert(1) https://evil.test/"onclick=alert(1)'
    assert (await house.submit(f"/p/{post.id}/comment", {"caption": caption}, by="carol")).status == 303
    return [int(row["id"]) for row in await house.fetch("SELECT id FROM posts")]


async def _arrive(house: House, by: Actor, kind: str, thing: object, **more: object) -> None:
    document = {"id": f"{by.id}#{kind}{abs(hash(str(thing)))}", "type": kind, "actor": by.id, "object": thing} | more
    assert await house.post(document, by) == 202
    await house.settle()


async def test_words_stay_words(house: House) -> None:
    """Markup in names, bios, links, captions, warnings, descriptions, tags and addresses comes out as words."""
    posts = await a_poisoned_world(house)
    names = [row["username"] for row in await house.fetch("SELECT username FROM accounts WHERE domain = 'there.test'")]
    assert len(posts) == 5 + len(house.posts)
    paths = ["/", "/explore?show=everywhere", "/notifications", "/saved", "/search?q=mal", "/tags/fine",
             "/settings/profile", "/@carol", "/@carol/followers", "/@carol/following", "/settings/blocks",
             "/settings/sessions", "/new"]  # fmt: skip
    paths += [f"/@{name.replace('{', '%7B').replace('}', '%7D')}@there.test" for name in names]
    paths += [f"/p/{post}{below}" for post in posts for below in ("", "/edit", "/delete")]
    written = ATTACK.replace(" ", "%20").replace('"', "%22").replace("#", "%23").replace("`", "%60").replace("<", "%3C")
    paths += [
        f"/search?q={written}",
        f"/tags/{written.replace('/', '%2F')}",
        f"/sign-in?next=/{written}",
        f"/{written}",
    ]
    for path in paths:
        for who in ("carol", ""):
            answer = await house.ask(path, by=who, User_Agent=ATTACK, Referer=f"{HERE}/{written}")
            assert answer.status < 500, path
            page = Page()
            page.feed(answer.text)
            page.close()
            assert page.found == [], (path, who)
            assert "alert(1)</script" not in answer.text, (path, who)
            assert "7006652" not in answer.text, path
            head = answer.text.partition("</head>")[0]
            assert "<injected" not in head, path


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "Rossgram",
}


async def test_every_answer_carries_the_headers_that_protect(house: House) -> None:
    """Every route, refused or not, for people, servers or nobody: nosniff, no frames, no names of parts, and
    no scripts but our own files on the few pages that have one.
    """
    every = {*house.addresses(), "/static/app.css", "/nowhere", "/p/1", "/%FF", "/inbox"}
    for filled in sorted(every):
        for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE"):
            for accept in ("text/html", JSON):
                answer = await house.ask(filled, method=method, accept=accept, by="alice")
                assert answer.status < 500, (method, filled)
                for name, value in HEADERS.items():
                    assert answer.headers.get(name) == value, (method, filled, name)
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'"), filled
                own = '<script type="module" src="/static/js/' in answer.text
                if method != "HEAD":
                    assert policy.count("script") == own, filled
                    assert policy.endswith("; connect-src 'self'; script-src 'self'") == own, filled
                    assert ("connect-src" in policy) == own, filled
                assert "unsafe" not in policy, filled
                assert not {"X-Powered-By", "Via"} & set(answer.headers), filled
                kind = answer.headers.get("Content-Type", "")
                if "html" in kind:
                    assert answer.headers["Cache-Control"].startswith("private"), filled
                if filled.startswith(("/media", "/photos", "/avatars", "/headers")) and answer.status == 200:
                    assert kind.startswith("image/"), filled
                    assert "sandbox" in policy, filled


async def test_only_documents_for_everybody_are_open_to_other_sites(house: House) -> None:
    """Pages allow no other site to read them; nothing that depends on who asks does."""
    for path in ("/", "/settings", "/notifications", "/search?q=a", f"/p/{house.posts[Visibility.FOLLOWERS].id}"):
        answer = await house.ask(path, by="alice", Origin="https://evil.test")
        assert "Access-Control-Allow-Origin" not in answer.headers, path
        assert "Access-Control-Allow-Credentials" not in answer.headers, path
    for path in ("/users/alice", "/.well-known/webfinger?resource=acct:alice@here.test"):
        answer = await house.ask(path, by="alice", Origin="https://evil.test", accept=JSON)
        assert "Access-Control-Allow-Credentials" not in answer.headers, path
        assert "Set-Cookie" not in answer.headers, path


async def test_cookies_are_for_this_host_and_no_script(house: House) -> None:
    """Every cookie is HttpOnly, Secure, SameSite, for the whole host, and no document for servers sets any."""
    answers = [await house.ask("/sign-in"), await house.ask("/settings", Cookie="__Host-session=none")]
    answers.append(await house.submit(f"/p/{house.posts[Visibility.PUBLIC].id}/bookmark", by="mona"))
    answers.append(await house.submit("/sign-out", by="mona"))
    cookies = [cookie for answer in answers for cookie in answer.headers.getall("Set-Cookie", [])]
    assert cookies
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        assert name.startswith("__Host-"), cookie
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(attributes), cookie
        assert not any(one.lower().startswith("domain") for one in attributes), cookie
    assert (await house.ask("/settings", by="mona")).status == 303
