"""How does Alembic reach the database? By the connection that `migrate` or the author of a revision hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from storage import tables

assert tables.EventRow.metadata is SQLModel.metadata  # importing the tables is what fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
