"""What a file tells about its photo; and one file in storage may be needed by several photos and accounts.

The table of files gets a key of its own for that. Neither engine changes a primary key in place, so it is made anew
and its rows are brought over.
"""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0010_lanes_of_deliveries')]

    initial = False

    operations = [
        ops.RunSQL('CREATE TABLE media_files_before AS SELECT * FROM media_files'),
        ops.DeleteModel(name='MediaFile'),
        ops.CreateModel(
            name='MediaFile',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('key', fields.CharField(max_length=64)),
                ('digest', fields.CharField(default='', db_default='', max_length=64)),
                ('photo', fields.ForeignKeyField('models.Photo', source_field='photo_id', null=True, to_field='id', related_name='files', on_delete=OnDelete.SET_NULL)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', null=True, to_field='id', related_name='files', on_delete=OnDelete.SET_NULL)),
                ('remote', fields.BooleanField(default=False)),
                ('source', fields.CharField(default='', max_length=2048)),
                ('size', fields.BigIntField()),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'media_files', 'app': 'models', 'indexes': [Index(fields=['key']), Index(fields=['digest']), Index(fields=['photo_id', 'account_id']), Index(fields=['account_id']), Index(fields=['remote', 'created_at'])]},
            bases=['Model'],
        ),
        ops.RunSQL(
            'INSERT INTO media_files (id, key, photo_id, account_id, remote, source, size, created_at) '
            'SELECT ROW_NUMBER() OVER (ORDER BY key), key, photo_id, account_id, remote, source, size, created_at '
            'FROM media_files_before'
        ),
        ops.RunSQL('DROP TABLE media_files_before'),
        ops.AddField(
            model_name='Photo',
            name='exif',
            field=fields.TextField(default='{}', db_default='{}'),
        ),
        ops.AddField(
            model_name='Photo',
            name='taken_near',
            field=fields.CharField(default='', db_default='', max_length=32),
        ),
    ]
