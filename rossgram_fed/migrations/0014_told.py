"""How, where and under which licence photos were taken, who is in them, and what people settled about that."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0013_quotas_and_resumed_uploads')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PersonInPost',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', to_field='id', related_name='people', on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name='seen_in', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.BigIntField()),
                ('withdrawn_at', fields.BigIntField(null=True)),
            ],
            options={'table': 'people_in_posts', 'app': 'models', 'unique_together': (('post_id', 'account_id'),), 'indexes': [Index(fields=['account_id', 'post_id'])]},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Photo',
            name='licence',
            field=fields.CharField(default='', db_default='', max_length=40),
        ),
        ops.AddField(
            model_name='Photo',
            name='shows_exif',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Post',
            name='latitude',
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name='Post',
            name='longitude',
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name='Post',
            name='place_country',
            field=fields.CharField(default='', db_default='', max_length=100),
        ),
        ops.AddField(
            model_name='Post',
            name='place_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Post',
            name='place_name',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddIndex(
            model_name='Post',
            index=Index(fields=['place_id', 'id']),
        ),
        ops.AddField(
            model_name='User',
            name='licence',
            field=fields.CharField(default='', db_default='', max_length=40),
        ),
        ops.AddField(
            model_name='User',
            name='shows_exif',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='User',
            name='tag_policy',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
    ]
