"""How the tables came to be, step by step, applied by ``database.migrate``. What is released is never changed.

``python -m rossgram_fed.migrations`` compares the models with the last step and writes the next one. Add columns with
``db_default`` (a plain default is unknown to the database, and existing rows need one).
"""
