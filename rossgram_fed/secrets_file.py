"""Secrets the server makes for itself: kept in ``<data>/secrets.toml``, readable by its owner only.

They are made once, on the first start. Losing the file signs nobody out of another server, but spoils the forms that
people have open here.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILE = "secrets.toml"
_WRITTEN = """\
# Made by rossgram on its first start. Keep it to yourself, and keep it with your backups.
csrf = "{csrf}"
"""


class BadSecrets(Exception):
    """The file with the secrets cannot be used."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only this server knows; nothing of it is ever shown, so nothing of it is in its ``repr``."""

    csrf: bytes = field(repr=False)
    """32 bytes: the key of the tokens in our forms."""
    setup_token: str = field(repr=False)
    """Opens the first-run page while there is no admin; a new one at every start, on no disk."""


def load_or_create(data: Path) -> Secrets:
    """Return the server's secrets; make the folder and the file when they are not there yet.

    Two processes that start together agree on one file. Raises ``BadSecrets`` when the file is damaged.
    """
    file = data / FILE
    if not file.exists():
        _create(file)
    try:
        csrf = bytes.fromhex(tomllib.loads(file.read_text(encoding="ascii"))["csrf"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadSecrets(
            f"{file} cannot be read ({error}). Bring it back from a backup, or remove it: a new one is made then."
        ) from error
    if len(csrf) < 32:
        raise BadSecrets(f"The secret in {file} is too short. Remove the file: a new one is made then.")
    return Secrets(csrf=csrf, setup_token=secrets.token_urlsafe(24))


@dataclass(frozen=True, slots=True)
class S3Keys:
    """What opens the bucket."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)


def s3_keys(data: Path, environment: Mapping[str, str]) -> S3Keys | None:
    """Return the keys of the bucket: the environment's, else those below ``[s3]`` in the file, else None.

    Raises ``BadSecrets`` when the file is damaged.
    """
    found = (environment.get("ROSSGRAM_S3_ACCESS_KEY_ID"), environment.get("ROSSGRAM_S3_SECRET_ACCESS_KEY"))
    if not all(found) and (data / FILE).exists():
        try:
            section = tomllib.loads((data / FILE).read_text(encoding="ascii")).get("s3", {})
        except (OSError, ValueError) as error:
            raise BadSecrets(f"{data / FILE} cannot be read. Bring it back from a backup.") from error
        if isinstance(section, dict):
            found = (section.get("access_key_id"), section.get("secret_access_key"))
    identity, secret = found
    return S3Keys(identity, secret) if isinstance(identity, str) and isinstance(secret, str) and identity else None


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secrets-")  # mkstemp makes it 0600
    whole = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(_WRITTEN.format(csrf=secrets.token_hex(32)))
            stream.flush()
            os.fsync(stream.fileno())
        os.link(whole, file)  # never half a file, and never over another process's
    except FileExistsError:
        pass
    finally:
        whole.unlink()
