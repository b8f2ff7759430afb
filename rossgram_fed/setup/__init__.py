"""The first run: a server nobody runs yet is given its admin."""
