"""The token that a push subscription belongs to, sealed: apps want it back in what they are sent."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0018_strangers_videos')]

    initial = False

    operations = [
        ops.AddField(
            model_name='PushSubscription',
            name='sealed_token',
            field=fields.TextField(default='', db_default=''),
        ),
    ]
