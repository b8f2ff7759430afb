"""``rossgram doctor``: looks at what surrounds the server, says what is wrong with it and how to mend it.

It runs beside or instead of the server, on the admin's word only, so it alone may ask names, clocks and its own public
address without going through federation's guarded door.
"""
