"""Settings: read once from one TOML file into frozen dataclasses, checked at start, passed down."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network


class Registration(StrEnum):
    """Who may sign up."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


class PhotosIn(StrEnum):
    """Where new files of photos go."""

    FOLDER = "folder"
    S3 = "s3"


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the server lives and what it says about itself."""

    base_url: str = "http://localhost:8000"
    """The public address, without a trailing slash; https behind a proxy. Every id we mint begins with it."""
    account_domain: str = ""
    """The domain after the second @ of our handles; empty: the host (and port) of ``base_url``."""
    listen: str = "127.0.0.1:8000"
    name: str = "Rossgram"
    description: str = "A place for photos."
    registration: Registration = Registration.CLOSED
    rules: tuple[str, ...] = ()
    """What people agree to who join, a sentence or two each."""
    require_descriptions: bool = False
    """Whether photos may not be posted without a description."""
    trusted_proxies: tuple[Network, ...] = ()
    """Addresses whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` we believe."""
    metrics_networks: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    """From where ``/metrics`` may be read."""
    source_url: str = ""
    """Where visitors get the source of what runs here; empty: where the package says that it is."""


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where things are kept."""

    data: Path = Path("data")
    """Holds the generated secrets and, by default, everything else."""
    database: str = ""
    """``sqlite:PATH`` or ``postgresql://…``; empty: ``sqlite:<data>/rossgram.sqlite3``."""
    media: Path | None = None
    """Empty: ``<data>/media``."""
    photos_in: PhotosIn = PhotosIn.FOLDER
    """Where new files of photos go; what is in the other place already is found there."""
    reserve_megabytes: int = 512
    """What is never filled of the disk, so that the database always has room; 0: nothing is reserved."""


@dataclass(frozen=True, slots=True)
class S3Settings:
    """A bucket of an S3-compatible store; without a name there is none. Its keys are no settings but secrets."""

    bucket: str = ""
    endpoint: str = ""
    """Empty: Amazon's own, by the region."""
    region: str = ""
    prefix: str = ""
    """What every object's name begins with."""
    path_style: bool = True
    """Whether addresses name the bucket in their path, or in their host."""
    copies_megabytes: int = 2048
    """How much disk the copies may fill that are served from here."""


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What one person, or one stranger, may ask of the machine."""

    photos_per_post: int = 20
    photo_megabytes: int = 40
    photo_megapixels: int = 60
    caption_characters: int = 5000
    description_characters: int = 1500
    picture_processes: int = 2
    picture_seconds: int = 30
    picture_megabytes: int = 1024
    video_megabytes: int = 100
    video_seconds: int = 180
    """How long a video may be; 0: no videos are taken."""
    video_processes: int = 1
    video_minutes: int = 15
    """How long one video may take to prepare."""
    video_memory_megabytes: int = 1024
    inbox_kilobytes: int = 1024
    backfill_posts: int = 20
    api_calls: int = 600
    """Calls in five minutes that an app may make for one person."""
    sign_ups: int = 20
    """How many people may join from one address in an hour."""
    remote_media_megabytes: int = 40
    remote_video_megabytes: int = 100
    """The largest video fetched from another server; 0: they are links only."""
    remote_media_cache_megabytes: int = 2048
    remote_media_cache_days: int = 90
    """How long a copy stays that nobody looks at; 0: as long as there is room."""
    quota_megabytes: int = 0
    """What one person's photos may fill, unless an admin gave them another share; 0: no bound."""


@dataclass(frozen=True, slots=True)
class FederationSettings:
    """How we speak with other servers."""

    extra_ca_file: Path | None = None
    """A PEM file of certificate authorities to trust besides the system's."""
    workers: int = 32
    """Deliveries under way at once."""
    connections_per_host: int = 4
    integrity_proofs: bool = False
    """Whether public activities carry an object integrity proof (FEP-8b32) beside their LD-signature."""
    allow_list_only: bool = False
    """Whether only hosts come in that the admins allowed by name."""
    authorized_fetch: bool = False
    """Whether other servers must sign to read anything here (secure mode)."""
    relay_days: int = 30
    """How long posts stay that came through relays and that nobody here took to."""


@dataclass(frozen=True, slots=True)
class DevelopmentSettings:
    """Switches that a community never turns on; the server says so loudly when one is."""

    allow_http_and_private_networks: bool = False
    private_networks: tuple[Network, ...] = ()
    """With the switch on: the otherwise refused networks that federation may reach."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the admin decides, as one frozen value."""

    server: ServerSettings = field(default_factory=ServerSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    s3: S3Settings = field(default_factory=S3Settings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    federation: FederationSettings = field(default_factory=FederationSettings)
    development: DevelopmentSettings = field(default_factory=DevelopmentSettings)

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return self.server.base_url

    @property
    def host(self) -> str:
        """Host and, when unusual, port of the public address: ``photos.example.org``, ``localhost:8000``."""
        return urlsplit(self.server.base_url).netloc

    @property
    def account_domain(self) -> str:
        """What follows the second @ in our handles."""
        return self.server.account_domain or self.host

    @property
    def https(self) -> bool:
        """Whether people reach us by https."""
        return self.server.base_url.startswith("https://")

    @property
    def database_url(self) -> str:
        """The database's address."""
        return self.storage.database or f"sqlite:{self.storage.data / 'rossgram.sqlite3'}"

    @property
    def media_folder(self) -> Path:
        """Where photos are kept."""
        return self.storage.media or self.storage.data / "media"
