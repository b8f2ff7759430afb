"""Comments that wait for whom they answer, strangers' words that are looked at again, and the staff's warnings.

Every stranger's word that we have counts as never looked at since.
"""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0023_hidden_network')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Warning',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name='warnings', on_delete=OnDelete.CASCADE)),
                ('text', fields.TextField()),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'warnings', 'app': 'models', 'indexes': [Index(fields=['account_id', 'id'])]},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Account',
            name='featured_tags_uri',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
        ops.AddField(
            model_name='Account',
            name='suspended_there',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Authorization',
            name='checked_at',
            field=fields.BigIntField(null=True),
        ),
        ops.RunSQL(
            "UPDATE authorizations SET checked_at = 0 WHERE post_id IN (SELECT id FROM posts WHERE local = FALSE)",
            "UPDATE authorizations SET checked_at = NULL",
        ),
        ops.AddIndex(
            model_name='Authorization',
            index=Index(fields=['checked_at']),
        ),
        ops.AddField(
            model_name='Post',
            name='approval',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Post',
            name='approves_comments',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
