"""What a request may expect of the answer: ``Expect: 100-continue`` (RFC 9110, section 10.1.1), and nothing else.

aiohttp repeats any other expectation in its answer, and breaks where it is not text. It looks at the header before any
middleware is asked, with a function that each route is given when it is made, also those that aiohttp makes itself for
addresses that do not exist; no public way reaches these, so the function is replaced where all of them find it.
"""

from __future__ import annotations

from aiohttp import hdrs, web, web_urldispatcher

_go_on = web_urldispatcher._default_expect_handler


async def _expected(request: web.Request) -> None:
    """Tell the sender to go on, or answer 417."""
    if request.headers.get(hdrs.EXPECT, "").lower() != "100-continue":
        raise web.HTTPExpectationFailed(text="The only thing to expect here is 100-continue.\n")
    await _go_on(request)


def know_expectations() -> None:
    """Have every route that is made from now on answer so."""
    web_urldispatcher._default_expect_handler = _expected
