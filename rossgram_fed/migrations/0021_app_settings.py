"""How an app of Pixelfed shows things to somebody, which it keeps with the server (``User.app_settings``)."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0020_revisions')]

    initial = False

    operations = [
        ops.AddField(
            model_name='User',
            name='app_settings',
            field=fields.TextField(default='', db_default=''),
        ),
    ]
