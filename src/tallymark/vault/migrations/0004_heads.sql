-- Heads of the diary log that somebody outside holds. Facts: nothing else tells that they were given.
-- at is this device's clock; for a stamp the time in the token.
CREATE TABLE outside_heads (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('words', 'receipt', 'pack', 'backup', 'stamp')),
  at TEXT NOT NULL, holder TEXT NOT NULL,
  origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL CHECK (length(root) = 32)
) STRICT;

-- Time stamps: note is the signed checkpoint whose bytes are stamped, request and response are kept
-- as they were sent and received. response is NULL while it waits; outside names the head that it
-- became once it was checked against a root certificate, whose PEM is kept.
CREATE TABLE stamps (
  number INTEGER PRIMARY KEY,
  authority TEXT NOT NULL, asked TEXT NOT NULL, note TEXT NOT NULL,
  request BLOB NOT NULL, response BLOB, root TEXT NOT NULL DEFAULT '',
  readers TEXT NOT NULL DEFAULT '',
  outside INTEGER REFERENCES outside_heads (number)
) STRICT;
