"""Relays, and the posts that are here because one of them passed them on."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0006_blocks_that_follow_moves')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Relay',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('inbox', fields.CharField(unique=True, max_length=2048)),
                ('style', fields.SmallIntField(default=0)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', null=True, to_field='id', related_name='relays', on_delete=OnDelete.SET_NULL)),
                ('state', fields.SmallIntField(default=0)),
                ('follow_uri', fields.CharField(max_length=2048)),
                ('sends', fields.BooleanField(default=True)),
                ('created_at', fields.BigIntField()),
                ('answered_at', fields.BigIntField(null=True)),
            ],
            options={'table': 'relays', 'app': 'models', 'indexes': [Index(fields=['account_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RelayedPost',
            fields=[
                ('post', fields.OneToOneField('models.Post', source_field='post_id', primary_key=True, db_index=True, to_field='id', related_name='relayed', on_delete=OnDelete.CASCADE)),
                ('relay', fields.ForeignKeyField('models.Relay', source_field='relay_id', null=True, to_field='id', related_name='posts', on_delete=OnDelete.SET_NULL)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'relayed_posts', 'app': 'models', 'indexes': [Index(fields=['created_at']), Index(fields=['relay_id'])]},
            bases=['Model'],
        ),
    ]
