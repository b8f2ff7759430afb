"""Files that arrive piece by piece, a share of the storage for each person, and when a copy was last looked at."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0012_drafts_history_and_archive')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ArrivingFile',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name='arriving', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=255)),
                ('size', fields.BigIntField()),
                ('photo_id', fields.BigIntField(null=True)),
                ('refusal', fields.TextField(default='')),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'arriving_files', 'app': 'models', 'indexes': [Index(fields=['account_id']), Index(fields=['created_at'])]},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='MediaFile',
            name='viewed_at',
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='User',
            name='quota_megabytes',
            field=fields.IntField(null=True),
        ),
    ]
