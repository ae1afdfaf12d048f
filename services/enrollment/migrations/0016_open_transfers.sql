-- Open transfers are looked at every few seconds: of a status that ended otherwise they end too (R41-23).
CREATE INDEX transfer_open ON transfer_register (status_id)
    WHERE state IN ('requested', 'source_agreed', 'target_reviewed', 'approved');
