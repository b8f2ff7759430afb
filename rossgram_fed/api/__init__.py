"""The door for apps: Mastodon's REST API and what Pixelfed's app asks beside it, over the same actions and queries."""
