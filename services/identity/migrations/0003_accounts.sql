-- What became of messages, and how often something was asked for.
-- These are no read tables: what they hold happened outside of the log and cannot be rebuilt from it. Losing them loses
-- no fact: messages would be offered again under the same ids, and counts begin anew.

-- Every message once: its id and the fact that asked for it, never its address or text.
CREATE TABLE message_deliveries (
    message_id text PRIMARY KEY,
    position bigint NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    tries smallint NOT NULL,
    next_try_at timestamptz,
    settled_at timestamptz
);
CREATE INDEX message_deliveries_undelivered ON message_deliveries (settled_at) WHERE state = 'undelivered';
CREATE INDEX message_deliveries_waiting ON message_deliveries (channel, next_try_at, position) WHERE state = 'waiting';

-- How often something was asked for, by the keyed hash of who or what it was asked for: codes, knowledge questions.
CREATE TABLE allowances (
    slot text PRIMARY KEY,
    day date NOT NULL,
    spent integer NOT NULL,
    last_at timestamptz NOT NULL
);
CREATE INDEX allowances_day ON allowances (day);
