"""Polls know when the author's server last told how they stand, so that it is asked again only after a while."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0024_approvals_and_warnings')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Poll',
            name='fetched_at',
            field=fields.BigIntField(default=0, db_default=0),
        ),
    ]
