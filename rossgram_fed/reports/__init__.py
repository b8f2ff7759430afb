"""Reports: what people here and other servers ask the moderators to look at."""
