"""Two servers that talk to each other on one machine, with people, photos and a conversation, to look at."""
