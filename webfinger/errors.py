"""Everything that can go wrong in this package, as one tree.

WebFingerError
├── MalformedHandle        no ``user@host``
├── MalformedQuery         a question that RFC 7033 answers with 400
├── MalformedDescriptor    an answer that is no JRD, NodeInfo or host-meta
└── LookupFailed           answers that do not lead from the handle to an actor and back
"""

from __future__ import annotations


class WebFingerError(Exception):
    """Root of this package's errors; its text is one sentence fit for a page and for a log."""


class MalformedHandle(WebFingerError):
    """The text is no handle."""


class MalformedQuery(WebFingerError):
    """The question lacks its ``resource``, or has a bad one; the answer is 400."""


class MalformedDescriptor(WebFingerError):
    """The answer cannot be read."""


class LookupFailed(WebFingerError):
    """The host answered, and the answer does not prove the handle."""
