"""How often posts and accounts changed as everybody sees them, so that what was made of them can be kept; likes in order."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0019_push_tokens')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Account',
            name='revision',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddIndex(
            model_name='Like',
            index=Index(fields=['account_id', 'id']),
        ),
        ops.AddField(
            model_name='Post',
            name='revision',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
