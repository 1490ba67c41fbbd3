"""parcels

Revision ID: 0001
"""
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "parcels",
        sa.Column("number", sa.String(12), primary_key=True),
        sa.Column("weight_grams", sa.Integer, nullable=False),
        sa.Column("customer", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("parcels")
