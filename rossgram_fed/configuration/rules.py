"""What each setting may be: one rule a setting, each with the sentence that says what is allowed.

A rule reads one TOML value and returns what ``Settings`` holds, or raises ``ValueError``; the reader then shows the
rule's ``allowed``. Rules look at one value alone; what two settings must agree on is in ``agreement.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from rossgram_fed.config import Network, PhotosIn, Registration

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_BUCKET = re.compile(r"[a-z0-9A-Z][a-zA-Z0-9._-]{1,62}", re.ASCII)
_PREFIX = re.compile(r"[a-zA-Z0-9_-]{0,64}(?:/[a-zA-Z0-9_-]{1,64}){0,4}", re.ASCII)
_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Rule:
    """How to read one setting. ``read`` is handed the value and the folder that relative paths start from."""

    allowed: str
    read: Callable[[object, Path], object]


def whole(low: int, high: int) -> Rule:
    """Allow a whole number from ``low`` to ``high``, both included."""

    def read(value: object, _: Path) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError
        return value

    return Rule(f"a whole number from {low} to {high}", read)


def text(longest: int, *, shortest: int = 0) -> Rule:
    """Allow a text of so many characters."""

    def read(value: object, _: Path) -> str:
        if not isinstance(value, str) or not shortest <= len(value.strip()) <= longest:
            raise ValueError
        return value.strip()

    return Rule(f"a text in quotes of {shortest} to {longest} characters", read)


def texts(most: int, longest: int) -> Rule:
    """Allow a list of so many texts of so many characters."""

    def read(value: object, _: Path) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError
        found = tuple(_text(item) for item in value)
        if not all(0 < len(item) <= longest for item in found):
            raise ValueError
        return found

    return Rule(f"a list of up to {most} texts in quotes of 1 to {longest} characters", read)


def one_of(choices: Iterable[str], make: Callable[[str], object]) -> Rule:
    """Allow one of a few words."""
    words = list(choices)

    def read(value: object, _: Path) -> object:
        if value not in words:
            raise ValueError
        return make(str(value))

    return Rule(" or ".join(f'"{word}"' for word in words), read)


def _switch(value: object, _: Path) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _base_url(value: object, _: Path) -> str:
    parts = urlsplit(_text(value).removesuffix("/"))
    host = (parts.hostname or "").encode("idna").decode()
    if parts.scheme not in _USUAL_PORTS or "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        raise ValueError
    if not is_host(host) or parts.port == 0:
        raise ValueError
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _USUAL_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{shown}{port}"


def _source_url(value: object, _: Path) -> str:
    written = _text(value)
    parts = urlsplit(written)
    usable = parts.scheme in _USUAL_PORTS and parts.hostname and "@" not in parts.netloc
    if written and (not usable or any(map(str.isspace, written))):
        raise ValueError
    return written


def _endpoint(value: object, beside: Path) -> str:
    return _base_url(value, beside) if _text(value) else ""


def _bucket(value: object, _: Path) -> str:
    written = _text(value)
    if written and not _BUCKET.fullmatch(written):
        raise ValueError
    return written


def _prefix(value: object, _: Path) -> str:
    written = _text(value).strip("/")
    if not _PREFIX.fullmatch(written):
        raise ValueError
    return written


def _account_domain(value: object, _: Path) -> str:
    written = _text(value)
    host, _colon, port = written.partition(":")
    domain = host.encode("idna").decode().lower()
    if written and (not is_host(domain) or (port and not _is_port(port))):
        raise ValueError
    return f"{domain}:{port}" if port else domain


def _listen(value: object, _: Path) -> str:
    written = _text(value)
    host, colon, port = written.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not _is_port(port) or not is_host(bare) or (":" in bare and bare == host):
        raise ValueError
    return written


def _networks(value: object, _: Path) -> tuple[Network, ...]:
    if not isinstance(value, list):
        raise ValueError
    return tuple(ip_network(_text(item)) for item in value)


def _folder(value: object, beside: Path) -> Path:
    path = _path(value, beside)
    if path is None or (path.exists() and not path.is_dir()):
        raise ValueError
    return path


def _maybe_folder(value: object, beside: Path) -> Path | None:
    return _folder(value, beside) if value != "" else None


def _maybe_file(value: object, beside: Path) -> Path | None:
    path = _path(value, beside)
    if path is not None and not path.is_file():
        raise ValueError
    return path


def _database(value: object, beside: Path) -> str:
    written = _text(value)
    scheme, colon, rest = written.partition(":")
    if scheme == "sqlite" and rest.removeprefix("//") not in ("", ":memory:"):
        return f"sqlite:{_path(rest.removeprefix('//'), beside)}"
    if scheme in ("postgresql", "postgres") and colon and urlsplit(written).path.strip("/"):
        return written
    if written:
        raise ValueError
    return ""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value.strip()


def _path(value: object, beside: Path) -> Path | None:
    written = _text(value)
    return (beside / Path(written).expanduser()).resolve() if written else None


def _is_port(written: str) -> bool:
    return written.isdecimal() and 0 < int(written) < 65536


def is_host(written: str) -> bool:
    """Whether this is a host name in lower-case ASCII, or an IP address without brackets."""
    return is_address(written) or (_HOST.fullmatch(written) is not None and not written.rpartition(".")[2].isdecimal())


def is_address(host: str) -> bool:
    """Whether this is an IP address without brackets."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


