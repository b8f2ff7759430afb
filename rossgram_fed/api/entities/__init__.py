"""What apps are given: Mastodon's entities as Structs, made of rows. Pure; the modules above read the rows."""
