-- An operator asks for a parked fact to be heard again; the stream that parked it does it, so that order is kept.
ALTER TABLE parked ADD COLUMN replay_asked_at timestamptz;
