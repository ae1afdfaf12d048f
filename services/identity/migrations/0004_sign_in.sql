-- Sign-in: the read tables of sessions and factors, and what is kept beside the log because it must be forgotten.

-- Sessions as their owner sees them.
CREATE TABLE session_register (
    session_id uuid PRIMARY KEY,
    subject text NOT NULL,
    amr text NOT NULL,
    epoch integer NOT NULL,
    begun_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    stepped_up_until timestamptz,
    ended text
);
CREATE INDEX session_register_of ON session_register (subject, begun_at);
CREATE INDEX session_register_open ON session_register (ends_at) WHERE ended IS NULL;

-- How a subject signs in; from which epoch on its sessions count.
CREATE TABLE login_register (
    login_id uuid PRIMARY KEY,
    subject text NOT NULL,
    epoch integer NOT NULL,
    kept uuid,
    has_password boolean NOT NULL,
    has_totp boolean NOT NULL,
    passkeys integer NOT NULL,
    links integer NOT NULL,
    ended boolean NOT NULL
);
CREATE INDEX login_register_subject ON login_register (subject);

-- The tables below stand outside of the log: they cannot be rebuilt from it and need not be.

-- When a session was used last, and on what: written once a minute, gone with the session. A fact a minute and session
-- would be a diary of everybody's life, kept for ever.
CREATE TABLE session_activity (
    session_id uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL,
    device text NOT NULL DEFAULT ''
);

-- Hashes of passwords and seeds of one-time passwords, sealed under the subject's key. A replaced or closed secret is
-- deleted: in the log it would be there for ever, to be broken by the machines of a later year.
CREATE TABLE login_secrets (
    secret_id text PRIMARY KEY,
    subject text NOT NULL,
    sealed text NOT NULL
);
CREATE INDEX login_secrets_subject ON login_secrets (subject);

-- Misses by login name (a keyed hash) and place; they delay further tries and are forgotten after a day.
CREATE TABLE sign_in_attempts (
    login_key text NOT NULL,
    source text NOT NULL,
    misses integer NOT NULL,
    last_at timestamptz NOT NULL,
    free_at timestamptz NOT NULL,
    PRIMARY KEY (login_key, source)
);
CREATE INDEX sign_in_attempts_old ON sign_in_attempts (last_at);

-- What was begun and waits to be completed: a challenge, a seed, a state. Spent by deleting it, so that it serves once.
CREATE TABLE sign_in_ceremonies (
    ceremony_key text PRIMARY KEY,
    purpose text NOT NULL,
    subject text NOT NULL,
    sealed text NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_ceremonies_old ON sign_in_ceremonies (expires_at);
