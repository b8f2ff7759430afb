"""Atom feeds of what is public: per account here and per tag, for feed readers and for servers that read them."""
