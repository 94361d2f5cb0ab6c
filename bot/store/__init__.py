"""The archive: SQLite by default, PostgreSQL by changing one URL."""
