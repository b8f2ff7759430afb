"""The door to httpsig, which is imported nowhere else.

httpsig asks ``pkg_resources`` for its own version when it is imported; setuptools 82 took that module away. A stand-in
that knows no package takes its place during the import and is gone afterwards.
"""

from __future__ import annotations

import sys
from types import ModuleType


class _Unknown(Exception):
    """The stand-in's answer to every question."""


def _get_distribution(name: str) -> None:
    raise _Unknown(name)


def _stand_in() -> ModuleType:
    module = ModuleType("pkg_resources")
    module.__dict__.update(get_distribution=_get_distribution, DistributionNotFound=_Unknown)
    return module


_before = sys.modules.get("pkg_resources")
sys.modules["pkg_resources"] = _stand_in()
try:
    from httpsig.sign import HeaderSigner
    from httpsig.utils import HttpSigException, build_signature_template, parse_signature_header
    from httpsig.verify import HeaderVerifier
finally:
    if _before is None:
        del sys.modules["pkg_resources"]
    else:
        sys.modules["pkg_resources"] = _before

__all__ = ["HeaderSigner", "HeaderVerifier", "HttpSigException", "build_signature_template", "parse_signature_header"]
