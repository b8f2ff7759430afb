"""Remember beside a photo what its author had done to it, so that it can be done anew from the original."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0014_told')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Photo',
            name='edits',
            field=fields.TextField(default='{}', db_default='{}'),
        ),
    ]
