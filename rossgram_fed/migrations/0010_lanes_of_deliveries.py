"""Deliveries are claimed host by host: one index for that instead of two, so that no backlog is ever walked over."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import PartialIndex

class Migration(migrations.Migration):
    dependencies = [('models', '0009_domain_rules')]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name='Delivery',
            name=None,
            fields=['run_at', 'id'],
        ),
        ops.RemoveIndex(
            model_name='Delivery',
            name=None,
            fields=['host', 'state'],
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=PartialIndex(fields=['host', 'attempts', 'run_at', 'id'], condition={'state': 0}),
        ),
    ]
