"""When the work was last alive; and the posts of people here counted anew, since private ones used to count too."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0004_reports_and_staff_actions')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', fields.IntField(primary_key=True, generated=False)),
                ('alive_at', fields.BigIntField()),
            ],
            options={'table': 'heartbeats', 'app': 'models'},
            bases=['Model'],
        ),
        ops.RunSQL(
            "UPDATE accounts SET posts_count = (SELECT COUNT(*) FROM posts p WHERE p.account_id = accounts.id "
            "AND p.in_reply_to_uri = '' AND p.visibility <= 1) WHERE domain = ''"
        ),
    ]
