"""How far a host or an account comes, who may comment and quote, and where somebody has moved to."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_pins_and_failures')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Account',
            name='also_known_as',
            field=fields.TextField(default='[]', db_default='[]'),
        ),
        ops.AddField(
            model_name='Account',
            name='counted_at',
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Account',
            name='host_standing',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Account',
            name='limited_at',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Account',
            name='moved_at',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Account',
            name='moved_to_uri',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
        ops.AddField(
            model_name='Post',
            name='comment_policy',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Post',
            name='quote_authorization',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
        ops.AddField(
            model_name='Post',
            name='quote_policy',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Post',
            name='quote_state',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Post',
            name='quoted',
            field=fields.ForeignKeyField('models.Post', source_field='quoted_id', null=True, to_field='id', related_name='quotes', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Post',
            name='quoted_uri',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
        ops.AddField(
            model_name='Post',
            name='replies_fetched_at',
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Post',
            name='replies_uri',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
        ops.AddIndex(
            model_name='Post',
            index=Index(fields=['quoted_id']),
        ),
    ]
