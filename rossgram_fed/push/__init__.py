"""Waking apps up: Web Push (RFC 8030), encrypted for the app alone (RFC 8291) and signed as this server (RFC 8292)."""
