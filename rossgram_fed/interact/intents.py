"""Where a visitor's own server wants them to be sent, out of what WebFinger says of their handle; pure.

FEP-3b86 first, the older OStatus link next. A template is used only if it is an https address whose host no
placeholder touches, and if it takes what we have to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import quote

from activitypub.origin import is_http_url, same_origin
from webfinger.jrd import Link

FEP = "https://w3id.org/fep/3b86/"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
LONGEST_TEMPLATE = 2048

_PLACEHOLDER = re.compile(r"\{([A-Za-z][A-Za-z-]{0,29})\}")


class Intent(StrEnum):
    """What a visitor wants to do."""

    FOLLOW = "follow"
    LIKE = "like"
    BOOST = "boost"
    COMMENT = "comment"


_RELATIONS = {
    Intent.FOLLOW: ((f"{FEP}Follow", "object"),),
    Intent.LIKE: ((f"{FEP}Like", "object"),),
    Intent.BOOST: ((f"{FEP}Announce", "object"),),
    Intent.COMMENT: ((f"{FEP}Create", "inReplyTo"),),
}
_FOR_ALL = ((f"{FEP}Object", "object"), (SUBSCRIBE, "uri"))


def way_home(links: Iterable[Link], intent: Intent, *, uri: str, allow_http: bool = False) -> str:
    """Return the address at which somebody's server takes ``uri`` for an intent; empty when it names none."""
    named: dict[str, str] = {}
    for link in links:
        named.setdefault(link.rel, link.template or link.href)
    for relation, name in (*_RELATIONS[intent], *_FOR_ALL):
        if address := filled(named.get(relation, ""), {name: uri}, allow_http=allow_http):
            return address
    return ""


def filled(template: str, values: Mapping[str, str], *, allow_http: bool = False) -> str:
    """Return a template with its placeholders filled in; empty when it is unusable or does not take the values.

    Placeholders that we have nothing for are filled with nothing.
    """
    if len(template) > LONGEST_TEMPLATE or not all(f"{{{name}}}" in template for name in values):
        return ""
    address = _PLACEHOLDER.sub(lambda found: quote(values.get(found[1], ""), safe=""), template)
    fixed = template.partition("{")[0]
    usable = is_http_url(address, allow_http) and "{" not in address and "\\" not in address and address.isprintable()
    return address if usable and fixed.count("/") >= 3 and same_origin(fixed, address) else ""
