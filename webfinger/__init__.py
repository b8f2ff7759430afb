"""WebFinger (RFC 7033), host-meta (RFC 6415) and NodeInfo without I/O: the caller brings the fetching.

The rule: a handle is a claim until the host in it says so, and what a stranger's server sends is bounded before it is
believed.
"""
