"""Apps and their tokens; lists, filters, tags to follow, markers; notes, polls, announcements; policies for news."""

# ruff: noqa: I001
# fmt: off

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0016_video')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AccountList',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=255)),
                ('replies', fields.SmallIntField(default=1)),
                ('exclusive', fields.BooleanField(default=False)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'lists', 'app': 'models', 'indexes': [Index(fields=['account_id', 'id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AccountNote',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('models.Account', source_field='target_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('comment', fields.TextField(default='')),
            ],
            options={'table': 'account_notes', 'app': 'models', 'unique_together': (('account_id', 'target_id'),), 'indexes': [Index(fields=['target_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Announcement',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('text', fields.TextField()),
                ('starts_at', fields.BigIntField(null=True)),
                ('ends_at', fields.BigIntField(null=True)),
                ('all_day', fields.BooleanField(default=False)),
                ('updated_at', fields.BigIntField()),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'announcements', 'app': 'models'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AnnouncementReaction',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('announcement', fields.ForeignKeyField('models.Announcement', source_field='announcement_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=64)),
            ],
            options={'table': 'announcement_reactions', 'app': 'models', 'unique_together': (('announcement_id', 'account_id', 'name'),), 'indexes': [Index(fields=['account_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AnnouncementRead',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('announcement', fields.ForeignKeyField('models.Announcement', source_field='announcement_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'announcement_reads', 'app': 'models', 'unique_together': (('announcement_id', 'account_id'),), 'indexes': [Index(fields=['account_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='App',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('client_id', fields.CharField(unique=True, max_length=64)),
                ('secret_hash', fields.CharField(max_length=64)),
                ('name', fields.CharField(max_length=255)),
                ('website', fields.CharField(default='', max_length=2048)),
                ('redirect_uris', fields.TextField(default='[]')),
                ('scopes', fields.CharField(max_length=1024)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'apps', 'app': 'models', 'indexes': [Index(fields=['created_at'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AccessToken',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('app', fields.ForeignKeyField('models.App', source_field='app_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', null=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('token_hash', fields.CharField(unique=True, max_length=64)),
                ('scopes', fields.CharField(max_length=1024)),
                ('seen_at', fields.BigIntField(default=0)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'access_tokens', 'app': 'models', 'indexes': [Index(fields=['user_id', 'id']), Index(fields=['app_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuthorizationCode',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('app', fields.ForeignKeyField('models.App', source_field='app_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('code_hash', fields.CharField(unique=True, max_length=64)),
                ('redirect_uri', fields.CharField(max_length=2048)),
                ('scopes', fields.CharField(max_length=1024)),
                ('challenge', fields.CharField(default='', max_length=128)),
                ('token_id', fields.BigIntField(null=True)),
                ('expires_at', fields.BigIntField()),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'authorization_codes', 'app': 'models', 'indexes': [Index(fields=['expires_at']), Index(fields=['user_id']), Index(fields=['app_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ConversationMark',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('thread_id', fields.BigIntField()),
                ('read_id', fields.BigIntField(default=0)),
                ('removed_id', fields.BigIntField(default=0)),
            ],
            options={'table': 'conversation_marks', 'app': 'models', 'unique_together': (('account_id', 'thread_id'),), 'indexes': [Index(fields=['thread_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DismissedSuggestion',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('models.Account', source_field='target_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'dismissed_suggestions', 'app': 'models', 'unique_together': (('account_id', 'target_id'),), 'indexes': [Index(fields=['target_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Endorsement',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('models.Account', source_field='target_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'endorsements', 'app': 'models', 'unique_together': (('account_id', 'target_id'),), 'indexes': [Index(fields=['target_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FeaturedTag',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('models.Tag', source_field='tag_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'featured_tags', 'app': 'models', 'unique_together': (('account_id', 'tag_id'),), 'indexes': [Index(fields=['tag_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Filter',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=255)),
                ('contexts', fields.CharField(max_length=128)),
                ('action', fields.SmallIntField(default=0)),
                ('expires_at', fields.BigIntField(null=True)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'filters', 'app': 'models', 'indexes': [Index(fields=['account_id', 'id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FilterKeyword',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('rule', fields.ForeignKeyField('models.Filter', source_field='rule_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('keyword', fields.CharField(max_length=512)),
                ('whole_word', fields.BooleanField(default=True)),
            ],
            options={'table': 'filter_keywords', 'app': 'models', 'indexes': [Index(fields=['rule_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FilteredPost',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('rule', fields.ForeignKeyField('models.Filter', source_field='rule_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'filtered_posts', 'app': 'models', 'unique_together': (('rule_id', 'post_id'),), 'indexes': [Index(fields=['post_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HostMute',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('host', fields.CharField(max_length=255)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'host_mutes', 'app': 'models', 'unique_together': (('account_id', 'host'),)},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('key_hash', fields.CharField(max_length=64)),
                ('body_hash', fields.CharField(max_length=64)),
                ('post_id', fields.BigIntField(null=True)),
                ('scheduled', fields.BooleanField(default=False)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'idempotency_keys', 'app': 'models', 'unique_together': (('user_id', 'key_hash'),), 'indexes': [Index(fields=['created_at'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ListMember',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('list', fields.ForeignKeyField('models.AccountList', source_field='list_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'list_members', 'app': 'models', 'unique_together': (('list_id', 'account_id'),), 'indexes': [Index(fields=['account_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Marker',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('timeline', fields.CharField(max_length=32)),
                ('last_read_id', fields.BigIntField()),
                ('version', fields.IntField(default=1)),
                ('updated_at', fields.BigIntField()),
            ],
            options={'table': 'markers', 'app': 'models', 'unique_together': (('user_id', 'timeline'),)},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='NotificationPermission',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('actor', fields.ForeignKeyField('models.Account', source_field='actor_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'notification_permissions', 'app': 'models', 'unique_together': (('account_id', 'actor_id'),), 'indexes': [Index(fields=['actor_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='NotificationPolicy',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.OneToOneField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('not_following', fields.SmallIntField(default=0)),
                ('not_followers', fields.SmallIntField(default=0)),
                ('new_accounts', fields.SmallIntField(default=0)),
                ('private_mentions', fields.SmallIntField(default=0)),
                ('limited_accounts', fields.SmallIntField(default=0)),
            ],
            options={'table': 'notification_policies', 'app': 'models'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Poll',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('post', fields.OneToOneField('models.Post', source_field='post_id', to_field='id', related_name='poll', on_delete=OnDelete.CASCADE)),
                ('multiple', fields.BooleanField(default=False)),
                ('hides_totals', fields.BooleanField(default=False)),
                ('voters_count', fields.IntField(default=0)),
                ('expires_at', fields.BigIntField(null=True)),
                ('closed_at', fields.BigIntField(null=True)),
            ],
            options={'table': 'polls', 'app': 'models', 'indexes': [Index(fields=['closed_at', 'expires_at'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PollOption',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('poll', fields.ForeignKeyField('models.Poll', source_field='poll_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('title', fields.CharField(max_length=255)),
                ('votes_count', fields.IntField(default=0)),
            ],
            options={'table': 'poll_options', 'app': 'models', 'unique_together': (('poll_id', 'position'),)},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PollVote',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('poll', fields.ForeignKeyField('models.Poll', source_field='poll_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('uri', fields.CharField(default='', max_length=2048)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'poll_votes', 'app': 'models', 'unique_together': (('poll_id', 'account_id', 'position'),), 'indexes': [Index(fields=['account_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('token', fields.OneToOneField('models.AccessToken', source_field='token_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('endpoint', fields.CharField(max_length=2048)),
                ('p256dh', fields.CharField(max_length=255)),
                ('auth', fields.CharField(max_length=255)),
                ('standard', fields.BooleanField(default=False)),
                ('alerts', fields.TextField(default='{}')),
                ('policy', fields.CharField(default='all', max_length=16)),
                ('failures', fields.IntField(default=0)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'push_subscriptions', 'app': 'models', 'indexes': [Index(fields=['user_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TagFollow',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('models.Tag', source_field='tag_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'tag_follows', 'app': 'models', 'unique_together': (('account_id', 'tag_id'),), 'indexes': [Index(fields=['tag_id'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ThreadMute',
            fields=[
                ('id', fields.BigIntField(primary_key=True, generated=False)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('thread_id', fields.BigIntField()),
                ('created_at', fields.BigIntField()),
            ],
            options={'table': 'thread_mutes', 'app': 'models', 'unique_together': (('account_id', 'thread_id'),), 'indexes': [Index(fields=['thread_id'])]},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Account',
            name='header_key',
            field=fields.CharField(default='', db_default='', max_length=255),
        ),
        ops.AddField(
            model_name='Account',
            name='header_url',
            field=fields.CharField(default='', db_default='', max_length=2048),
        ),
        ops.AddField(
            model_name='Follow',
            name='languages',
            field=fields.CharField(default='', db_default='', max_length=255),
        ),
        ops.AddField(
            model_name='Follow',
            name='notifies',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Follow',
            name='shows_boosts',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='Mute',
            name='expires_at',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Mute',
            name='hides_news',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='Notification',
            name='filtered',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Post',
            name='app_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='User',
            name='default_language',
            field=fields.CharField(default='', db_default='', max_length=16),
        ),
        ops.AddField(
            model_name='User',
            name='default_sensitive',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='User',
            name='default_visibility',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
    ]
