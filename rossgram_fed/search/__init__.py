"""Finding people, tags and posts, here and on servers we have not met yet."""
