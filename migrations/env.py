"""Alembic's entry: runs on the connection that bot.store.migrate hands over."""

from alembic import context

from bot.store.tables import Moment, metadata


def render_item(type_: str, item: object, autogen_context: object) -> str | bool:
    """Keep migrations free of imports from the bot: a moment is a DateTime there."""
    if type_ == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
