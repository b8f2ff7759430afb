"""Who was allowed to quote or answer which post, and what the composer begins with for each user."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0007_relays')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Authorization',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('uri', fields.CharField(unique=True, max_length=2048)),
                ('kind', fields.SmallIntField()),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', to_field='id', related_name='authorizations', on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name='authorizations', on_delete=OnDelete.CASCADE)),
                ('instrument_uri', fields.CharField(max_length=2048)),
                ('created_at', fields.BigIntField()),
                ('revoked_at', fields.BigIntField(null=True)),
            ],
            options={'table': 'authorizations', 'app': 'models', 'unique_together': (('post_id', 'instrument_uri', 'kind'),), 'indexes': [Index(fields=['account_id'])]},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='User',
            name='comment_policy',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='User',
            name='quote_policy',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
    ]
