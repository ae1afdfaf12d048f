"""Rows to answers: the only reader of identity's read tables."""

from datetime import datetime
from typing import Final
from uuid import UUID

from services.identity.queries.records import RecordQueries

_MOST: Final = 200


class IdentityQueries(RecordQueries):
    """A person's own records, and what the use cases look up by document."""

    def list_unproven_accounts(self, opened_before: datetime) -> list[UUID]:
        """Accounts whose contact nobody proved in time."""
        rows = self._rows(
            "SELECT account_id FROM account_register WHERE state = 'opened' AND opened_at <= %s"
            " ORDER BY opened_at LIMIT %s",
            (opened_before, _MOST),
        )
        return [row[0] for row in rows]
