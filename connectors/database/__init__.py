"""Databases: tables and views read page by page by their key, exchange tables (前置库) that are only inserted into."""
