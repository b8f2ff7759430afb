"""What the admins decide about whole servers, and whose pictures such a rule keeps out."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0008_authorizations_and_defaults')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DomainRule',
            fields=[
                ('host', fields.CharField(primary_key=True, generated=False, max_length=255)),
                ('standing', fields.SmallIntField()),
                ('reject_media', fields.BooleanField(default=False)),
                ('reject_reports', fields.BooleanField(default=False)),
                ('comment', fields.TextField(default='')),
                ('public_comment', fields.TextField(default='')),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'domain_rules', 'app': 'models'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Account',
            name='media_refused',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
