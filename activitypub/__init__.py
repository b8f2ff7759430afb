"""ActivityPub without I/O: values in, values out.

The rule: no socket, database, clock or global state in here, and nothing of the app. ``parse`` reads documents into
the frozen values of ``objects``, ``actors`` and ``activities``; ``render`` writes them; ``origin`` says who may speak
for an id; ``signatures`` say who sent it; ``client`` fetches and posts over any ``http.Transport``.
"""
