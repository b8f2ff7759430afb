"""Relays: servers that pass public posts on between those who subscribed to them."""
