"""Drafts and edits under way, history, archived posts, covers; and what people settled for their own composer."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0011_facts_and_shared_files')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Draft',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name='drafts', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', null=True, to_field='id', related_name='drafts', on_delete=OnDelete.CASCADE)),
                ('form', fields.TextField(default='[]')),
                ('kept', fields.BooleanField(default=False)),
                ('publish_at', fields.BigIntField(null=True)),
                ('zone', fields.CharField(default='', max_length=64)),
                ('problem', fields.TextField(default='')),
                ('created_at', fields.BigIntField()),
                ('updated_at', fields.BigIntField()),
            ],
            options={'table': 'drafts', 'app': 'models', 'unique_together': (('account_id', 'post_id'),), 'indexes': [Index(fields=['post_id']), Index(fields=['updated_at'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PostEdit',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', to_field='id', related_name='edits', on_delete=OnDelete.CASCADE)),
                ('said', fields.TextField()),
                ('written_at', fields.BigIntField()),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'post_edits', 'app': 'models', 'indexes': [Index(fields=['post_id', 'id'])]},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Photo',
            name='draft',
            field=fields.ForeignKeyField('models.Draft', source_field='draft_id', null=True, to_field='id', related_name='photos', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddIndex(
            model_name='Photo',
            index=Index(fields=['draft_id']),
        ),
        ops.AddField(
            model_name='Post',
            name='archived_from',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name='Post',
            name='cover',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='User',
            name='require_descriptions',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='User',
            name='time_zone',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
    ]
