"""host-meta (RFC 6415): where WebFinger is, for those who still ask.

The rule: written only, never read. Reading it would mean parsing strangers' XML.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

XRD_TYPE = "application/xrd+xml"


def _template(base_url: str) -> str:
    return f"{base_url}/.well-known/webfinger?resource={{uri}}"


def xrd(base_url: str) -> str:
    """Write host-meta as XRD; ``base_url`` is public and has no trailing slash."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="application/jrd+json" template={quoteattr(_template(base_url))}/>\n'
        "</XRD>\n"
    )


def document(base_url: str) -> dict[str, Any]:
    """Write host-meta as JSON."""
    return {"links": [{"rel": "lrdd", "type": "application/jrd+json", "template": _template(base_url)}]}
