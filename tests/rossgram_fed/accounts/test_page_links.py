"""Reading rel="me" out of any page, quickly."""

from __future__ import annotations

import time

import pytest

from rossgram_fed.accounts.page_links import own_links

ME = "https://here.test/@ana"


@pytest.mark.parametrize(
    "page",
    [
        f'<a rel="me" href="{ME}">me</a>',
        f"<A HREF='{ME}' REL='nofollow ME noopener'>",
        f"<html><head><link rel=me href={ME}><title>x</title>",
        f'<p>1 < 2 and <a\n  rel = "me"\n  href = " {ME} ">me</a>',
        f"<!-- not this --><script>if (a<b) x()</script><a rel=me href={ME}>",
        f'<img alt="a > b"><a rel=me href="{ME.replace("@", "&#64;")}">',
    ],
)
def test_links_that_are_there(page: str) -> None:
    """However it is written, a browser would find this link, and so do we."""
    assert ME in own_links(page.encode())


@pytest.mark.parametrize(
    "page",
    [
        f'<a href="{ME}">not said</a>',
        f'<a rel="home" href="{ME}">',
        f'<a rel="me-too" href="{ME}">',
        f'<!-- <a rel="me" href="{ME}"> -->',
        f'<img alt="<a rel=me href={ME}>">',
        f"<script>'<a rel=me href={ME}>'</script>",
        f"<textarea><a rel=me href={ME}></textarea>",
        f"<title><a rel=me href={ME}></title>",
        f"<template><a rel=me href={ME}></template>",
        f"<noscript><a rel=me href={ME}></noscript>",
        f"<style><a rel=me href={ME}>",
        f"&lt;a rel=me href={ME}&gt;",
        f'<a rel=me href="{ME}',
        f'<a rel=me href="{ME}/">',
        f'<a rel=me href="{ME}?x">',
        f'<a rel=me href="https://evil.test/{ME}">',
        f'<a rel=no rel=me href="{ME}">',
        f'<a rel=me href="https://evil.test/" href="{ME}">',
        f"<form rel=me href={ME}>",
        f"<abbr rel=me href={ME}>",
    ],
)
def test_links_that_are_not(page: str) -> None:
    """What is a comment, a script, a text, another address or not said to be oneself is no such link."""
    assert ME not in own_links(page.encode())


@pytest.mark.parametrize(
    "bait",
    [
        "<a",
        "<a>",
        "<!",
        "<!--",
        "</",
        "<a b='",
        '<a b="',
        "<a =",
        "<a x ",
        "<script>",
        "<style></",
        "<a x=",
        "<a/",
        "< ",
    ],
)
def test_hostile_pages_are_read_in_linear_time(bait: str) -> None:
    """Four times as much takes about four times as long, whatever is repeated (case 108)."""
    times = []
    for size in (32_768, 131_072):
        page = (bait * (size // len(bait) + 1))[:size].encode()
        tries = []
        for _ in range(3):
            start = time.process_time()
            assert not any(own_links(page))
            tries.append(time.process_time() - start)
        times.append(min(tries))  # the one that others on the machine disturbed least
    assert times[1] < 10 * max(times[0], 0.02), "four times as much would take sixteen times as long"
