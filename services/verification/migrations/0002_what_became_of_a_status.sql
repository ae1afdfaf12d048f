-- What became of a status after its registration; a report on an illegal entry is answered as revoked.
ALTER TABLE status_sheet
    ADD COLUMN state text,
    ADD COLUMN ended_on date,
    ADD COLUMN illegal_entry boolean,
    ADD COLUMN continues_at text,
    ADD COLUMN contested boolean;

CREATE OR REPLACE FUNCTION report_by_code(asked text)
RETURNS TABLE (
    report_id uuid, kind text, record_id uuid, state text, issued_on date, valid_until date, record text
)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN QUERY
    SELECT r.report_id, r.kind, r.record_id, r.state, r.issued_on, r.valid_until,
           CASE r.kind WHEN 'status' THEN (SELECT row_to_json(s)::text FROM status_sheet s WHERE s.status_id = r.record_id)
                       ELSE (SELECT row_to_json(award)::text
                             FROM (SELECT q.*, s.illegal_entry FROM qualification_sheet q
                                   LEFT JOIN status_sheet s ON s.status_id = q.status_id
                                   WHERE q.certificate_id = r.record_id) AS award) END
    FROM report_register r WHERE r.code_key = asked;
END
$$;
