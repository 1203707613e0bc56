-- The safety notebook. Its own log: leaves and log_heads are as in the vault.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE log_heads (
  log INTEGER PRIMARY KEY, frontier BLOB NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE TABLE leaves (
  log INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (log, idx)
) WITHOUT ROWID, STRICT;
CREATE TABLE notes (idx INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
-- Filled and emptied, so that the file has room and its size does not tell how much is written.
CREATE TABLE room (filler BLOB NOT NULL) STRICT;
