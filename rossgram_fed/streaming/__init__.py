"""Telling apps what happens while it happens: acts as signals, streams, and those who listen."""
