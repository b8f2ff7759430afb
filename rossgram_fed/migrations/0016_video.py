"""Videos: how long each is, and why one could not be prepared."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0015_edits')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Photo',
            name='duration',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Photo',
            name='problem',
            field=fields.TextField(default='', db_default=''),
        ),
    ]
