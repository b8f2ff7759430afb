"""Visitors with an account elsewhere who want to follow, like or comment, and people here who come from elsewhere."""