NETWORKS = Rule('a list of networks in quotes, such as ["127.0.0.1/32", "10.1.0.0/16", "fd00::/8"]', _networks)
SWITCH = Rule("true or false", _switch)

RULES: dict[str, Rule] = {
    "server.base_url": Rule('an address without a path, such as "https://photos.example.org"', _base_url),
    "server.account_domain": Rule('a domain such as "example.org", or "" for that of base_url', _account_domain),
    "server.listen": Rule('an address and a port, such as "127.0.0.1:8000" or "[::]:8000"', _listen),
    "server.name": text(100, shortest=1),
    "server.description": text(5000),
    "server.registration": one_of([word.value for word in Registration], Registration),
    "server.rules": texts(30, 500),
    "server.require_descriptions": SWITCH,
    "server.trusted_proxies": NETWORKS,
    "server.metrics_networks": NETWORKS,
    "server.source_url": Rule(
        'an address such as "https://code.example.org/photos", or "" for that of the project', _source_url
    ),
    "storage.data": Rule("the path of a folder, in quotes", _folder),
    "storage.database": Rule(
        '"sqlite:PATH", "postgresql://USER:PASSWORD@HOST/NAME", or "" for a SQLite file in the data folder', _database
    ),
    "storage.media": Rule('the path of a folder, or "" for the folder media in the data folder', _maybe_folder),
    "storage.photos_in": one_of([word.value for word in PhotosIn], PhotosIn),
    "storage.reserve_megabytes": whole(0, 10_000_000),
    "s3.bucket": Rule('the name of a bucket, such as "photos", or "" for none', _bucket),
    "s3.endpoint": Rule('an address such as "https://s3.example.org", or "" for Amazon\'s', _endpoint),
    "s3.region": text(64),
    "s3.prefix": Rule('letters, digits, "-", "_" and "/", such as "photos"', _prefix),
    "s3.path_style": SWITCH,
    "s3.copies_megabytes": whole(0, 10_000_000),
    "limits.photos_per_post": whole(1, 20),
    "limits.photo_megabytes": whole(1, 500),
    "limits.photo_megapixels": whole(1, 500),
    "limits.caption_characters": whole(1, 100_000),
    "limits.description_characters": whole(1, 20_000),
    "limits.picture_processes": whole(1, 64),
    "limits.picture_seconds": whole(1, 600),
    "limits.picture_megabytes": whole(256, 65_536),
    "limits.video_megabytes": whole(1, 500),
    "limits.video_seconds": whole(0, 3600),
    "limits.video_processes": whole(1, 16),
    "limits.video_minutes": whole(1, 240),
    "limits.video_memory_megabytes": whole(512, 65_536),
    "limits.inbox_kilobytes": whole(64, 16_384),
    "limits.backfill_posts": whole(0, 200),
    "limits.api_calls": whole(60, 10_000_000),
    "limits.sign_ups": whole(1, 1_000_000),
    "limits.remote_media_megabytes": whole(1, 500),
    "limits.remote_video_megabytes": whole(0, 2000),
    "limits.remote_media_cache_megabytes": whole(0, 10_000_000),
    "limits.remote_media_cache_days": whole(0, 3650),
    "limits.quota_megabytes": whole(0, 100_000_000),
    "federation.extra_ca_file": Rule('the path of a PEM file that exists, or "" for none', _maybe_file),
    "federation.workers": whole(1, 1000),
    "federation.connections_per_host": whole(1, 100),
    "federation.integrity_proofs": SWITCH,
    "federation.allow_list_only": SWITCH,
    "federation.authorized_fetch": SWITCH,
    "federation.relay_days": whole(1, 3650),
    "development.allow_http_and_private_networks": SWITCH,
    "development.private_networks": NETWORKS,
}
"""By ``section.name``; a test holds this table and the fields of ``Settings`` to be the same list."""
