"""Pictures as bytes: decoded in processes that can be killed, re-made without metadata, kept in a folder.

Knows no post and no account. ``opening``, ``colour``, ``cropping``, ``toning``, ``blurhash`` and ``darkroom`` run
inside those processes and import nothing but Pillow and each other.
"""
