"""Users with few rights, on the databases that have users."""

from __future__ import annotations

from tests.connectors.database.sites import Site


def user(site: Site, name: str) -> list[str]:
    """Return the statements that make a user who may sign in and do nothing yet."""
    if site.kind == "postgresql":
        return [f"CREATE ROLE {name}_{site.here} LOGIN", f"GRANT USAGE ON SCHEMA {site.here} TO {name}_{site.here}"]
    open_to_all = "CREATE TABLE open_to_all (x INT)"  # a user without any right may not even enter the database
    return [f"CREATE USER {name}_{site.here}@localhost", open_to_all, grant(site, name, "SELECT", "open_to_all")]


def grant(site: Site, name: str, rights: str, table: str) -> str:
    """Return the statement that gives rights on a table."""
    if site.kind == "postgresql":
        return f"GRANT {rights} ON {table} TO {name}_{site.here}"
    return f"GRANT {rights} ON {site.here}.{table} TO {name}_{site.here}@localhost"


def kill_all(site: Site) -> None:
    """Break every other connection, as a restarted server or a firewall does."""
    if site.kind == "postgresql":
        site.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND usename IS NOT NULL"
        )
        return
    for (number,) in site.run(
        "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db = DATABASE()"
    ):
        site.run(f"KILL {number}")
