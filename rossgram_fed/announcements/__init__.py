"""Announcements: what the people who run this server tell everybody who signs in, on pages and in apps."""
