"""Feeds and grids that read across features: home, explore, saved."""
