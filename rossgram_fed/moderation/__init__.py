"""What the people who run a server do to accounts and posts, and the log of it."""
