"""The durable ends of federation: what arrived, what must go out, to which hosts, and the work in between.

``InboxItem``, ``Delivery`` and ``Job`` are claimed by workers in the same way (see ``jobs.queue``, and for deliveries
``federation.lanes``): a row waits until ``run_at``, is leased while somebody works on it, and is done or failed in the
end. A worker that dies leaves a lease that runs out.
"""

from __future__ import annotations

from enum import IntEnum

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from rossgram_fed.models.accounts import Account, Standing
from rossgram_fed.models.posts import Post


class WorkState(IntEnum):
    """The life of a claimable row."""

    WAITING = 0
    DONE = 1
    FAILED = 2


def waiting_first() -> PartialIndex:
    """Return the index claims run on: the unfinished rows alone, those due first at the front."""
    return PartialIndex(fields=["run_at", "id"], condition={"state": WorkState.WAITING.value})


def failed_ones() -> PartialIndex:
    """Return the index by which people find what was given up: those rows alone, which are few."""
    return PartialIndex(fields=["id"], condition={"state": WorkState.FAILED.value})


class Claimable(Model):
    """The columns that ``jobs.queue`` claims by."""

    id = fields.BigIntField(primary_key=True, generated=False)
    state = fields.IntEnumField(WorkState, default=WorkState.WAITING)
    run_at = fields.BigIntField()
    leased_until = fields.BigIntField(default=0)
    attempts = fields.IntField(default=0)
    last_error = fields.TextField(default="")
    created_at = fields.BigIntField()
    finished_at = fields.BigIntField(null=True)

    class Meta:
        abstract = True


class InboxItem(Claimable):
    """A verified activity, exactly as it arrived, until it has had its effect."""

    dedupe_key = fields.CharField(max_length=64, unique=True)
    """SHA-256 (hex) over the activity id and the body: some servers give every edit of a profile the same id."""
    sender: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="arrivals"
    )
    sender_id: int
    body = fields.BinaryField()
    """The raw JSON; emptied once it has had its effect."""

    class Meta:
        table = "inbox_items"
        indexes = [waiting_first(), failed_ones(), Index(fields=["sender_id"])]


class OutboxActivity(Model):
    """An activity to be delivered, rendered once and shared by all its deliveries."""

    id = fields.BigIntField(primary_key=True, generated=False)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", on_delete=fields.CASCADE, related_name="sent"
    )
    """Whose key signs it."""
    account_id: int
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "models.Post", null=True, on_delete=fields.SET_NULL, related_name="sent"
    )
    post_id: int | None
    body = fields.BinaryField()
    created_at = fields.BigIntField()

    class Meta:
        table = "outbox_activities"
        indexes = [Index(fields=["account_id"]), Index(fields=["post_id"]), Index(fields=["created_at"])]


class Delivery(Claimable):
    """One activity on its way to one inbox."""

    activity: fields.ForeignKeyRelation[OutboxActivity] = fields.ForeignKeyField(
        "models.OutboxActivity", on_delete=fields.CASCADE, related_name="deliveries"
    )
    activity_id: int
    account_id = fields.BigIntField()
    """The sender, repeated from the activity so that order per (sender, inbox) needs no join."""
    inbox = fields.CharField(max_length=2048)
    host = fields.CharField(max_length=255)

    class Meta:
        table = "deliveries"
        indexes = [
            # A lane is a host: what was never tried before what was, those due first at the front.
            PartialIndex(fields=["host", "attempts", "run_at", "id"], condition={"state": WorkState.WAITING.value}),
            failed_ones(),
            Index(fields=["inbox", "account_id", "state", "id"]),
            Index(fields=["activity_id"]),
        ]


class Host(Model):
    """What we learned about another server by talking to it."""

    host = fields.CharField(max_length=255, primary_key=True)
    failures = fields.IntField(default=0)
    """Deliveries in a row that met silence or a server error."""
    failing_since = fields.BigIntField(null=True)
    paused_until = fields.BigIntField(default=0)
    prefers_rfc9421_until = fields.BigIntField(default=0)
    """Until when we knock with RFC 9421 first, since the host proved that it can read it."""
    software = fields.CharField(max_length=64, default="")
    updated_at = fields.BigIntField()

    class Meta:
        table = "hosts"


class DomainRule(Model):
    """What the admins decided about a host and everything below it."""

    host = fields.CharField(max_length=255, primary_key=True)
    """In its one spelling, without a port."""
    standing = fields.IntEnumField(Standing)
    """Open means allowed, where only allowed hosts come in."""
    reject_media = fields.BooleanField(default=False)
    reject_reports = fields.BooleanField(default=False)
    comment = fields.TextField(default="")
    """For whoever runs the server."""
    public_comment = fields.TextField(default="")
    """For people here who are told that a door is closed."""
    created_at = fields.BigIntField()

    class Meta:
        table = "domain_rules"


class Job(Claimable):
    """Work that is neither an arrival nor a delivery: back-fill, refresh, fetch a missing parent."""

    kind = fields.CharField(max_length=64)
    payload = fields.TextField(default="{}")
    """JSON."""
    unique_key = fields.CharField(max_length=255, null=True, unique=True)
    """When set, a second job with the key is not queued while the first one is."""

    class Meta:
        table = "jobs"
        indexes = [waiting_first(), failed_ones()]


class Heartbeat(Model):
    """When the work behind the pages was last alive: one row, so that a gap tells how long nobody could reach us."""

    id = fields.IntField(primary_key=True, generated=False)
    alive_at = fields.BigIntField()

    class Meta:
        table = "heartbeats"
