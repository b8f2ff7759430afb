"""Apps that people let act for them: OAuth 2 (RFC 6749, 7636, 8414), as the apps of Mastodon speak it."""
