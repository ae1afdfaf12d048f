-- What the people of one office looked at, the newest first (A24-3).
CREATE INDEX looks_of_office ON looks (office, seen_at DESC, look_id);
