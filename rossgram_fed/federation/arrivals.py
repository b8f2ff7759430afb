"""What a feature is handed when a verified activity arrives, and the shape of the registry that hands it over.

A handler only touches the database, through the change it is given; what needs the network becomes a job.
By the time a handler is called the sender is proven: ``activity.actor`` is ``sender.uri``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from activitypub.activities import Activity
from rossgram_fed.instance import Change


@dataclass(frozen=True, slots=True)
class Sender:
    """The remote account that signed the activity."""

    account_id: int
    uri: str
    host: str
    """The host of ``uri``, normalised as ``activitypub.origin.host_of`` does."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One verified activity on its way to whoever it concerns."""

    change: Change
    activity: Activity
    sender: Sender
    document: Mapping[str, object]
    """The activity as it was sent, for what ``activity`` does not carry."""


Handler = Callable[[Arrival], Awaitable[bool]]
"""Returns True when the activity concerned it; the handlers after it are then not asked."""

Handlers = Mapping[type[Activity], Sequence[Handler]]
"""Who is asked about which activity, in order."""
