"""Reports, and the log of what the staff did."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0003_standing_policies_and_moves')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Report',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('reporter', fields.ForeignKeyField('models.Account', source_field='reporter_id', null=True, to_field='id', related_name='reports', on_delete=OnDelete.SET_NULL)),
                ('host', fields.CharField(default='', max_length=255)),
                ('target', fields.ForeignKeyField('models.Account', source_field='target_id', to_field='id', related_name='reported_in', on_delete=OnDelete.CASCADE)),
                ('post_ids', fields.TextField(default='[]')),
                ('comment', fields.TextField(default='')),
                ('category', fields.SmallIntField(default=0)),
                ('forwarded', fields.BooleanField(default=False)),
                ('created_at', fields.BigIntField()),
                ('updated_at', fields.BigIntField()),
                ('resolved_at', fields.BigIntField(null=True)),
                ('resolved_by', fields.ForeignKeyField('models.Account', source_field='resolved_by_id', null=True, to_field='id', related_name='resolved_reports', on_delete=OnDelete.SET_NULL)),
                ('note', fields.TextField(default='')),
            ],
            options={'table': 'reports', 'app': 'models', 'indexes': [Index(fields=['resolved_at', 'id']), Index(fields=['target_id', 'id']), Index(fields=['host', 'resolved_at']), Index(fields=['reporter_id']), Index(fields=['resolved_by_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaffAction',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('actor_id', fields.BigIntField(null=True)),
                ('actor_name', fields.CharField(max_length=255)),
                ('kind', fields.CharField(max_length=32)),
                ('target_id', fields.BigIntField(null=True)),
                ('target_name', fields.CharField(default='', max_length=600)),
                ('subject', fields.CharField(default='', max_length=2048)),
                ('report_id', fields.BigIntField(null=True)),
                ('reason', fields.TextField(default='')),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'staff_actions', 'app': 'models', 'indexes': [Index(fields=['target_id', 'id'])]},
            bases=['Model'],
        ),
    ]
