"""Whose block or mute was carried over to an account, because they moved there."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0005_heartbeat_and_open_counts')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Block',
            name='moved_from',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
        ops.AddField(
            model_name='Mute',
            name='moved_from',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
    ]
