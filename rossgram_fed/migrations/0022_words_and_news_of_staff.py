"""The words of posts, for search, with all posts there are to be read; the report that a piece of news is about."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0021_app_settings')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PostWords',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('words', fields.TextField()),
                ('open', fields.BooleanField()),
            ],
            options={'table': 'post_words', 'app': 'models'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UnreadPost',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
            ],
            options={'table': 'unread_posts', 'app': 'models'},
            bases=['Model'],
        ),
        ops.RunSQL("INSERT INTO unread_posts (id) SELECT id FROM posts", "DELETE FROM unread_posts"),
        ops.AddField(
            model_name='Notification',
            name='report_id',
            field=fields.BigIntField(null=True),
        ),
    ]
