"""Where a stranger's video has its still picture, and which videos are moving pictures that run by themselves."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0017_apps_lists_filters_and_polls')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Photo',
            name='loops',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Photo',
            name='still_url',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
    ]
