"""Cities by name, from a file that comes with the software: no outside service learns who looks for what."""
