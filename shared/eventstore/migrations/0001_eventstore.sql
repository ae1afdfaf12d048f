-- The event store of one service. Forward only; the service's own read tables follow in its own migrations.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- What happened. Rows are inserted, never changed. tx and row_id give the sequencer its order; the only number anyone
-- else reads by is log.position.
CREATE TABLE events (
    row_id bigint GENERATED ALWAYS AS IDENTITY (CACHE 100),
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at timestamptz NOT NULL,
    originator_id uuid NOT NULL,
    originator_version integer NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    context bytea NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (originator_id, originator_version)
);
CREATE INDEX events_in_order ON events (tx, row_id);

-- The dense number of every committed event: 1, 2, 3 ... Insert only; one sequencer writes it.
CREATE TABLE log (
    position bigint CONSTRAINT log_pkey PRIMARY KEY,
    tx xid8 NOT NULL,
    row_id bigint NOT NULL
);
CREATE TABLE sequencer (
    only_row boolean CONSTRAINT sequencer_pkey PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL,
    tx xid8 NOT NULL,
    row_id bigint NOT NULL
);
INSERT INTO sequencer (position, tx, row_id) VALUES (0, '0', 0);

-- A command acts once; its answer is kept and given again.
CREATE TABLE commands (
    command_id uuid CONSTRAINT commands_pkey PRIMARY KEY,
    request_hash text NOT NULL,
    use_case text NOT NULL,
    answer bytea NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- Uniqueness. slot is a 128-bit hash of (scope, key).
CREATE TABLE claims (
    slot uuid CONSTRAINT claims_pkey PRIMARY KEY,
    originator_id uuid NOT NULL,
    scope text NOT NULL,
    key text NOT NULL
);
CREATE TABLE period_claims (
    slot uuid NOT NULL,
    originator_id uuid NOT NULL,
    during daterange NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    CONSTRAINT period_claims_alone EXCLUDE USING gist (slot WITH =, during WITH &&) DEFERRABLE INITIALLY DEFERRED
);
-- Bound to a case and therefore exempt: a conflict must be recordable.
CREATE TABLE contested_claims (
    slot uuid NOT NULL,
    originator_id uuid NOT NULL,
    during daterange,
    contested_in text NOT NULL,
    scope text NOT NULL,
    key text NOT NULL
);
CREATE INDEX contested_claims_slot ON contested_claims (slot);

-- Decision rows: the small state that rules need, one per aggregate.
CREATE TABLE standings (
    originator_id uuid CONSTRAINT standings_pkey PRIMARY KEY,
    version integer NOT NULL,
    kind text NOT NULL,
    state bytea NOT NULL
) WITH (fillfactor = 60);

-- What this service heard of its neighbours: ranges of the publisher's numbers.
CREATE TABLE inbox (
    publisher text NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT inbox_pkey PRIMARY KEY (publisher, first),
    CONSTRAINT inbox_range CHECK (first <= last)
);

-- Facts that could not be heard, kept in order until they are replayed.
CREATE TABLE parked (
    publisher text NOT NULL,
    number bigint NOT NULL,
    type text NOT NULL,
    subject text,
    body bytea NOT NULL,
    reason text NOT NULL,
    parked_at timestamptz NOT NULL,
    replayed_at timestamptz,
    CONSTRAINT parked_pkey PRIMARY KEY (publisher, number)
);
CREATE INDEX parked_waiting ON parked (publisher, subject) WHERE replayed_at IS NULL;

-- What this service told its neighbours: the publisher's own numbers.
CREATE TABLE public_log (
    number bigint CONSTRAINT public_log_pkey PRIMARY KEY,
    position bigint NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    body bytea NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE TABLE relay (
    only_row boolean CONSTRAINT relay_pkey PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL,
    number bigint NOT NULL,
    sent bigint NOT NULL
);
INSERT INTO relay (position, number, sent) VALUES (0, 0, 0);

-- Positions in the log, one row per follower; leaders are fenced by compare-and-set on theirs.
CREATE TABLE followers (
    name text CONSTRAINT followers_pkey PRIMARY KEY,
    position bigint NOT NULL
);
CREATE TABLE leaders (
    name text CONSTRAINT leaders_pkey PRIMARY KEY,
    term bigint NOT NULL
);

-- Progress of work in bulk, moved in the transaction of each chunk: a killed worker resumes here.
CREATE TABLE batches (
    batch_id uuid CONSTRAINT batches_pkey PRIMARY KEY,
    done bigint NOT NULL
);

-- Keys of single persons, wrapped; a shredded key leaves its row behind.
CREATE TABLE subject_keys (
    subject text CONSTRAINT subject_keys_pkey PRIMARY KEY,
    wrapped bytea,
    shredded_at timestamptz
);
