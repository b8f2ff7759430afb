"""Posts that are shown first on a profile, and an index over what was given up."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index, PartialIndex

class Migration(migrations.Migration):
    dependencies = [('models', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Pin',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name='pins', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', to_field='id', related_name='pins', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'pins', 'app': 'models', 'unique_together': (('account_id', 'post_id'),), 'indexes': [Index(fields=['post_id'])]},
            bases=['Model'],
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=PartialIndex(fields=['id'], condition={'state': 2}),
        ),
        ops.AddIndex(
            model_name='InboxItem',
            index=PartialIndex(fields=['id'], condition={'state': 2}),
        ),
        ops.AddIndex(
            model_name='Job',
            index=PartialIndex(fields=['id'], condition={'state': 2}),
        ),
    ]
