"""The fence between tenants: row-level security, the same on every table that carries a tenant."""

#: Unset or empty the setting is NULL, and NULL equals nothing: no seat, no rows. The subselect is evaluated once.
SEAT = "(SELECT nullif(current_setting('app.tenant', true), '')::int)"


def fence(*tables: str) -> str:
    """SQL for a migration: from here on a transaction sees and writes the rows of its own tenant alone."""
    return "\n".join(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY own_tenant ON {table} USING (tenant_id = {SEAT}) WITH CHECK (tenant_id = {SEAT});"
        for table in tables
    )
