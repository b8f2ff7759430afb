"""News of a warning names it, so that apps can show its words."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0025_polls_fetched')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Notification',
            name='warning_id',
            field=fields.BigIntField(null=True),
        ),
    ]
