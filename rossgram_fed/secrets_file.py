"""Secrets the server makes for itself: kept in ``<data>/secrets.toml``, readable by its owner only.

They are made once, on the first start; a file from before there was a key for pushes gets one at the next. Losing the
file signs nobody out of another server, but spoils the forms that people have open here, and apps are no longer woken
up until they ask for it again.
"""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FILE = "secrets.toml"
_WRITTEN = """\
# Made by rossgram on its first start. Keep it to yourself, and keep it with your backups.
csrf = "{csrf}"
vapid = "{vapid}"
"""


def new_push_key() -> ec.EllipticCurvePrivateKey:
    """Make a key pair on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


class BadSecrets(Exception):
    """The file with the secrets cannot be used."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only this server knows; nothing of it is ever shown, so nothing of it is in its ``repr``."""

    csrf: bytes = field(repr=False)
    """32 bytes: the key of the tokens in our forms."""
    setup_token: str = field(repr=False)
    """Opens the first-run page while there is no admin; a new one at every start, on no disk."""
    vapid: ec.EllipticCurvePrivateKey = field(default_factory=new_push_key, repr=False)
    """Signs what we send to push services (RFC 8292); they know this server by its public half."""

    @property
    def vapid_public(self) -> str:
        """The public half as apps want it: the uncompressed point in base64url (RFC 8292, section 3.2), padded."""
        point = self.vapid.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode()


def load_or_create(data: Path) -> Secrets:
    """Return the server's secrets; make the folder and the file when they are not there yet.

    Two processes that start together agree on one file. Raises ``BadSecrets`` when the file is damaged.
    """
    file = data / FILE
    if not file.exists():
        _create(file)
    csrf, vapid = _read(file)
    if vapid is None:
        csrf, vapid = _with_push_key(file)
    return Secrets(csrf=csrf, setup_token=secrets.token_urlsafe(24), vapid=vapid)


def check(data: Path) -> None:
    """Raise ``BadSecrets`` when the file is damaged; changes nothing."""
    _read(data / FILE)


def _read(file: Path) -> tuple[bytes, ec.EllipticCurvePrivateKey | None]:
    """Return the key of forms and, where there is one already, the key of pushes."""
    try:
        written = tomllib.loads(file.read_text(encoding="ascii"))
        csrf = bytes.fromhex(written["csrf"])
        vapid = ec.derive_private_key(int(written["vapid"], 16), ec.SECP256R1()) if "vapid" in written else None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadSecrets(
            f"{file} cannot be read ({error}). Bring it back from a backup, or remove it: a new one is made then."
        ) from error
    if len(csrf) < 32:
        raise BadSecrets(f"The secret in {file} is too short. Remove the file: a new one is made then.")
    return csrf, vapid


def _with_push_key(file: Path) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    """Write a key of pushes into a file without one and return both; processes that start together agree on one."""
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        csrf, vapid = _read(file)
        if vapid is None:
            vapid = new_push_key()
            # In front, because what stands at the end may belong to a section.
            whole = _beside(file, f'vapid = "{_scalar(vapid)}"\n{file.read_text(encoding="ascii")}')
            before = file.stat()
            if before.st_uid != os.geteuid():
                os.chown(whole, before.st_uid, before.st_gid)
            whole.replace(file)
        return csrf, vapid
    finally:
        os.close(folder)


def _scalar(key: ec.EllipticCurvePrivateKey) -> str:
    return f"{key.private_numbers().private_value:064x}"


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
    whole = _beside(file, _WRITTEN.format(csrf=secrets.token_hex(32), vapid=_scalar(new_push_key())))
    try:
        os.link(whole, file)  # never half a file, and never over another process's
    except FileExistsError:
        pass
    finally:
        whole.unlink()


def _beside(file: Path, text: str) -> Path:
    """Write a whole file beside another, for its owner alone, and return where."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secrets-")  # mkstemp makes it 0600
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return Path(name)
