"""Whether somebody keeps to themselves who follows them and whom they follow (``Account.hides_network``)."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0022_words_and_news_of_staff')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Account',
            name='hides_network',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
