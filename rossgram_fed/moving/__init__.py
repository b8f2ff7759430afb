"""Accounts that move: from elsewhere, to elsewhere, or into a new database under their old name."""
